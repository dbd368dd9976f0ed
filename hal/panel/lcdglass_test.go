package panel

import (
	"errors"
	"strings"
	"testing"
	"time"

	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/i2c"
	"periph.io/x/conn/v3/physic"
)

// lcdGlass is a display of characters: it understands its wires as an HD44780
// does, keeps the times of the datasheet, and is strict about both.
type lcdGlass struct {
	t          *testing.T
	cols, rows int
	clock      func() time.Duration

	rs, rw, e bool
	bits      byte // D4 to D7

	powered   time.Duration
	busy      time.Duration // until then
	four      bool          // in four-bit mode
	second    bool          // of a byte the second half is awaited
	high      byte
	sets      int // "eight bits" since power-on, or since the last four-bit instruction
	function  byte
	on        bool
	entry     byte
	signs     bool // the address is one of the signs' memory
	at        byte
	memory    [128]byte
	dots      [64]byte
	cells     int // that were written
	unnatural bool
}

func newLCDGlass(t *testing.T, cols, rows int) *lcdGlass {
	g := &lcdGlass{t: t, cols: cols, rows: rows}
	g.power()
	return g
}

// power is what it is when its power comes; that its memory holds noise then is
// what the supply's slow rise makes of it.
func (g *lcdGlass) power() {
	g.powered = 0
	if g.clock != nil {
		g.powered = g.clock()
	}
	g.busy, g.four, g.second, g.sets, g.function, g.on, g.entry, g.signs, g.at = 0, false, false, 0, 0, false, 0, false, 0
	for i := range g.memory {
		g.memory[i] = byte(0x41 + i%26)
	}
	for i := range g.dots {
		g.dots[i] = byte(i)
	}
}

// enable is the level of the line E. It takes what is on the others as it falls;
// they must not change meanwhile.
func (g *lcdGlass) enable(level bool) {
	if fell := g.e && !level; fell {
		g.take()
	}
	g.e = level
}

func (g *lcdGlass) take() {
	now := g.clock()
	if g.rw {
		g.t.Error("R/W is high: it is read")
	}
	if now-g.powered < 40*time.Millisecond || now < g.busy {
		g.t.Errorf("bits %#x %s after its power came, busy for another %s", g.bits, now-g.powered, g.busy-now)
	}
	switch {
	case !g.four:
		g.do(now, g.bits<<4)
	case !g.second:
		g.high, g.second = g.bits<<4, true
	default:
		g.second = false
		g.do(now, g.high|g.bits)
	}
}

func (g *lcdGlass) do(now time.Duration, b byte) {
	long := 41 * time.Microsecond
	switch {
	case g.rs:
		g.write(b)
	case b&0x80 != 0:
		g.signs, g.at = false, b&0x7f
	case b&0x40 != 0:
		g.signs, g.at = true, b&0x3f
	case b&0x20 != 0:
		long = g.setFunction(b, long)
	case b&0xf8 == 0x08:
		g.on = b&4 != 0
		g.wrong(b&3 != 0, "a cursor is shown: %#x", b)
	case b&0xfc == 0x04:
		g.entry = b
	case b == 0x02:
		g.signs, g.at, long = false, 0, 1520*time.Microsecond
	default:
		g.wrong(true, "instruction %#x", b)
	}
	if g.rs || b&0x20 == 0 || b&0xc0 != 0 {
		g.wrong(!g.four || g.function != 0x28, "%#x (data: %v) with the function %#x, four bits: %v", b, g.rs, g.function, g.four)
	}
	g.busy = now + long
}

func (g *lcdGlass) wrong(is bool, format string, args ...any) {
	if is && !g.unnatural {
		g.t.Errorf(format, args...)
	}
}

// setFunction: before the busy flag can be asked the datasheet wants 4.1 ms, then
// 100 µs (figure 24).
func (g *lcdGlass) setFunction(b byte, long time.Duration) time.Duration {
	switch {
	case b&0x10 != 0:
		g.four, g.second = false, false
		g.sets++
		if g.sets == 1 {
			long = 4100 * time.Microsecond
		} else if g.sets == 2 {
			long = 100 * time.Microsecond
		}
	case !g.four:
		g.wrong(g.sets < 3 && g.function == 0, "four bits after %d times eight", g.sets)
		g.four, g.sets = true, 0
	default:
		g.wrong(g.function != 0 && g.function != b, "the function changes from %#x to %#x", g.function, b)
		g.function = b
	}
	return long
}

func (g *lcdGlass) write(b byte) {
	if g.signs {
		g.dots[g.at&0x3f] = b & 0x1f
		g.at = (g.at + 1) & 0x3f
		return
	}
	g.wrong(g.at&0x3f > 0x27, "a cell at %#x", g.at)
	g.wrong(g.entry != 0x06, "the entry mode is %#x", g.entry)
	g.memory[g.at] = b
	g.cells++
	switch g.at++; g.at { // of two lines, 40 cells each
	case 0x28:
		g.at = 0x40
	case 0x68:
		g.at = 0
	}
}

