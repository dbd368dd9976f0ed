package expander_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/i2c"
	"periph.io/x/conn/v3/physic"
)

// chip is a fake one on a bus of its own, strict: what its datasheet does not
// allow, or leaves without sense, fails the test. Its lines can be grounded and
// joined.
type chip struct {
	t    *testing.T
	addr uint16
	of   registers

	mu      sync.Mutex
	ground  map[int]bool
	joined  map[[2]int]bool
	drives  [16]string // by line: high, low, or free
	trace   []string   // changes of those
	dead    bool
	once    int // so many exchanges fail, after they were obeyed
	tx      int
	during  func() // happens in the middle of the next write
	closed  bool
	seen    uint16 // at the last reading
	pending bool
	irq     *irqPin
}

// registers is what a chip makes of the bytes on the bus.
type registers interface {
	reset()
	write(c *chip, bytes []byte)
	read(c *chip, w, r []byte)
	drive(line int) string
	pullUp(line int) bool
	lines() int
	watches() uint16
	writeClears() bool
}

var errNACK = errors.New("remote I/O error")

func newChip(t *testing.T, addr uint16, r registers) *chip {
	c := &chip{t: t, addr: addr, of: r, ground: map[int]bool{}, joined: map[[2]int]bool{}}
	c.irq = &irqPin{c: c, edges: make(chan struct{}, 1), halted: make(chan struct{})}
	c.power()
	return c
}

// power takes the chip's power away for a moment.
func (c *chip) power() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.of.reset()
	c.settle()
	c.seen, c.pending = c.levels(), false
}

func (c *chip) set(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f()
	c.settle()
}

func (c *chip) press(line int, down bool) { c.set(func() { c.ground[line] = down }) }
func (c *chip) join(a, b int, on bool)    { c.set(func() { c.joined[[2]int{a, b}] = on }) }
func (c *chip) kill(dead bool)            { c.set(func() { c.dead = dead }) }

func (c *chip) drive(line int) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.drives[line]
}

func (c *chip) exchanges() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.tx
}

func (c *chip) moves() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := c.trace
	c.trace = nil
	return out
}

func (c *chip) net(line int) map[int]bool {
	net := map[int]bool{line: true}
	for grown := true; grown; {
		grown = false
		for pair, on := range c.joined {
			if on && net[pair[0]] != net[pair[1]] {
				net[pair[0]], net[pair[1]], grown = true, true, true
			}
		}
	}
	return net
}

func (c *chip) level(line int) bool {
	high, low, pulled := false, false, false
	for l := range c.net(line) {
		d := c.of.drive(l)
		high, low = high || d == "high", low || d == "low" || c.ground[l]
		pulled = pulled || c.of.pullUp(l)
	}
	if high && low {
		c.t.Errorf("a short at line %d", line)
	}
	return !low && (high || pulled)
}

func (c *chip) levels() (all uint16) {
	for l := range c.of.lines() {
		if c.level(l) {
			all |= 1 << l
		}
	}
	return all
}

// settle finds what changed at the lines and at the interrupt.
func (c *chip) settle() {
	for l := range c.of.lines() {
		if d := c.of.drive(l); d != c.drives[l] {
			c.drives[l] = d
			c.trace = append(c.trace, fmt.Sprintf("%d %s", l, d))
		}
	}
	changed := (c.levels()^c.seen)&c.of.watches() != 0
	if c.of.writeClears() {
		c.interrupt(changed) // and it goes away when the lines are as they were
	} else if changed {
		c.interrupt(true)
	}
}

func (c *chip) interrupt(on bool) {
	if on && !c.pending {
		select {
		case c.irq.edges <- struct{}{}:
		default:
		}
	}
	c.pending = on
}

func (c *chip) look() uint16 {
	c.seen = c.levels()
	c.pending = false
	return c.seen
}

// Tx implements i2c.Bus.
func (c *chip) Tx(addr uint16, w, r []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		c.t.Error("an exchange on a bus that was closed")
	}
	if addr != c.addr {
		c.t.Errorf("an exchange with %#x", addr)
	}
	c.tx++
	if c.dead {
		return errNACK
	}
	switch {
	case len(r) > 0:
		c.of.read(c, w, r)
	case len(w) > 0:
		c.of.write(c, w)
		if c.during != nil {
			c.during()
			c.during = nil
		}
		if c.of.writeClears() {
			c.look()
		}
	default:
		c.t.Error("an exchange of nothing")
	}
	c.settle()
	if c.once > 0 {
		c.once--
		return errNACK
	}
	return nil
}

func (c *chip) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	return nil
}

func (c *chip) String() string                    { return "fake" }
func (c *chip) SetSpeed(f physic.Frequency) error { return nil }

var _ i2c.BusCloser = (*chip)(nil)

// irqPin is the board's line at the chip's interrupt: open drain, pulled up.
type irqPin struct {
	gpio.PinIO
	c      *chip
	edges  chan struct{}
	halted chan struct{}
	pull   gpio.Pull
	edge   gpio.Edge
}

