package expander

import (
	"periph.io/x/conn/v3/i2c"
)

// pcf857x is a PCF8574 (one byte of lines) or PCF8575 (two). Its lines are
// quasi-bidirectional (PCF8574/74A datasheet rev. 5, section 8.1): a 1 is a weak
// pull-up of 100 µA, which is an output that is high and an input alike; a 0
// pulls down hard. At power-on all are 1. There is nothing but the lines' latch:
// one write moves all, and there is no order to keep.
type pcf857x struct{ bytes int }

var _ model = pcf857x{}

func (p pcf857x) lines() int    { return 8 * p.bytes }
func (p pcf857x) forgets() bool { return true } // its interrupt output is reset by a write, too

func (p pcf857x) restore(d i2c.Dev, s state) error { return p.write(d, s.input|s.latch) }

func (p pcf857x) change(d i2c.Dev, from, to state) error {
	if from.input|from.latch == to.input|to.latch {
		return nil
	}
	return p.restore(d, to)
}

// write sends P07 to P00 first, then P17 to P10: what a PCF8575 is told, or tells,
// has an even number of bytes.
func (p pcf857x) write(d i2c.Dev, latch uint16) error {
	out := [2]byte{byte(latch), byte(latch >> 8)}
	return d.Tx(out[:p.bytes], nil)
}

func (p pcf857x) read(d i2c.Dev) (uint16, error) {
	var in [2]byte
	err := d.Tx(nil, in[:p.bytes])
	return uint16(in[0]) | uint16(in[1])<<8, err
}
