package dtmf

import (
	"math"
	"math/cmplx"
)

// The limits. Levels are of energies, thus squares.
const (
	// share is how much of a window's energy the two tones must have. It is what
	// keeps voices out, and what a window that a tone fills in part fails.
	share = 0.84
	// weakest is each tone's level: -33 dBm0, -36 dB of a full-scale sine.
	weakest = 0.000251 / 2
	// Twist: 4 and 8 dB must be taken, with noise upon them.
	twistUp, twistDown = 3.6, 0.11 // +5.5 dB, -9.6 dB
	// above is how far a tone stands above the others of its group: 6 dB.
	above = 4.0
	// steadiness is how much a level may change in a block: 4 dB.
	steadiness = 2.5
	// tuneLimit lies between the 1.5 % that must be taken and the 3.5 % that must not.
	tuneLimit = 0.025
	// slack is how much of a drift is made up for in the level. A voice's drift is
	// anything: it must not be made louder by it.
	slack = 0.018
)

const keypad = "123A456B789C*0#D"

func frequencies() [8]float64 { return [8]float64{697, 770, 852, 941, 1209, 1336, 1477, 1633} }

// resonator is one Goertzel filter.
type resonator struct {
	c      float64 // twice the cosine
	turn   complex128
	block  complex128 // what a block turns the phase by, at the filter's frequency
	hz     float64
	s1, s2 float64
}

func newBank() (bank [8]resonator) {
	for i, f := range frequencies() {
		w := 2 * math.Pi * f / rate
		bank[i] = resonator{c: 2 * math.Cos(w), turn: cmplx.Rect(1, -w), block: cmplx.Rect(1, w*blockSize), hz: f}
	}
	return bank
}

func (r *resonator) step(x float64) {
	r.s1, r.s2 = x+r.c*r.s1-r.s2, r.s1
}

// take ends a block: its value, whose phase is that of the block's end.
func (r *resonator) take() component {
	y := component{value: complex(r.s1, 0) - r.turn*complex(r.s2, 0), block: r.block, hz: r.hz}
	r.s1, r.s2 = 0, 0
	return y
}

// component is what one filter has of one block.
type component struct {
	value, block complex128
	hz           float64
}

type block struct {
	tones  [8]component
	energy float64
}

// verdict is what is in a window.
type verdict struct {
	digit rune       // 0: none
	level [2]float64 // of the lower and the upper tone
	drift [2]float64 // of their frequencies, relative
}

// judge looks at the window that two blocks are.
func judge(a, b *block) verdict {
	total := a.energy + b.energy
	if total < 2*weakest*windowSize {
		return verdict{}
	}
	var power [8]float64
	for i := range power {
		sum := a.tones[i].value*a.tones[i].block + b.tones[i].value
		power[i] = real(sum)*real(sum) + imag(sum)*imag(sum)
	}
	row, ok := strongest(power[:4])
	column, clear := strongest(power[4:])
	if !ok || !clear {
		return verdict{}
	}
	var v verdict
	var tones float64
	for i, at := range [2]int{row, 4 + column} {
		off := drift(&a.tones[at], &b.tones[at])
		// The mean square of a sine that the window holds whole.
		v.level[i] = 2 * power[at] / (windowSize * windowSize) / droop(min(math.Abs(off), slack*a.tones[at].hz))
		v.drift[i] = off / a.tones[at].hz
		tones += v.level[i]
	}
	twist := v.level[1] / v.level[0]
	if twist > twistUp || twist < twistDown || min(v.level[0], v.level[1]) < weakest || tones*windowSize < share*total {
		return verdict{}
	}
	v.digit = rune(keypad[4*row+column])
	return v
}

// strongest finds the tone of a group that stands above the others.
func strongest(group []float64) (at int, ok bool) {
	for i, p := range group {
		if p > group[at] {
			at = i
		}
	}
	for i, p := range group {
		if i != at && p*above > group[at] {
			return at, false
		}
	}
	return at, true
}

// drift is how far from the filter's frequency the tone is, in Hz: by how much
// the phase has moved from block to block beyond the filter's own.
func drift(a, b *component) float64 {
	moved := b.value * cmplx.Conj(a.value*a.block)
	return math.Atan2(imag(moved), real(moved)) * rate / (2 * math.Pi * blockSize)
}

// droop is what a window leaves of a tone's energy that is off by so many Hz.
func droop(off float64) float64 {
	x := off * windowSize / rate * math.Pi
	if x < 1e-3 {
		return 1
	}
	s := math.Sin(x) / x
	return s * s
}
