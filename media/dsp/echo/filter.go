package echo

import "offhook/media/dsp/fourier"

// Of the Kalman filter.
const (
	firstDoubt  = 0.2  // covariance of a path that is not known; at 1 it diverges
	doubtDecay  = 0.55 // from a partition to the next: rooms die away
	restless    = 1e-4 // process noise by the power of the path, always
	moving      = 0.5  // and when error and echo are coherent
	changed     = 3    // and when the whole path seems to be another one
	observe     = 0.7  // memory of the power that is no echo, a block
	believed    = 0.7  // of what a block would teach if bins knew nothing of each other
	leastSpread = 0.5  // of a bin's own power, where its neighbours have none
	constrained = 1    // partitions a block
	meanwhile   = 0.02 // doubt of a path that was known in the call before, by its power
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
	lag         int           // blocks by which the first partition is later than what is played; whole partitions
	path        [][]complex64 // partition, bin
	doubts      [][]float32   // covariances
	sum         []complex64
	err         []complex64
	known       []float32 // the power of echo that the doubts explain
	other       []float32 // the power that is no echo
	spread      []float32 // known, as the window of a block spreads it
	strangers   []float32 // other, likewise
	rates       []float32
	motion      []float32 // of each bin, 0..1
	time        []float32
	turn        int
	doubtful    bool // much of what is left may be echo of which nothing was learned
}

func newFilter(block, taps, late int) *filter {
	n := fourier.Length(2 * block)
	hops := max((n-block+1)/block, 1)
	t := fourier.New(n)
	f := &filter{block: block, hops: hops, n: n, bins: t.Bins(), t: t, parts: (taps + hops*block - 1) / (hops * block),
		input: make([]float32, n), time: make([]float32, n)}
	v := func() []float32 { return make([]float32, f.bins) }
	w := func() []complex64 { return make([]complex64, f.bins) }
	for range (f.parts-1)*hops + 1 + late {
		f.spectra, f.powers = append(f.spectra, w()), append(f.powers, v())
	}
	for range f.parts {
		f.path, f.doubts = append(f.path, w()), append(f.doubts, v())
	}
	f.sum, f.err, f.known, f.other, f.rates, f.motion = w(), w(), v(), v(), v(), v()
	f.spread, f.strangers = v(), v()
	f.forget()
	return f
}

// forget begins anew.
func (f *filter) forget() {
	d := float32(firstDoubt)
	for p, path := range f.path {
		clear(path)
		for k := range f.doubts[p] {
			f.doubts[p][k] = d
		}
		d *= doubtDecay
	}
	clear(f.other)
}

// restart begins another call in the same room: nothing was played yet, and what
// stands in the room may have moved a little.
func (f *filter) restart() {
	clear(f.input)
	for i := range f.spectra {
		clear(f.spectra[i])
		clear(f.powers[i])
	}
	clear(f.motion)
	f.unsettle(meanwhile)
}

// move has the first partition filter what was played so many blocks ago, and
// begins anew: where the echo is another time late, it was another device's or is another buffer's.
func (f *filter) move(to int) {
	f.lag = to / f.hops * f.hops
	f.forget()
}

// shrink halves the path. It is trusted as before: where there is no echo, what does
// harm was learned of other sound, and a path that is doubted would learn more of that.
func (f *filter) shrink() {
	for _, path := range f.path {
		for k, w := range path {
			path[k] = complex(0.5*real(w), 0.5*imag(w))
		}
	}
}

// past is where the spectrum is that partition p filters.
func (f *filter) past(p int) int {
	i := f.at - f.lag - p*f.hops
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
	powers := f.powers[f.at][:f.bins]
	for k, x := range f.spectra[f.at][:len(powers)] {
		powers[k] = real(x)*real(x) + imag(x)*imag(x)
	}
	f.predict(echo)
}

// predict tells the echo of what is played, and what is in doubt of it.
func (f *filter) predict(echo []float32) {
	clear(f.sum)
	clear(f.known)
	for p := 0; p+1 < f.parts; p += 2 {
		f.addTwo(p)
	}
	if f.parts%2 == 1 {
		f.addOne(f.parts - 1)
	}
	f.t.Inverse(f.time, f.sum)
	copy(echo, f.time[f.n-f.block:])
}

