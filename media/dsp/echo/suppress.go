package echo

import "math"

// Of the suppressor.
const (
	likeMemory  = 0.92  // of the coherence, a block
	quickMemory = 0.4   // of what tells soon that the path is another one
	alarm       = 0.4   // of sudden, at which that is believed
	leakMemory  = 0.98  // of the leakage, a block
	decided     = 0.9   // how much of the a-priori ratio is the block before's
	tailMemory  = 0.6   // the room's end, past the filter
	floorSpeech = 0.17  // -15 dB: while the near side speaks
	floorEcho   = 0.003 // else
	anywhere    = 0.2   // power of an echo by that of what was played, until it is found
	noiseFloor  = 0.15  // of noise that is suppressed
	noiseRise   = 1.004 // a block
	relearn     = 100   // blocks in which a path that was known is looked for anew
	quickStart  = 50    // blocks in which noise may rise quickly
	listening   = 20    // of them before anything was heard
	quietRoom   = 1.7e-4
	usualRoom   = 1.2e-3 // root mean square of noise: -75 and -58 dBov
)

// suppressor makes quieter what is echo: blocks overlap by half.
type suppressor struct {
	block, n int
	f        *filter
	finder   *finder // nil: none
	noisy    bool
	window   []float32
	left     []float32 // the last block of error
	echo     []float32 // and of echo
	add      []float32
	time     []float32
	e, y     []complex64
	// Smoothed spectra of error and echo, and across.
	see, syy  []float32
	sey       []complex64
	coherence []float32
	heard     []float32 // power of the microphone
	likeness  float32
	strange   float32   // how sure it is that the path is another one, 0..1
	quick     float32   // how far error and echo go one way: -1 when the echo is turned over in the error
	judges    float32   // bins that quick is the mean of
	sudden    float32   // the same as strange, sooner and less sure
	alarmed   bool      // just now
	risen     float32   // how sure it is that the echo has become louder, 0..1
	lost      bool      // the path is not known
	found     int       // blocks in which the echo was taken out
	changing  int       // blocks for which a path that was known may be another one
	leakE     []float32 // mean powers, and how they vary together
	leakY     []float32
	covers    []float32
	varies    []float32
	leak      []float32
	rest      []float32 // power of echo that is left
	noise     []float32
	slow      []float32
	clean     []float32 // a-priori ratio of the block before
	gain      []float32
	near      float32 // how sure it is that the near side speaks
	seed      uint32
	blocks    int
}

func newSuppressor(block int, noisy bool, f *filter) *suppressor {
	s := &suppressor{block: block, n: f.n, f: f, noisy: noisy, seed: 1, lost: true}
	for _, v := range []*[]float32{&s.see, &s.syy, &s.coherence, &s.heard, &s.leakE, &s.leakY, &s.covers, &s.varies, &s.leak,
		&s.rest, &s.noise, &s.slow, &s.clean, &s.gain} {
		*v = make([]float32, f.bins)
	}
	for k := range s.leak {
		s.leak[k] = 0.05
	}
	s.e, s.y, s.sey = make([]complex64, f.bins), make([]complex64, f.bins), make([]complex64, f.bins)
	s.left, s.echo, s.add = make([]float32, block), make([]float32, block), make([]float32, block)
	s.time, s.window = make([]float32, f.n), make([]float32, 2*block)
	for i := range s.window {
		s.window[i] = float32(math.Sin(math.Pi * (float64(i) + 0.5) / float64(2*block)))
	}
	s.expect()
	return s
}

// expect begins with the noise of a quiet room: one that is thought loud would be
// filled up with comfort noise. Where noise is taken out it begins as that of a usual
// room: what is louder takes long to be known as noise.
func (s *suppressor) expect() {
	level := quietRoom
	if s.noisy {
		level = usualRoom
	}
	for k := range s.noise {
		shape := 1 + emphasis*emphasis - 2*emphasis*math.Cos(math.Pi*float64(k)/float64(len(s.noise)-1))
		s.noise[k] = float32(level * level * float64(s.block) * shape)
		s.slow[k] = s.noise[k]
	}
	s.blocks = quickStart - listening
}

// restart begins another call in the same room: its noise and its leaks are known.
func (s *suppressor) restart() {
	for _, v := range [][]float32{s.left, s.echo, s.add, s.see, s.syy, s.coherence, s.clean, s.rest} {
		clear(v)
	}
	clear(s.sey)
	s.quick, s.likeness, s.strange, s.sudden, s.risen, s.near = 0, 0, 0, 0, 0, 0
}

// lose has the path be one that is not known.
func (s *suppressor) lose() {
	s.lost, s.found = true, 0
	clear(s.sey)
	clear(s.coherence)
}

