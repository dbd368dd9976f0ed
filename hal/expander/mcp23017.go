package expander

import (
	"periph.io/x/conn/v3/i2c"
)

// Registers of an MCP23017 with IOCON.BANK = 0 (datasheet DS20001952, table 3-5):
// each has one for port A and, next to it, one for port B.
const (
	mcpDirection = 0x00 // IODIR: 1 is an input; all are at power-on
	mcpPolarity  = 0x02 // IPOL
	mcpWatch     = 0x04 // GPINTEN
	mcpConfig    = 0x0a // IOCON
	mcpPullUp    = 0x0c // GPPU
	mcpPort      = 0x12 // GPIO
	mcpLatch     = 0x14 // OLAT
	// mcpBankedConfig is IOCON where another program left BANK at 1, and
	// GPINTENB where not (register 3-6).
	mcpBankedConfig = 0x05
	// One interrupt for both ports (MIRROR, section 3.6.1.1), on an open drain (ODR)
	// so that the expander need not have the board's voltage; addresses count up
	// (SEQOP is clear).
	mcpMirrorOpenDrain = 0x44
)

// mcp23017 has registers for everything.
type mcp23017 struct{}

var _ model = mcp23017{}

func (mcp23017) lines() int    { return 16 }
func (mcp23017) forgets() bool { return false } // section 3.6.4: only a read takes an interrupt back

// restore makes inputs of lines before their latch moves, and outputs of lines
// only when it has: a latch that is written first shows on a line that still is
// an output, one that is written last shows a level that nobody asked for.
func (m mcp23017) restore(d i2c.Dev, s state) error {
	if err := send(d, mcpBankedConfig, 0); err != nil {
		return err
	}
	// IPOL, GPINTEN, DEFVAL, INTCON (compare with the last reading), IOCON and
	// GPPU lie in a row.
	setup := []byte{mcpPolarity, 0, 0, byte(s.watch), byte(s.watch >> 8), 0, 0, 0, 0,
		mcpMirrorOpenDrain, mcpMirrorOpenDrain, byte(s.pullUp), byte(s.pullUp >> 8)}
	// The address counts up only if SEQOP is clear: that first.
	if err := send(d, mcpConfig, mcpMirrorOpenDrain); err != nil {
		return err
	}
	if err := send(d, setup...); err != nil {
		return err
	}
	var now [2]byte
	if err := d.Tx([]byte{mcpDirection}, now[:]); err != nil {
		return err
	}
	is := uint16(now[0]) | uint16(now[1])<<8
	if err := m.write(d, mcpDirection, is, is|s.input); err != nil {
		return err
	}
	if err := send(d, mcpLatch, byte(s.latch), byte(s.latch>>8)); err != nil {
		return err
	}
	return send(d, mcpDirection, byte(s.input), byte(s.input>>8))
}

func (m mcp23017) change(d i2c.Dev, from, to state) error {
	for _, w := range []struct {
		register byte
		from, to uint16
	}{
		{mcpPullUp, from.pullUp, to.pullUp},
		{mcpDirection, from.input, from.input | to.input},
		{mcpLatch, from.latch, to.latch},
		{mcpDirection, from.input | to.input, to.input},
		{mcpWatch, from.watch, to.watch},
	} {
		if err := m.write(d, w.register, w.from, w.to); err != nil {
			return err
		}
	}
	return nil
}

// write writes a pair of registers if it is to be something else.
func (mcp23017) write(d i2c.Dev, register byte, from, to uint16) error {
	if from == to {
		return nil
	}
	return send(d, register, byte(to), byte(to>>8))
}

// read reads both ports: each takes back its own interrupt alone (section 3.6.1).
func (mcp23017) read(d i2c.Dev) (uint16, error) {
	var port [2]byte
	err := d.Tx([]byte{mcpPort}, port[:])
	return uint16(port[0]) | uint16(port[1])<<8, err
}

func send(d i2c.Dev, bytes ...byte) error { return d.Tx(bytes, nil) }