// codes is what the glass shows, by the codes; blank when it is off.
func (g *lcdGlass) codes() (all []string) {
	starts := [4]int{0x00, 0x40, 0x00 + g.cols, 0x40 + g.cols}
	for _, from := range starts[:g.rows] {
		line := string(g.memory[from : from+g.cols])
		if !g.on {
			line = strings.Repeat(" ", g.cols)
		}
		all = append(all, line)
	}
	return all
}

// lcdWire is a line of the board that leads to a display.
type lcdWire struct {
	gpio.PinIO // what is not used panics
	on         *lcdBench
	name       string
}

// lcdBench is a board with a display on its lines.
type lcdBench struct {
	*lcdGlass
	held   map[string]bool
	levels map[string]gpio.Level
	broken error
}

func newLCDBench(g *lcdGlass) *lcdBench {
	start := time.Now()
	g.clock = func() time.Duration { return time.Since(start) }
	return &lcdBench{lcdGlass: g, held: map[string]bool{}, levels: map[string]gpio.Level{}}
}

func (b *lcdBench) Open(_, line string) (gpio.PinIO, error) {
	if line == "GPIO99" {
		return nil, errors.New("this machine has no line GPIO99")
	}
	b.held[line] = true
	return &lcdWire{on: b, name: line}, nil
}

func (w *lcdWire) Halt() error { delete(w.on.held, w.name); return nil }

func (w *lcdWire) Out(l gpio.Level) error {
	b := w.on
	if b.broken != nil {
		return b.broken
	}
	b.levels[w.name] = l
	if w.name == "E" {
		b.enable(bool(l))
		return nil
	}
	if b.e && w.name != "LIGHT" {
		b.t.Errorf("%s changes while E is high", w.name)
	}
	b.rs = bool(b.levels["RS"])
	b.bits = 0
	for i, name := range []string{"D4", "D5", "D6", "D7"} {
		if b.levels[name] {
			b.bits |= 1 << i
		}
	}
	return nil
}

// lcdChip is a PCF8574 with a display on it, wired as most are, on a bus of 400 kHz.
type lcdChip struct {
	*lcdGlass
	addr   uint16
	level  byte
	passed time.Duration // on the bus
	sent   int
	most   int // bytes at once
	closed bool
	broken error
}

func newLCDChip(g *lcdGlass, addr uint16) *lcdChip {
	c := &lcdChip{lcdGlass: g, addr: addr, level: 0xff}
	g.rs, g.rw, g.e, g.bits = true, true, true, 0xf // what the chip's pins are at power-on
	start := time.Now()
	g.clock = func() time.Duration { return time.Since(start) + c.passed }
	return c
}

func (c *lcdChip) String() string                  { return "lcd" }
func (c *lcdChip) SetSpeed(physic.Frequency) error { return nil }

func (c *lcdChip) Close() error {
	if c.closed {
		c.t.Error("the bus is closed twice")
	}
	c.closed = true
	return nil
}

func (c *lcdChip) Tx(addr uint16, w, r []byte) error {
	if c.broken != nil {
		return c.broken
	}
	if c.closed || addr != c.addr || len(r) > 0 || len(w) == 0 {
		c.t.Errorf("address %#x: write %v, read %d", addr, w, len(r))
	}
	c.sent += len(w)
	c.most = max(c.most, len(w))
	const bit = 2500 * time.Nanosecond
	c.passed += 9 * bit // the address
	for _, b := range w {
		c.passed += 9 * bit
		c.pins(b)
	}
	return nil
}

// pins are the levels of all wires, which change at once: those that the display
// wants there before E rises, and until it fell, must have come with another byte.
func (c *lcdChip) pins(b byte) {
	const rs, rw, e, wires = 1, 2, 4, 0xf3
	rose, fell := b&e != 0 && !c.e, b&e == 0 && c.e
	if (rose || fell && !c.rw) && (b^c.level)&wires != 0 {
		c.t.Errorf("the wires change from %08b to %08b as E does", c.level, b)
	}
	if fell && c.rw { // a reading, since its power came
		c.e = false
	}
	if !fell || c.rw {
		c.rs, c.rw, c.bits = b&rs != 0, b&rw != 0, b>>4
	}
	c.enable(b&e != 0)
	c.level = b
}

func (c *lcdChip) open(int) (i2c.BusCloser, error) { return c, nil }

// lit tells whether the light is on.
func (c *lcdChip) lit() bool { return c.level&8 != 0 }