// spectrum is that of the last two blocks.
func (s *suppressor) spectrum(to []complex64, last, now []float32) {
	b := s.block
	for i, w := range s.window[:b] {
		s.time[i] = w * last[i]
		s.time[b+i] = s.window[b+i] * now[i]
	}
	clear(s.time[2*b:])
	s.f.t.Forward(to, s.time)
	copy(last, now)
}

// process suppresses in e what is left of the echo y, or all of it where y would do
// harm and was not taken out; it says whether there is echo.
func (s *suppressor) process(out, e, y []float32, harm bool) bool {
	s.spectrum(s.e, s.left, e)
	s.spectrum(s.y, s.echo, y)
	s.compare(harm)
	if s.finder != nil {
		s.finder.hear(s.f.powers[s.f.at], s.heard)
	}
	s.remaining()
	played := s.weigh()
	hush := s.hush()
	s.apply()
	s.f.t.Inverse(s.time, s.e)
	for i := range out {
		out[i] = hush*s.add[i] + s.window[i]*s.time[i]
		s.add[i] = s.window[s.block+i] * s.time[s.block+i]
	}
	return played
}

// hush is by how much the half of the block before that was not sent yet is taken
// down, too, when that block turns out to have been echo.
func (s *suppressor) hush() float32 {
	if !s.alarmed {
		return 1
	}
	var in, out float32
	for k, e := range s.e {
		p := real(e)*real(e) + imag(e)*imag(e)
		in += p
		out += s.gain[k] * s.gain[k] * p
	}
	return float32(math.Sqrt(float64(out / (in + 1e-20))))
}

// compare tells how like each other error and echo are, in each bin and in all.
func (s *suppressor) compare(harm bool) {
	var like, all, errors, across, sum, bins float32
	n := len(s.e)
	echoes, heards, noise := s.y[:n], s.heard[:n], s.noise[:n]
	see, syy, sey, coherence := s.see[:n], s.syy[:n], s.sey[:n], s.coherence[:n]
	for k, e := range s.e {
		y := echoes[k]
		if harm {
			e -= y
		}
		heard := e + y
		heards[k] = real(heard)*real(heard) + imag(heard)*imag(heard)
		pe, py := real(e)*real(e)+imag(e)*imag(e), real(y)*real(y)+imag(y)*imag(y)
		see[k] = likeMemory*see[k] + (1-likeMemory)*pe
		syy[k] = likeMemory*syy[k] + (1-likeMemory)*py
		re := real(e)*real(y) + imag(e)*imag(y)
		im := imag(e)*real(y) - real(e)*imag(y)
		if py > 4*noise[k] {
			way := re * re / (pe*py + 1e-20)
			if re < 0 {
				way = -way
			}
			sum += way
			bins++
		}
		c := sey[k]
		c = complex(likeMemory*real(c)+(1-likeMemory)*re, likeMemory*imag(c)+(1-likeMemory)*im)
		sey[k] = c
		across += real(c)
		errors += see[k]
		both := real(c)*real(c) + imag(c)*imag(c)
		x := both / (see[k]*syy[k] + 1e-20)
		like += x * syy[k]
		all += syy[k]
		coherence[k] = larger(0, (x-0.12)/0.88)
	}
	s.likeness = max(0, (like/(all+1e-12)-0.12)/0.88)
	s.quick *= quickMemory
	if bins >= 8 {
		s.quick += (1 - quickMemory) * (sum / bins)
		s.judges = bins
	}
	s.judge(across/(all+1e-9), errors/(all+1e-9))
	if harm && all > 0 {
		if !s.lost {
			s.changing = relearn
		}
		s.strange, s.lost, s.found = max(s.strange, 0.5), true, 0
	}
}

// judge finds out whether the path has changed: what a filter that is right leaves
// has nothing in common with its echo, whoever speaks; what the filter of another
// path leaves has the echo in it, turned over.
func (s *suppressor) judge(across, errors float32) {
	s.changing = max(s.changing-1, 0)
	chance := 2 * float32(math.Sqrt(float64(errors)/800))
	s.strange = min(max(-across-0.2-chance, 0)*2, 1)
	s.surprise()
	switch {
	case s.strange > 0.2:
		if !s.lost {
			s.changing = relearn
			if s.finder != nil {
				s.finder.hurry()
			}
		}
		s.lost, s.found = true, 0
	case s.lost && errors < 0.15:
		s.found++
		s.lost = s.found < 30
	}
}

// surprise judges by a few blocks. Whoever speaks, each bin of the error goes with the
// echo or against it by chance: the fewer bins, the further all of them may go. All with
// it is an echo that was turned up, as much as twice.
func (s *suppressor) surprise() {
	chance := 0.1 + 2.5/float32(math.Sqrt(float64(s.judges+1)))
	now := max(min(max(-s.quick-chance, 0)*8, 1), 0.8*s.sudden)
	s.risen = max(min(max(s.quick-chance, 0)*8, 1), 0.8*s.risen)
	s.alarmed = now > alarm && s.sudden <= alarm
	s.sudden = now
	if s.alarmed && !s.lost && s.finder != nil {
		s.finder.hurry()
	}
}

