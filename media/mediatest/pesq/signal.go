package pesq

import (
	"math"
	"slices"

	"offhook/media"
	"offhook/media/mediatest/fourier"
)

// signal is speech between two stretches of silence, and a tail of more.
type signal struct {
	*dimensions
	x []float64
	n int // of x, without the tail
}

func (d *dimensions) signal(f media.Frame) *signal {
	s := &signal{dimensions: d, n: len(f) + 2*d.lead}
	s.x = make([]float64, s.n+d.tail)
	for i, v := range f {
		s.x[d.lead+i] = float64(v)
	}
	return s
}

// body is the speech, with as much of what is after it as there is tail.
func (s *signal) body() []float64 { return s.x[s.lead : s.n-s.lead+s.tail] }

// speech is the speech alone.
func (s *signal) speech() []float64 { return s.x[s.lead : s.n-s.lead] }

// extend makes the signal n samples long, without the tail.
func (s *signal) extend(n int) {
	s.x = append(s.x, make([]float64, n-s.n)...)
	s.n = n
}

// level brings the power of 350 to 3250 Hz to a standard one, over the longest of the signals
// (P.862 §10.1.2). It returns false for silence.
func (s *signal) level(longest int) bool {
	const standard = 1e7
	band := &signal{dimensions: s.dimensions, x: slices.Clone(s.x), n: s.n}
	band.shape(alignBand[:])
	power := energy(band.body()) / float64(longest-2*s.lead+s.tail)
	if power == 0 {
		return false
	}
	gain := math.Sqrt(standard / power)
	for i := range s.x[:s.n] {
		s.x[i] *= gain
	}
	return true
}

func energy(x []float64) (sum float64) {
	for _, v := range x {
		sum += v * v
	}
	return sum
}

// handset is that of P.862: the receiving side of the IRS (P.830).
func handset(s *signal) { s.shape(irsReceive[:]) }

// headphones are those of P.862.2: nothing below 100 Hz.
func headphones(s *signal) {
	x := s.speech()
	for i := range 15 { // it begins and ends softly
		fade := float64(i+1) / 16
		x[i] *= fade
		x[len(x)-1-i] *= fade
	}
	highPass16.filter(x)
}

// shape gives the body the frequency response of a curve, 0 dB at 1 kHz.
func (s *signal) shape(curve []point) {
	body := s.body()
	t := fourier.New(fourier.Length(len(body)))
	x := make([]complex128, t.Len())
	for i, v := range body {
		x[i] = complex(v, 0)
	}
	t.Forward(x)
	unity := at(curve, 1000)
	for k := range x {
		line := min(k, len(x)-k)
		db := at(curve, float64(line)*float64(s.rate)/float64(len(x))) - unity
		x[k] *= complex(math.Pow(10, db/20), 0)
	}
	t.Inverse(x)
	for i := range body {
		body[i] = real(x[i])
	}
}

// aligned is the signal as the alignment sees it: without its mean, with soft
// ends, in the band of the telephone (P.862 §10.1.4).
func (s *signal) aligned() *signal {
	a := &signal{dimensions: s.dimensions, x: slices.Clone(s.x), n: s.n}
	x := a.speech()
	var mean float64
	for _, v := range x {
		mean += v
	}
	mean /= float64(s.n)
	for i := range x {
		x[i] -= mean
	}
	for i := range s.block {
		fade := (float64(i) + 0.5) / float64(s.block)
		x[i] *= fade
		x[len(x)-1-i] *= fade
	}
	for i := range s.input {
		s.input[i].filter(a.x)
	}
	return a
}
