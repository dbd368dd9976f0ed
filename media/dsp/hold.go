package dsp

import "math"

// Hold is how loud an echo of what was played may be: the most of the last while,
// which then dies away as in a room. The zero Hold has heard nothing.
type Hold struct {
	most float64 // power
	age  float64 // seconds
}

const holdFall = 200.0 // dB a second: a room of 0.3 s

// Take notes n samples of a mean power at rate Hz, and gives what is held for so
// many seconds.
func (h *Hold) Take(power float64, n int, rate, seconds float64) float64 {
	took := float64(n) / rate
	if h.age += took; h.age > seconds {
		h.most *= math.Pow(10, -holdFall/10*took)
	}
	if power >= h.most || h.most < 1e-3 {
		h.most, h.age = power, 0
	}
	return h.most
}
