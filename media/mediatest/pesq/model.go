package pesq

import (
	"offhook/media/mediatest/fourier"
)

// model compares both signals as hearing does (P.862 §10.2). Frames are of 32 ms, every 16 ms.
type model struct {
	*dimensions
	ref, deg    *signal // levelled, as heard; of the same length
	utterances  []utterance
	first, last int // frames of the reference that are not silence

	frames []frame
	ears   ears
}

// frame is what is known of a frame.
type frame struct {
	ref, deg         []float64 // power in each band
	silent           bool
	total            float64 // audible power of the reference
	symmetric, added float64 // disturbances
}

// score is the raw score of P.862.
func (m *model) score() float64 {
	m.bounds()
	m.ears = newEars(m.dimensions)
	m.spectra()
	m.equalise()
	m.follow(0, m.last+1, func(f *frame, symmetric, added float64) { f.symmetric, f.added = symmetric, added })
	m.forgive()
	m.realign()
	m.weigh()
	return 4.5 - 0.1*m.total(func(f *frame) float64 { return f.symmetric }) -
		0.0309*m.total(func(f *frame) float64 { return f.added })
}

// hop is how far frames are apart.
func (m *model) hop() int { return m.frame / 2 }

// bounds leaves out digital silence at both ends of the reference.
func (m *model) bounds() {
	const silence = 500 // sum of five samples
	body := m.ref.body()
	loud := func(i, step int) bool {
		sum := 0.0
		for k := range 5 {
			sum += max(body[i+k*step], -body[i+k*step])
		}
		return sum >= silence
	}
	begin, end := 0, 0
	for begin < m.ref.n/2 && !loud(begin, 1) {
		begin++
	}
	for end < m.ref.n/2 && !loud(len(body)-1-end, -1) {
		end++
	}
	m.first, m.last = begin/m.hop(), (len(body)-end)/m.hop()-1
}

// spectra are the powers in bands, those of the degraded signal where it is heard.
func (m *model) spectra() {
	const silence = 1e7
	m.frames = make([]frame, m.last+1)
	for i := range m.frames {
		f := &m.frames[i]
		f.ref, f.deg = make([]float64, len(m.bands)), make([]float64, len(m.bands))
		at := m.lead + i*m.hop()
		m.ears.hear(m.ref.x[at:], f.ref)
		f.silent = m.ears.audible(f.ref, 100) < silence
		at += m.at(m.utterances, at).delay
		if at > 0 && at+m.frame < len(m.deg.x) {
			m.ears.hear(m.deg.x[at:], f.deg)
		}
	}
}

// equalise gives the reference the frequency response that the degraded signal has, within 20 dB.
func (m *model) equalise() {
	const least = 1000
	count := float64(len(m.ref.body())/m.hop() - 1)
	for b, band := range m.bands {
		var ref, deg float64
		for i := range m.frames {
			f := &m.frames[i]
			if f.silent {
				continue
			}
			if p := f.ref[b]; p > 100*band.threshold {
				ref += p
			}
			if p := f.deg[b]; p > 100*band.threshold {
				deg += p
			}
		}
		ratio := (deg/count + least) / (ref/count + least)
		ratio = min(max(ratio, 0.01), 100)
		for i := range m.frames {
			m.frames[i].ref[b] *= ratio
		}
	}
}

// follow makes the levels of frames from to to-1 alike, but for quick changes, and gives
// their disturbances to keep.
func (m *model) follow(from, to int, keep func(f *frame, symmetric, added float64)) {
	gain := 1.0
	for i := from; i < to; i++ {
		f := &m.frames[i]
		ref := m.ears.audible(f.ref, 1)
		next := (ref + 5000) / (m.ears.audible(f.deg, 1) + 5000)
		if i > 0 {
			next = 0.2*gain + 0.8*next
		}
		gain = next
		f.total = ref
		for b := range f.deg {
			f.deg[b] *= min(max(gain, 3e-4), 5)
		}
		symmetric, added := m.ears.disturbance(f.ref, f.deg)
		keep(f, symmetric, added)
	}
}

// forgive leaves out frames of which the end of an utterance is missing because the delay fell by
// more than half a frame: that they are not heard is counted as little as a listener does.
func (m *model) forgive() {
	for i := 1; i < len(m.utterances); i++ {
		u, before := m.utterances[i], m.utterances[i-1]
		jump := u.delay - before.delay
		if jump >= -m.hop() {
			continue
		}
		begin := ((u.from-leadBlocks)*m.block + u.delay) / m.hop()
		begin = max(0, min(begin, ((before.to-leadBlocks)*m.block+before.delay)/m.hop()))
		end := ((u.from-leadBlocks)*m.block-jump)/m.hop() + 1
		for k := begin; k <= end && k < m.last; k++ {
			m.frames[k].symmetric, m.frames[k].added = 0, 0
		}
	}
}

// ears turn sound into loudness.
type ears struct {
	*dimensions
	window    []float64
	transform *fourier.Transform
	work      []complex128
	loud      []loudness

	refLoud, degLoud, difference []float64
}

func newEars(d *dimensions) ears {
	e := ears{
		dimensions: d, window: hann(d.frame), transform: fourier.New(d.frame), work: make([]complex128, d.frame),
		refLoud: make([]float64, len(d.bands)), degLoud: make([]float64, len(d.bands)), difference: make([]float64, len(d.bands)),
	}
	for _, b := range d.bands {
		e.loud = append(e.loud, newLoudness(b, d.loudness))
	}
	return e
}

// hear gives the power in each band of a frame of x.
func (e *ears) hear(x, out []float64) {
	for i, w := range e.window {
		e.work[i] = complex(w*x[i], 0)
	}
	e.transform.Forward(e.work)
	e.work[0] = 0
	line := 0
	for b, band := range e.bands {
		sum := 0.0
		for range band.lines {
			re, im := real(e.work[line]), imag(e.work[line])
			sum += re*re + im*im
			line++
		}
		out[b] = sum * band.correction * e.power
	}
}

// audible is the power of the bands that are above factor times what is just heard.
func (e *ears) audible(power []float64, factor float64) (sum float64) {
	for b := 1; b < len(power); b++ {
		if power[b] > factor*e.bands[b].threshold {
			sum += power[b]
		}
	}
	return sum
}