func (p *irqPin) In(pull gpio.Pull, edge gpio.Edge) error {
	p.pull, p.edge = pull, edge
	return nil
}

func (p *irqPin) Read() gpio.Level {
	p.c.mu.Lock()
	defer p.c.mu.Unlock()
	return gpio.Level(!p.c.pending)
}

func (p *irqPin) WaitForEdge(time.Duration) bool {
	select {
	case <-p.edges:
		return true
	case <-p.halted:
		return false
	}
}

func (p *irqPin) Halt() error {
	close(p.halted)
	return nil
}

// mcp is an MCP23017 (DS20001952, tables 3-4 and 3-5).
type mcp struct{ r [0x16]byte }

func (m *mcp) reset()            { m.r = [0x16]byte{0xff, 0xff} }
func (m *mcp) lines() int        { return 16 }
func (m *mcp) writeClears() bool { return false }
func (m *mcp) pair(at int) uint16 {
	return uint16(m.r[at]) | uint16(m.r[at+1])<<8
}
func (m *mcp) pullUp(line int) bool { return m.pair(0x0c)&(1<<line) != 0 }

func (m *mcp) drive(line int) string {
	switch bit := uint16(1) << line; {
	case m.pair(0)&bit != 0:
		return "free"
	case m.pair(0x14)&bit != 0:
		return "high"
	}
	return "low"
}

func (m *mcp) watches() uint16 {
	if m.pair(0x04) != 0 && m.r[0x0a]&0x44 != 0x44 {
		return 0 // port B has no line to interrupt by, or the pin fights the pull-up
	}
	return m.pair(0x04) & m.pair(0)
}

func (m *mcp) write(c *chip, bytes []byte) {
	at := int(bytes[0])
	if m.r[0x0a]&0x80 != 0 { // BANK
		if len(bytes) != 2 || at != 0x05 {
			c.t.Errorf("% x to a chip whose BANK is 1", bytes)
			return
		}
		at = 0x0a
	}
	if len(bytes) < 2 {
		c.t.Errorf("a write of register %#x without a value", at)
	}
	for i, b := range bytes[1:] {
		if i > 1 && m.r[0x0a]&0x20 != 0 {
			c.t.Errorf("% x while SEQOP keeps the address", bytes)
		}
		switch {
		case at >= len(m.r) || at >= 0x0e && at <= 0x11:
			c.t.Errorf("a write of register %#x", at)
			return
		case at >= 0x12 && at <= 0x13:
			c.t.Errorf("a write of the port: it is the latch that is written")
		case at == 0x0a || at == 0x0b: // one register at two addresses
			if b&0x81 != 0 {
				c.t.Errorf("IOCON %#x", b)
			}
			m.r[0x0a], m.r[0x0b] = b, b
		default:
			m.r[at] = b
		}
		at++
		c.settle() // between the bytes, too
	}
}

func (m *mcp) read(c *chip, w, r []byte) {
	if len(w) != 1 || m.r[0x0a]&0x80 != 0 || int(w[0])+len(r) > len(m.r) {
		c.t.Errorf("a read of %d bytes after % x", len(r), w)
		return
	}
	if at := int(w[0]); at >= 0x0e && at <= 0x13 && (at != 0x12 || len(r) != 2) {
		c.t.Errorf("a read of %d bytes at %#x: the other port's interrupt stays", len(r), at)
	}
	port := c.levels()
	for i := range r {
		switch at := int(w[0]) + i; at {
		case 0x12:
			r[i] = byte(port)
			c.look()
		case 0x13:
			r[i] = byte(port >> 8)
		default:
			r[i] = m.r[at]
		}
	}
}

// pcf is a PCF8574 or PCF8575 by its bytes.
type pcf struct {
	bytes int
	latch uint16
}

func (p *pcf) reset()               { p.latch = 0xffff }
func (p *pcf) lines() int           { return 8 * p.bytes }
func (p *pcf) writeClears() bool    { return true }
func (p *pcf) pullUp(line int) bool { return p.latch&(1<<line) != 0 }
func (p *pcf) watches() uint16      { return p.latch }

func (p *pcf) drive(line int) string {
	if p.pullUp(line) {
		return "free" // and pulled up
	}
	return "low"
}

func (p *pcf) write(c *chip, bytes []byte) {
	if len(bytes) != p.bytes {
		c.t.Errorf("a write of %d bytes", len(bytes))
		return
	}
	p.latch = uint16(bytes[0])
	if p.bytes == 2 {
		p.latch |= uint16(bytes[1]) << 8
	}
}

func (p *pcf) read(c *chip, w, r []byte) {
	if len(w) != 0 || len(r) != p.bytes {
		c.t.Errorf("a read of %d bytes after % x", len(r), w)
		return
	}
	port := c.look()
	for i := range r {
		r[i] = byte(port >> (8 * i))
	}
}
