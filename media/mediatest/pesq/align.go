package pesq

import (
	"math"

	"offhook/media/mediatest/fourier"
)

// aligner finds which delay the degraded signal has against the reference, and where
// it changes (P.862 §10.1.4). Delays are in samples.
type aligner struct {
	*dimensions
	ref, deg           *signal
	spoken, heard      activity
	window             []float64
	fine               *fourier.Transform
	refFrame, degFrame []float64
	work               []complex128
}

func newAligner(ref, deg *signal) *aligner {
	d := ref.dimensions
	a := &aligner{
		dimensions: d, ref: ref.aligned(), deg: deg.aligned(), window: hann(d.span), fine: fourier.New(d.span),
		refFrame: make([]float64, d.span), degFrame: make([]float64, d.span), work: make([]complex128, d.span),
	}
	a.spoken, a.heard = a.ref.activity(), a.deg.activity()
	return a
}

// hann is a Hann window whose period is n.
func hann(n int) []float64 {
	w := make([]float64, n)
	for i := range w {
		w[i] = 0.5 - 0.5*math.Cos(2*math.Pi*float64(i)/float64(n))
	}
	return w
}

// whole is the delay of everything, to a block.
func (a *aligner) whole() int { return a.envelopeDelay(a.spoken.excess, a.heard.excess) }

// coarse is the delay of the blocks from to to, to a block, near a first guess.
func (a *aligner) coarse(from, to, guess int) int {
	from, to = max(from, 0), min(to, len(a.spoken.excess))
	begin := from + guess/a.block
	if begin < 0 {
		from, begin = -guess/a.block, 0
	}
	end := min(begin+to-from, len(a.heard.excess))
	if to-from <= 1 || end-begin <= 1 {
		return guess
	}
	return guess + a.envelopeDelay(a.spoken.excess[from:to], a.heard.excess[begin:end])
}

// envelopeDelay is the shift at which envelopes are most alike.
func (a *aligner) envelopeDelay(ref, deg []float64) int {
	t := fourier.New(2 * fourier.Length(max(len(ref), len(deg))))
	c := t.Correlate(ref, deg, make([]complex128, t.Len()))
	most, shift := 0.0, 0
	for s := 1 - len(ref); s < len(deg); s++ {
		if v := real(c[(s+t.Len())%t.Len()]); v > most {
			most, shift = v, s
		}
	}
	return shift * a.block
}

// votes are for delays near a guess: each frame has one, for where it correlates best.
type votes struct {
	*aligner
	guess int
	count []float64
	sum   float64
}

func (a *aligner) votes(guess int) *votes {
	return &votes{aligner: a, guess: guess, count: make([]float64, a.span)}
}

// add lets the frame at a sample of the reference vote; it returns false outside of the signals.
func (v *votes) add(at int) bool {
	if at < 0 || at+v.guess < 0 || at+v.span > v.ref.n || at+v.guess+v.span > v.deg.n {
		return false
	}
	for i, w := range v.window {
		v.refFrame[i] = w * v.ref.x[at+i]
		v.degFrame[i] = w * v.deg.x[at+v.guess+i]
	}
	c := v.fine.Correlate(v.refFrame, v.degFrame, v.work)
	most := 0.0
	for _, x := range c {
		most = max(most, math.Abs(real(x)))
	}
	most *= 0.99
	weight := math.Pow(most, 0.125)
	for i, x := range c {
		if math.Abs(real(x)) > most {
			v.vote(i, weight)
		}
	}
	return true
}

// vote is for a delay and, less and less, for those around it.
func (v *votes) vote(delay int, weight float64) {
	reach := v.span / 64
	v.sum += weight
	for k := 1 - reach; k < reach; k++ {
		share := 1 - math.Abs(float64(k))/float64(reach)
		v.count[(delay+k+v.span)%v.span] += weight * share
	}
}

// result is the delay with the most votes, and its share of them.
func (v *votes) result() (delay int, confidence float64) {
	best := 0
	for i, c := range v.count {
		if c > v.count[best] {
			best = i
		}
	}
	if v.sum > 0 {
		confidence = v.count[best] / v.sum
	}
	if best >= v.span/2 {
		best -= v.span
	}
	return v.guess + best, confidence
}