// remaining estimates the power of echo that the filter left: what its covariance
// says, and what goes up and down with the echo although no filter can take it out.
func (s *suppressor) remaining() {
	scale := float32(s.block) / float32(s.n)
	if s.lost {
		scale *= 4
	}
	least := max(4*max(s.strange, s.sudden-0.15), s.risen)
	n := len(s.e)
	echoes, known, rests, leaks := s.y[:n], s.f.known[:n], s.rest[:n], s.leak[:n]
	leakE, leakY, covers, varies := s.leakE[:n], s.leakY[:n], s.covers[:n], s.varies[:n]
	for k, e := range s.e {
		y := echoes[k]
		pe, py := real(e)*real(e)+imag(e)*imag(e), real(y)*real(y)+imag(y)*imag(y)
		de, dy := pe-leakE[k], py-leakY[k]
		leakE[k] += 0.05 * de
		leakY[k] += 0.05 * dy
		covers[k] = leakMemory*covers[k] + (1-leakMemory)*de*dy
		varies[k] = leakMemory*varies[k] + (1-leakMemory)*dy*dy
		leak := smaller(larger(covers[k]/(varies[k]+1e-16), 0.0005), 1)
		leaks[k] += 0.05 * (leak - leaks[k])
		now := scale*known[k] + larger(leaks[k], least)*py
		rests[k] = larger(now, tailMemory*rests[k])
	}
	if s.finder != nil && s.finder.searching() {
		for k, p := range s.finder.hold[:n] {
			rests[k] = larger(rests[k], anywhere*p)
		}
	}
}

// weigh finds the gains; it says whether there is echo.
func (s *suppressor) weigh() bool {
	s.blocks++
	rise := float32(noiseRise)
	if s.blocks < quickStart {
		rise = 1.1
	}
	var above, echo, all float32
	n := len(s.e)
	rests, noise, slow, clean, gain := s.rest[:n], s.noise[:n], s.slow[:n], s.clean[:n], s.gain[:n]
	for k, e := range s.e {
		p := real(e)*real(e) + imag(e)*imag(e)
		slow[k] = 0.8*slow[k] + 0.2*p
		if slow[k] < noise[k] {
			noise[k] = 0.7*noise[k] + 0.3*slow[k]
		} else {
			noise[k] *= rise
		}
		noise[k] = larger(noise[k], 1e-10)
		above += larger(p-2*rests[k]-4*noise[k], 0)
		echo += rests[k]
		all += p
	}
	// The near side speaks where there is more than echo and noise explain.
	sure := above / (all + 1e-10)
	if sure > s.near {
		s.near += 0.3 * (sure - s.near)
	} else {
		s.near += 0.12 * (sure - s.near)
	}
	speaks := min(max((s.near-0.15)*3, 0), 1)
	if s.sudden > alarm || s.lost && echo > 0.3*all {
		speaks = 0 // half duplex, until the path is known
	}
	floor := floorEcho + speaks*(floorSpeech-floorEcho)
	over := 6 - 5.85*speaks
	kept := float32(decided)
	if s.alarmed {
		kept = 0 // what was taken for speech a block ago was echo
	}
	for k, e := range s.e {
		p := real(e)*real(e) + imag(e)*imag(e)
		rest := over*rests[k] + 1e-12
		if s.noisy {
			rest += 1.8 * noise[k]
		}
		after := p / rest
		before := kept*clean[k] + (1-decided)*larger(after-1, 0)
		g := before / (1 + before)
		clean[k] = g * g * after
		gain[k] = larger(g, floor)
	}
	return echo > 0.01*all
}

// apply multiplies, and puts comfort noise where more than noise was taken out.
func (s *suppressor) apply() {
	keep := float32(1)
	if s.noisy {
		keep = noiseFloor * noiseFloor
	}
	n := len(s.e)
	noise, gain := s.noise[:n], s.gain[:n]
	for k, e := range s.e {
		g := gain[k]
		p := real(e)*real(e) + imag(e)*imag(e)
		lacks := keep*noise[k] - g*g*p
		re, im := g*real(e), g*imag(e)
		if lacks > 0 {
			a := float32(math.Sqrt(float64(1.5 * lacks)))
			s.seed = s.seed*1664525 + 1013904223
			re += a * (float32(s.seed>>16)/32768 - 1)
			s.seed = s.seed*1664525 + 1013904223
			im += a * (float32(s.seed>>16)/32768 - 1)
		}
		s.e[k] = complex(re, im)
	}
	last := len(s.e) - 1
	s.e[0], s.e[last] = complex(real(s.e[0]), 0), complex(real(s.e[last]), 0)
}
