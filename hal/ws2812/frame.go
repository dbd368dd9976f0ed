package ws2812

import (
	"time"

	"periph.io/x/conn/v3/physic"
)

// bitRate is three bus bits a bit. Controllers divide a clock and round down:
// every rate from 2.11 to 2.85 MHz is in the datasheet's tolerance.
const bitRate = 2400 * physic.KiloHertz

// gap is the line's rest before and after the bits: before, because a bus may
// rest high, and a light takes that for a bit.
const gap = 300 * time.Microsecond

// gapBytes are that at bitRate, a bit being 5/12 of a microsecond.
const gapBytes = int(gap/time.Microsecond) * 12 / 5 / 8

// colour is red, green and blue.
type colour [3]byte

// ordered are the bytes of a colour as a strip wants them.
func (c colour) ordered(order string) [3]byte {
	if order == "rgb" {
		return c
	}
	return [3]byte{c[1], c[0], c[2]}
}

// dim is the colour at a percentage of its light.
func (c colour) dim(percent int) colour {
	for i := range c {
		c[i] = byte((int(c[i])*percent + 50) / 100)
	}
	return c
}

// frame appends what the bus sends for lights of these bytes.
func frame(out []byte, lights [][3]byte) []byte {
	out = append(out, make([]byte, gapBytes)...)
	for _, l := range lights {
		for _, b := range l {
			bits := uint32(0)
			for i := 7; i >= 0; i-- {
				bits = bits<<3 | 0b100 | uint32(b>>i&1)<<1
			}
			out = append(out, byte(bits>>16), byte(bits>>8), byte(bits))
		}
	}
	return append(out, make([]byte, gapBytes)...)
}