// addTwo adds the echo of two partitions, and what is in doubt of it: at once, since
// half of the time would go into the sums' way to memory and back.
func (f *filter) addTwo(p int) {
	sum := f.sum
	n := len(sum)
	i, j := f.past(p), f.past(p+1)
	known, xs, xpower, ws, wdoubt := f.known[:n], f.spectra[i][:n], f.powers[i][:n], f.path[p][:n], f.doubts[p][:n]
	ys, ypower, vs, vdoubt := f.spectra[j][:n], f.powers[j][:n], f.path[p+1][:n], f.doubts[p+1][:n]
	for k, s := range sum {
		x, w, y, v := xs[k], ws[k], ys[k], vs[k]
		re := real(s) + real(x)*real(w) - imag(x)*imag(w)
		im := imag(s) + real(x)*imag(w) + imag(x)*real(w)
		sum[k] = complex(re+real(y)*real(v)-imag(y)*imag(v), im+real(y)*imag(v)+imag(y)*real(v))
		known[k] = known[k] + xpower[k]*wdoubt[k] + ypower[k]*vdoubt[k]
	}
}

// addOne is addTwo of a partition that is left over.
func (f *filter) addOne(p int) {
	sum := f.sum
	n := len(sum)
	i := f.past(p)
	known, spectrum, power, path, doubt := f.known[:n], f.spectra[i][:n], f.powers[i][:n], f.path[p][:n], f.doubts[p][:n]
	for k, s := range sum {
		x, w := spectrum[k], path[k]
		sum[k] = complex(real(s)+real(x)*real(w)-imag(x)*imag(w), imag(s)+real(x)*imag(w)+imag(x)*real(w))
		known[k] += power[k] * doubt[k]
	}
}

// adapt learns from what was left. A microphone that clipped teaches nothing.
func (f *filter) adapt(left []float32, clipped bool) {
	f.spectrum(left)
	part := float32(f.block) / float32(f.n)
	other := f.other[:len(f.err)]
	for k, e := range f.err {
		p := (real(e)*real(e) + imag(e)*imag(e)) * ((1 - observe) / part)
		other[k] = observe*other[k] + p
	}
	f.doubtful = false
	if clipped {
		return
	}
	f.temper()
	learned := believed * part
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
			more := doubt[k]*(1-learned*gain*power[k]) + motion[k]*(re*re+im*im)
			doubt[k] = smaller(more, 1)
		}
	}
	f.shorten()
}

// repeat learns from the same block once more, from what is left of it now. It has
// nothing new to say: the doubts stay.
func (f *filter) repeat(left []float32) {
	f.spectrum(left)
	f.temper()
	for p := range f.path {
		i := f.past(p)
		n := len(f.err)
		path, spectrum, doubt, rates := f.path[p][:n], f.spectra[i][:n], f.doubts[p][:n], f.rates[:n]
		for k, e := range f.err {
			gain := doubt[k] * rates[k]
			x, w := spectrum[k], path[k]
			path[k] = complex(real(w)+gain*(real(x)*real(e)+imag(x)*imag(e)), imag(w)+gain*(real(x)*imag(e)-imag(x)*real(e)))
		}
	}
	f.shorten()
}

// spectrum is that of what was left of a block.
func (f *filter) spectrum(left []float32) {
	clear(f.time[:f.n-f.block])
	copy(f.time[f.n-f.block:], left)
	f.t.Forward(f.err, f.time)
}

// shorten lets some partitions be as long as they are, in turns.
func (f *filter) shorten() {
	for range min(constrained, f.parts) {
		f.constrain(f.path[f.turn])
		if f.turn++; f.turn == f.parts {
			f.turn = 0
		}
	}
}

// temper finds how far each bin may go. What is left is a block within zeros, so
// that a bin of it has of its neighbours' power, too, as that of what is played, over a
// longer window, has not: between the harmonics of a voice a bin
// would learn from what is not its own.
func (f *filter) temper() {
	spread(f.spread, f.known)
	spread(f.strangers, f.other)
	n := len(f.known)
	rates, near, strangers := f.rates[:n], f.spread[:n], f.strangers[:n]
	var doubts, others float32
	for k, known := range f.known {
		doubt := larger(near[k], leastSpread*known)
		rates[k] = 1 / (doubt + strangers[k] + tiny)
		doubts += doubt
		others += strangers[k]
	}
	f.doubtful = doubts > 0.5*others
}

// spread is the mean of each bin and the two on either side; beyond the ends
// there is nothing. No sum is carried on: treble is small beside bass.
func spread(to, from []float32) {
	a, b, c, d := float32(0), float32(0), from[0], from[1]
	to = to[:len(from)]
	for k := range to {
		var e float32
		if k+2 < len(from) {
			e = from[k+2]
		}
		to[k] = 0.2 * (a + b + c + d + e)
		a, b, c, d = b, c, d, e
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
	if s.strange > 0 && s.changing > 0 {
		f.unsettle(changed * s.strange)
	}
	coherence := s.coherence[:len(f.motion)]
	for k, c := range coherence {
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
