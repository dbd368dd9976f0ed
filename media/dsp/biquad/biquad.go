// Package biquad is filters of the second order: high-pass, and the bands of an
// equaliser (R. Bristow-Johnson, Cookbook formulae for audio EQ biquad filter
// coefficients). Coefficients are computed once; nothing allocates afterwards.
package biquad

import (
	"errors"
	"fmt"
	"math"
)

// ErrConfig is returned (wrapped) for a filter that cannot be had.
var ErrConfig = errors.New("biquad: cannot be had")

// The kinds of a Band; "" is Peak. A high-pass has no gain.
const (
	Peak      = "peak"
	LowShelf  = "low-shelf"
	HighShelf = "high-shelf"
	HighPass  = "high-pass"
)

// Band is one of an equaliser.
type Band struct {
	Kind      string
	Frequency float64 // Hz: the middle of a peak, or of a slope
	Gain      float64 // dB
	Q         float64 // 0 means 1, of all but peaks 0.71: no overshoot, and a high-pass is Butterworth's
}

// Bounds of what can be had.
const (
	Bands    = 7   // of an equaliser: six and a high-pass
	MostGain = 20  // dB, up or down
	LeastQ   = 0.1 // an octave or more either side
	MostQ    = 10  // what is narrower rings
)

// highest is the part of the rate below which frequencies can be had: beyond it what
// the bilinear transform makes is no filter of that name any more.
const highest = 0.45

// Section is one filter. The zero Section is silence.
type Section struct{ b0, b1, b2, a1, a2, z1, z2 float32 }

// Section is a band as a filter.
func (b *Band) Section(rate int) (s Section, err error) {
	q := b.Q
	if q == 0 {
		q = math.Sqrt2 / 2
	}
	if b.Q == 0 && (b.Kind == Peak || b.Kind == "") {
		q = 1
	}
	within := b.Frequency > 0 && b.Frequency <= highest*float64(rate) && b.Gain >= -MostGain && b.Gain <= MostGain && q >= LeastQ && q <= MostQ
	sin, cos := math.Sincos(2 * math.Pi * b.Frequency / float64(rate))
	alpha, a := sin/(2*q), math.Pow(10, b.Gain/40)
	switch {
	case !within:
	case b.Kind == HighShelf:
		s = shelf(a, cos, alpha, -1)
	case b.Kind == LowShelf:
		s = shelf(a, cos, alpha, 1)
	case b.Kind == HighPass:
		s = section((1+cos)/2, -(1 + cos), (1+cos)/2, 1+alpha, -2*cos, 1-alpha)
	case b.Kind == Peak || b.Kind == "":
		s = section(1+alpha*a, -2*cos, 1-alpha*a, 1+alpha/a, -2*cos, 1-alpha/a)
	}
	if s.b0 == 0 {
		err = fmt.Errorf("%w: %q of %g Hz, %g dB at %d samples a second", ErrConfig, b.Kind, b.Frequency, b.Gain, rate)
	}
	return s, err
}

// shelf is the low one with side 1, the high one, its mirror, with -1.
func shelf(a, cos, alpha, side float64) Section {
	up, down, slope := a+1, (a-1)*side, 2*math.Sqrt(a)*alpha
	return section(
		a*(up-down*cos+slope), 2*a*(down-up*cos), a*(up-down*cos-slope),
		up+down*cos+slope, -2*(down+up*cos), up+down*cos-slope)
}

func section(b0, b1, b2, a0, a1, a2 float64) Section {
	return Section{b0: float32(b0 / a0), b1: float32(b1 / a0), b2: float32(b2 / a0), a1: float32(a1 / a0), a2: float32(a2 / a0)}
}

// Process filters x in its place. It is the transposed direct form II, whose state
// is about as large as the signal: float32 is enough down to 20 Hz at 48 kHz.
func (s *Section) Process(x []float32) {
	b0, b1, b2, a1, a2, z1, z2 := s.b0, s.b1, s.b2, s.a1, s.a2, s.z1, s.z2
	for i, v := range x {
		y := b0*v + z1
		z1 = b1*v - a1*y + z2
		z2 = b2*v - a2*y + 1e-20 // what dies away would become denormal, which is slow
		x[i] = y
	}
	s.z1, s.z2 = z1, z2
}

// Reset forgets the sound.
func (s *Section) Reset() { s.z1, s.z2 = 0, 0 }
