package panel

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"offhook/hal"
)

// LCD is a display of characters with an HD44780, or a controller like it.
type LCD struct {
	name string // "display at 0x27 on I2C bus 1"
	bus  lcdBus
	lcdSize
	rom rom

	mu     sync.Mutex
	want   []byte // codes of the cells, line after line
	shown  []byte
	begun  time.Time // zero: it is not set up, and what it shows is not known
	lit    bool
	closed bool
}

var _ hal.TextDisplay = (*LCD)(nil)

// lcdSize is how much is on the glass.
type lcdSize struct{ cols, rows int }

// address is where a cell is in the controller's memory, whose two lines are at
// 0x00 and 0x40 (HD44780U datasheet, "Display Data RAM"). Of four lines on the
// glass the third goes on where the first ends, and the fourth where the second.
func (s lcdSize) address(row, col int) byte { return byte(row%2*0x40 + row/2*s.cols + col) }

func newLCD(name string, bus lcdBus, size lcdSize, rom rom) *LCD {
	cells := size.cols * size.rows
	l := &LCD{name: name, bus: bus, lcdSize: size, rom: rom, want: make([]byte, cells), shown: make([]byte, cells), lit: true}
	l.take(nil)
	return l
}

// Size implements hal.TextDisplay.
func (l *LCD) Size() (cols, rows int) { return l.cols, l.rows }

// Shows implements hal.TextDisplay.
func (l *LCD) Shows(r rune) bool {
	_, ok := l.rom.code(r)
	return ok
}

// renewal is how often the controller is set up again, without anybody seeing it:
// it cannot be asked, and one that lost its power, or took a disturbance for a
// nibble, shows nothing or nonsense from then on.
const renewal = time.Minute

// Write implements hal.TextDisplay. Only cells that change are sent.
func (l *LCD) Write(lines []string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return hal.ErrClosed
	}
	l.take(lines)
	if time.Since(l.begun) >= renewal {
		return l.begin()
	}
	return l.failed(l.update(false))
}

// take has the cells want what the lines say.
func (l *LCD) take(lines []string) {
	for row := range l.rows {
		cells, col := l.want[row*l.cols:(row+1)*l.cols], 0
		if row < len(lines) {
			for _, r := range lines[row] {
				if col == l.cols {
					break
				}
				code, ok := l.rom.code(r)
				if !ok {
					code = '?'
				}
				cells[col] = code
				col++
			}
		}
		for ; col < l.cols; col++ {
			cells[col] = ' '
		}
	}
}

// Instructions (HD44780U datasheet, table 6).
const (
	lcdHome     = 0x02
	lcdEntry    = 0x06 // the address goes up, the display does not shift
	lcdOff      = 0x08
	lcdOn       = 0x0c // without a cursor
	lcdFunction = 0x28 // four bits, two lines, 5×8 dots
	lcdSigns    = 0x40 // address of a sign's dots
	lcdCell     = 0x80 // address of a cell
)

const (
	// lcdPowerUp is how long a controller for 2.7 V takes after its power came
	// (HD44780U datasheet, figure 24).
	lcdPowerUp = 40 * time.Millisecond
	// lcdHomeRest is 1.52 ms at 270 kHz (table 6); controllers like it run at
	// 190 kHz, too.
	lcdHomeRest = 3 * time.Millisecond
)

// begin sets the controller up from whatever state it is in, by instruction
// (HD44780U datasheet, figure 24): three times "eight bits" are understood in
// either mode, even by one that waits for the second half of a byte.
func (l *LCD) begin() error {
	unknown := l.begun.IsZero()
	if unknown {
		time.Sleep(lcdPowerUp)
	}
	for range 3 { // which of them is the first that is understood is not known: it takes 4.1 ms
		if err := l.half(0x30, 5*time.Millisecond); err != nil {
			return l.failed(err)
		}
	}
	if err := l.half(lcdFunction, time.Millisecond); err != nil { // from now on four
		return l.failed(err)
	}
	setup := []byte{lcdFunction, lcdEntry, lcdHome}
	if unknown {
		setup = []byte{lcdFunction, lcdOff, lcdEntry, lcdHome} // what it held is not seen
	}
	err := l.instruct(setup...)
	if err == nil {
		err = l.bus.flush()
	}
	if err != nil {
		return l.failed(err)
	}
	time.Sleep(lcdHomeRest)
	if err := l.fill(); err != nil {
		return l.failed(err)
	}
	l.begun = time.Now()
	return nil
}

// fill writes all that the controller holds, and only then shows it.
func (l *LCD) fill() error {
	if err := l.signs(); err != nil {
		return err
	}
	if err := l.update(true); err != nil {
		return err
	}
	if err := l.instruct(lcdOn); err != nil {
		return err
	}
	return l.bus.lit(l.lit)
}

func (l *LCD) half(b byte, rest time.Duration) error {
	if err := l.bus.half(b); err != nil {
		return err
	}
	err := l.bus.flush()
	time.Sleep(rest)
	return err
}

func (l *LCD) instruct(instructions ...byte) error {
	for _, b := range instructions {
		if err := l.bus.put(false, b); err != nil {
			return err
		}
	}
	return nil
}

// signs writes the dots of what the controller has not in its own memory.
func (l *LCD) signs() error {
	if err := l.instruct(lcdSigns); err != nil {
		return err
	}
	for _, s := range l.rom.own() {
		for _, dots := range s.dots {
			if err := l.bus.put(true, dots); err != nil {
				return err
			}
		}
	}
	return nil
}

// update sends the cells that are not as they should be, or all.
func (l *LCD) update(all bool) error {
	for row := range l.rows {
		from := row * l.cols
		for col := 0; col < l.cols; col++ {
			if !all && l.want[from+col] == l.shown[from+col] {
				continue
			}
			end := l.end(from, col, all)
			if err := l.instruct(lcdCell | l.address(row, col)); err != nil {
				return err
			}
			for ; col < end; col++ {
				if err := l.bus.put(true, l.want[from+col]); err != nil {
					return err
				}
			}
		}
	}
	if err := l.bus.flush(); err != nil {
		return err
	}
	copy(l.shown, l.want)
	return nil
}

// end is where a run of cells ends. One cell between two that changed is sent
// with them: an address costs the same.
func (l *LCD) end(from, col int, all bool) int {
	end := col + 1
	for at := end; at < l.cols && at <= end+1; at++ {
		if all || l.want[from+at] != l.shown[from+at] {
			end = at + 1
		}
	}
	return end
}

func (l *LCD) failed(err error) error {
	if err == nil {
		return nil
	}
	l.begun = time.Time{}
	return fmt.Errorf("%s: %w", l.name, err)
}

// Backlight implements hal.TextDisplay: the light is on or off.
func (l *LCD) Backlight(percent int) error {
	if percent < 0 || percent > 100 {
		return fmt.Errorf("%s: a light of %d percent; it goes from 0 to 100", l.name, percent)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return hal.ErrClosed
	}
	l.lit = percent > 0
	return l.failed(l.bus.lit(l.lit))
}

// Close blanks the display, darkens it and gives its wires back.
func (l *LCD) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil
	}
	l.closed = true
	_ = errors.Join(l.instruct(lcdOff), l.bus.flush(), l.bus.lit(false)) // a display that went away is blank
	return l.bus.Close()
}
