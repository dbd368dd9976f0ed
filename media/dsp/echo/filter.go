package echo

import "offhook/media/dsp/fourier"

// Of the Kalman filter.
const (
	firstDoubt  = 0.2  // covariance of a path that is not known; at 1 it diverges
	doubtDecay  = 0.7  // from a partition to the next: rooms die away
	restless    = 2e-4 // process noise by the power of the path, always
	moving      = 0.5  // and when error and echo are coherent
	changed     = 1.2  // and when the whole path seems to be another one
	observe     = 0.6  // memory of the power that is no echo, a block
	constrained = 1    // partitions a block
	tiny        = 1e-9
)

// filter is the echo path: partitions of hops blocks each, so that a transform
// of a power of two is used whole.
type filter struct {
	block, hops int
	n, bins     int
	parts       int
	t           *fourier.Transform
	input       []float32     // the last n samples that were played
	spectra     [][]complex64 // of input, a ring of one a block
	powers      [][]float32
	at          int
	path        [][]complex64 // partition, bin
	doubts      [][]float32   // covariances
	sum         []complex64
	err         []complex64
	known       []float32 // the power of echo that the doubts explain
	other       []float32 // the power that is no echo
	rates       []float32
	motion      []float32 // of each bin, 0..1
	time        []float32
	turn        int
}

func newFilter(block, taps int) *filter {
	n := fourier.Length(2 * block)
	hops := max((n-block+1)/block, 1)
	t := fourier.New(n)
	f := &filter{block: block, hops: hops, n: n, bins: t.Bins(), t: t, parts: (taps + hops*block - 1) / (hops * block),
		input: make([]float32, n), time: make([]float32, n)}
	v := func() []float32 { return make([]float32, f.bins) }
	w := func() []complex64 { return make([]complex64, f.bins) }
	for range (f.parts-1)*hops + 1 {
		f.spectra, f.powers = append(f.spectra, w()), append(f.powers, v())
	}
	for range f.parts {
		f.path, f.doubts = append(f.path, w()), append(f.doubts, v())
	}
	f.sum, f.err, f.known, f.other, f.rates, f.motion = w(), w(), v(), v(), v(), v()
	f.forget()
	return f
}

// forget begins anew.
func (f *filter) forget() {
	for p := range f.path {
		clear(f.path[p])
	}
	f.doubt()
	clear(f.other)
}

// doubt keeps half of the path, and trusts none of it.
func (f *filter) doubt() {
	d := float32(firstDoubt)
	for p := range f.path {
		for k := range f.doubts[p] {
			f.path[p][k] *= 0.5
			f.doubts[p][k] = d
		}
		d *= doubtDecay
	}
}

// past is where the spectrum is that partition p filters.
func (f *filter) past(p int) int {
	i := f.at - p*f.hops
	if i < 0 {
		i += len(f.spectra)
	}
	return i
}

// estimate takes what is played and tells its echo.
func (f *filter) estimate(echo, far []float32) {
	copy(f.input, f.input[f.block:])
	copy(f.input[f.n-f.block:], far)
	if f.at++; f.at == len(f.spectra) {
		f.at = 0
	}
	f.t.Forward(f.spectra[f.at], f.input)
	for k, x := range f.spectra[f.at] {
		f.powers[f.at][k] = real(x)*real(x) + imag(x)*imag(x)
	}
	clear(f.sum)
	clear(f.known)
	for p, path := range f.path {
		i := f.past(p)
		spectrum, power, doubt := f.spectra[i][:len(f.sum)], f.powers[i][:len(f.sum)], f.doubts[p][:len(f.sum)]
		path, known := path[:len(f.sum)], f.known[:len(f.sum)]
		for k, s := range f.sum {
			x, w := spectrum[k], path[k]
			f.sum[k] = complex(real(s)+real(x)*real(w)-imag(x)*imag(w), imag(s)+real(x)*imag(w)+imag(x)*real(w))
			known[k] += power[k] * doubt[k]
		}
	}
	f.t.Inverse(f.time, f.sum)
	copy(echo, f.time[f.n-f.block:])
}

// adapt learns from what was left. A microphone that clipped teaches nothing.
func (f *filter) adapt(left []float32, clipped bool) {
	clear(f.time[:f.n-f.block])
	copy(f.time[f.n-f.block:], left)
	f.t.Forward(f.err, f.time)
	part := float32(f.block) / float32(f.n)
	for k, e := range f.err {
		p := (real(e)*real(e) + imag(e)*imag(e)) / part
		f.other[k] = observe*f.other[k] + (1-observe)*larger(p-0.5*f.known[k], 0.3*p)
		f.rates[k] = 1 / (f.known[k] + f.other[k] + tiny)
	}
	if clipped {
		return
	}
	for p := range f.path {
		i := f.past(p)
		n := len(f.err)
		path, spectrum, power, doubt := f.path[p][:n], f.spectra[i][:n], f.powers[i][:n], f.doubts[p][:n]
		rates, motion := f.rates[:n], f.motion[:n]
		for k, e := range f.err {
			gain := doubt[k] * rates[k]
			x, w := spectrum[k], path[k]
			re := real(w) + gain*(real(x)*real(e)+imag(x)*imag(e))
			im := imag(w) + gain*(real(x)*imag(e)-imag(x)*real(e))
			path[k] = complex(re, im)
			more := doubt[k]*(1-part*gain*power[k]) + motion[k]*(re*re+im*im)
			doubt[k] = smaller(more, 1)
		}
	}
	for range min(constrained, f.parts) {
		f.constrain(f.path[f.turn])
		if f.turn++; f.turn == f.parts {
			f.turn = 0
		}
	}
}

// constrain lets a partition be as long as it is.
func (f *filter) constrain(path []complex64) {
	f.t.Inverse(f.time, path)
	clear(f.time[f.hops*f.block:])
	f.t.Forward(path, f.time)
}

// coherent sets how much the path may move: as far as what is left is like the echo.
func (f *filter) coherent(s *suppressor) {
	if s.strange > 0 {
		f.unsettle(changed * s.strange)
	}
	for k := range f.motion {
		c := s.coherence[k]
		f.motion[k] = restless + moving*s.likeness*c
	}
}

// unsettle doubts each partition as far as it has power.
func (f *filter) unsettle(by float32) {
	for p, path := range f.path {
		var power float32
		for _, w := range path {
			power += real(w)*real(w) + imag(w)*imag(w)
		}
		power *= by / float32(f.bins)
		doubt := f.doubts[p]
		for k, d := range doubt {
			doubt[k] = smaller(d+power, 1)
		}
	}
}

// peak is the partition with the most power.
func (f *filter) peak() (at int) {
	var most float32
	for p, path := range f.path {
		var sum float32
		for _, w := range path {
			sum += real(w)*real(w) + imag(w)*imag(w)
		}
		if sum > most {
			most, at = sum, p
		}
	}
	return at
}

// larger is max of two numbers: that is a call on ARMv6, since it knows of those that are none.
func larger(a, b float32) float32 {
	if a > b {
		return a
	}
	return b
}

// smaller is min.
func smaller(a, b float32) float32 {
	if a < b {
		return a
	}
	return b
}
