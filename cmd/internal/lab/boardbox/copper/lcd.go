package copper

import (
	"errors"
	"fmt"
	"strings"
	"sync"
)

// The size of the display in characters.
const (
	lcdColumns = 20
	lcdRows    = 4
)

// The wires of the chip on the display's back, as bits.
const (
	lcdRS     = 0x01
	lcdRW     = 0x02
	lcdEnable = 0x04
	lcdLight  = 0x08
	lcdData   = 0xf0
)

// LCD is a display of characters with an HD44780 in four-bit mode behind a PCF8574.
// Any goroutine may look at it.
type LCD struct {
	mu     sync.Mutex
	level  byte // of all wires
	four   bool
	half   bool // the second half of a byte is awaited
	high   byte
	memory [128]byte
	signs  bool // the address is one of the signs' memory
	at     byte
	on     bool
	wrong  []error
}

// NewLCD makes a display as it is after power came: off, and the chip's pins high.
func NewLCD() *LCD { return &LCD{level: 0xff} }

var _ Chip = (*LCD)(nil)

// Write takes one transfer of the bus: each octet is a level of all wires.
func (l *LCD) Write(p []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, b := range p {
		changed := l.level ^ b
		if changed&lcdEnable != 0 && changed&(lcdRS|lcdData) != 0 && l.level&lcdRW == 0 {
			l.fault("the wires go from %08b to %08b while the controller looks at them", l.level, b)
		}
		if changed&l.level&lcdEnable != 0 && l.level&lcdRW == 0 {
			l.take(l.level&lcdRS != 0, l.level&lcdData)
		}
		l.level = b
	}
}

func (l *LCD) fault(format string, args ...any) {
	l.wrong = append(l.wrong, fmt.Errorf(format, args...))
}

// take takes four bits (HD44780U data sheet, "Interfacing to the MPU").
func (l *LCD) take(data bool, bits byte) {
	switch {
	case !l.four:
		l.do(data, bits)
	case !l.half:
		l.half, l.high = true, bits
	default:
		l.half = false
		l.do(data, l.high|bits>>4)
	}
}

// do is table 6 of the data sheet.
func (l *LCD) do(data bool, b byte) {
	switch {
	case data && l.signs:
		l.at++
	case data:
		l.memory[l.at&0x7f] = b
		l.at++
	case b&0x80 != 0:
		l.signs, l.at = false, b&0x7f
	case b&0x40 != 0:
		l.signs, l.at = true, 0
	case b&0x20 != 0:
		l.four, l.half = b&0x10 == 0, false
	case b&0xf8 == 0x08:
		l.on = b&4 != 0
	case b == 0x02:
		l.signs, l.at = false, 0
	case b != 0x06:
		l.fault("instruction %#x", b)
	}
}

// Lines is what a person reads; nothing while it is off or dark. What is not ASCII
// is a dot.
func (l *LCD) Lines() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var lines []string
	for row := range lcdRows {
		from := row%2*0x40 + row/2*lcdColumns
		line := strings.Map(func(r rune) rune {
			if r < ' ' || r > '}' {
				return '.'
			}
			return r
		}, latin(l.memory[from:from+lcdColumns]))
		if !l.on || l.level&lcdLight == 0 {
			line = strings.Repeat(" ", lcdColumns)
		}
		lines = append(lines, line)
	}
	return lines
}

func latin(cells []byte) string {
	all := make([]rune, len(cells))
	for i, c := range cells {
		all[i] = rune(c)
	}
	return string(all)
}

// Wrong is what no controller would have understood.
func (l *LCD) Wrong() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return errors.Join(l.wrong...)
}
