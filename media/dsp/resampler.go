package dsp

import (
	"math"
	"time"

	"offhook/media"
)

// Resampler changes the sample rate by a polyphase FIR filter of linear phase.
// Up to 0.42 of the lower rate passes (within 1 dB); what could alias is more than 60 dB down.
type Resampler struct {
	up, down int
	taps     int       // of one phase
	phases   []float32 // up runs of taps coefficients, newest sample last
	line     []float32 // taps-1 old samples, then the block
	phase    int       // of the next output, in units of 1/up of an input sample
	delay    time.Duration
}

const (
	resampleBlock = 480   // samples filtered at a time
	lobes         = 19.0  // half-length of the filter in samples of the lower rate
	kaiserBeta    = 5.9   // 62 dB
	cutoff        = 0.451 // of the lower rate; the stop band begins at its Nyquist frequency
)

// NewResampler makes a Resampler between two rates in Hz. Equal rates copy.
func NewResampler(from, to int) *Resampler {
	g := gcd(from, to)
	r := &Resampler{up: to / g, down: from / g}
	if r.up == r.down {
		return r
	}
	low := float64(min(from, to))
	r.taps = int(math.Ceil(2 * lobes * float64(from) / low))
	// The filter runs at the rate up*from; its length is up*taps.
	n := r.up * r.taps
	centre := float64(n-1) / 2
	fc := cutoff * low / (float64(r.up) * float64(from))
	h := make([]float64, n)
	sum := 0.0
	for i := range h {
		x := float64(i) - centre
		h[i] = 2 * fc * sinc(2*fc*x) * kaiser(x/(centre+1))
		sum += h[i]
	}
	r.phases = make([]float32, n)
	for i, c := range h {
		// Tap k of phase p meets the k-th newest sample; the line runs oldest first.
		p, k := i%r.up, i/r.up
		r.phases[p*r.taps+r.taps-1-k] = float32(c * float64(r.up) / sum)
	}
	r.line = make([]float32, r.taps-1+resampleBlock)
	r.delay = time.Duration(centre / (float64(r.up) * float64(from)) * float64(time.Second))
	return r
}

// Delay is how much later sound comes out than it went in.
func (r *Resampler) Delay() time.Duration { return r.delay }

// Process resamples src into dst and returns the number of samples written. All of
// src is taken; dst needs room for len(src)*to/from samples, rounded up.
func (r *Resampler) Process(dst, src media.Frame) int {
	if r.up == r.down {
		return copy(dst, src)
	}
	written := 0
	for len(src) > 0 {
		n := min(len(src), resampleBlock)
		for i, s := range src[:n] {
			r.line[r.taps-1+i] = float32(s)
		}
		written += r.block(dst[written:], n)
		copy(r.line, r.line[n:n+r.taps-1])
		src = src[n:]
	}
	return written
}

func (r *Resampler) block(dst media.Frame, n int) int {
	written := 0
	for r.phase < n*r.up {
		if written == len(dst) { // no room: what is left over is lost, time goes on
			r.phase += ((n*r.up-r.phase-1)/r.down + 1) * r.down
			break
		}
		at, p := r.phase/r.up, r.phase%r.up
		dst[written] = clip(dot(r.line[at:at+r.taps], r.phases[p*r.taps:(p+1)*r.taps]))
		written++
		r.phase += r.down
	}
	r.phase -= n * r.up
	return written
}

// dot has four sums, so that one addition need not wait for the one before.
func dot(x, h []float32) float32 {
	h = h[:len(x)]
	var a, b, c, d float32
	i := 0
	for ; i+4 <= len(x); i += 4 {
		a += x[i] * h[i]
		b += x[i+1] * h[i+1]
		c += x[i+2] * h[i+2]
		d += x[i+3] * h[i+3]
	}
	for ; i < len(x); i++ {
		a += x[i] * h[i]
	}
	return a + b + c + d
}

func sinc(x float64) float64 {
	if x == 0 {
		return 1
	}
	return math.Sin(math.Pi*x) / (math.Pi * x)
}

// kaiser is the Kaiser window at x in -1..1.
func kaiser(x float64) float64 {
	return bessel(kaiserBeta*math.Sqrt(max(0, 1-x*x))) / bessel(kaiserBeta)
}

// bessel is the modified Bessel function of the first kind, order 0.
func bessel(x float64) float64 {
	sum, term := 1.0, 1.0
	for k := 1.0; term > 1e-12*sum; k++ {
		term *= x * x / (4 * k * k)
		sum += term
	}
	return sum
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return max(a, 1)
}
