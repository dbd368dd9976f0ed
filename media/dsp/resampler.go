package dsp

import (
	"math"
	"slices"
	"time"

	"offhook/media"
)

// Resampler changes the sample rate by a polyphase FIR filter of linear phase.
// Up to 0.42 of the lower rate passes (within 1 dB); what could alias is more than 60 dB down.
//
// It computes in integers, whose products the oldest boards add up in one
// instruction, and every other cost a sample is kept out of the sums.
type Resampler struct {
	up, down int
	taps     int            // of one phase, a multiple of run
	phases   [][][run]int32 // up times taps coefficients, newest sample last
	shift    uint           // of a coefficient: it stands for itself by 2^-shift
	line     []int32        // taps-1 old samples, then the block
	at       int            // in the block: the newest sample of the next output
	phase    int            // of the next output, in units of 1/up of an input sample
	delay    time.Duration
}

const (
	resampleBlock = 480   // samples filtered at a time
	lobes         = 19.0  // half-length of the filter in samples of the lower rate
	kaiserBeta    = 5.9   // 62 dB
	cutoff        = 0.451 // of the lower rate; the stop band begins at its Nyquist frequency
	run           = 20    // products that are written out
)

// NewResampler makes a Resampler between two rates in Hz. Equal rates copy.
func NewResampler(from, to int) *Resampler {
	g := gcd(from, to)
	r := &Resampler{up: to / g, down: from / g}
	if r.up == r.down {
		return r
	}
	low := float64(min(from, to))
	taps := int(math.Ceil(2 * lobes * float64(from) / low))
	r.taps = (taps + run - 1) / run * run // the oldest are 0
	// The filter runs at the rate up*from; its length is up*taps.
	n := r.up * taps
	centre := float64(n-1) / 2
	fc := cutoff * low / (float64(r.up) * float64(from))
	h := make([]float64, n)
	sum := 0.0
	for i := range h {
		x := float64(i) - centre
		h[i] = 2 * fc * sinc(2*fc*x) * kaiser(x/(centre+1))
		sum += h[i]
	}
	r.fill(h, float64(r.up)/sum)
	r.line = make([]int32, r.taps-1+resampleBlock)
	r.delay = time.Duration(centre / (float64(r.up) * float64(from)) * float64(time.Second))
	return r
}

// fill lays down the filter by phases, times scale, as finely as the sum of the
// loudest samples allows that has to stay within 32 bits.
func (r *Resampler) fill(h []float64, scale float64) {
	loudest := make([]float64, r.up)
	for i, c := range h {
		loudest[i%r.up] += math.Abs(c * scale)
	}
	for r.shift = 15; slices.Max(loudest)*float64(int(1)<<r.shift)*32768 > math.MaxInt32-1<<16; r.shift-- {
	}
	r.phases = make([][][run]int32, r.up)
	for p := range r.phases {
		r.phases[p] = make([][run]int32, r.taps/run)
	}
	for i, c := range h {
		// Tap k of phase p meets the k-th newest sample; the line runs oldest first.
		p, k := i%r.up, r.taps-1-i/r.up
		r.phases[p][k/run][k%run] = int32(math.Round(c * scale * float64(int(1)<<r.shift)))
	}
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
		block := r.line[r.taps-1:][:n]
		for i, s := range src[:n] {
			block[i] = int32(s)
		}
		written += r.block(dst[written:], n)
		copy(r.line, r.line[n:n+r.taps-1])
		src = src[n:]
	}
	return written
}

func (r *Resampler) block(dst media.Frame, n int) int {
	line, phases, shift := r.line, r.phases, r.shift&31
	at, phase, up := r.at, r.phase, r.up
	whole, part := r.down/up, r.down%up
	half, written := int32(1)<<shift>>1, 0
	for at < n {
		if written < len(dst) { // else there is no room: what is left over is lost, time goes on
			sum := (dot(line[at:], phases[phase]) + half) >> shift
			if sum != int32(int16(sum)) {
				sum = sum>>31 ^ 32767
			}
			dst[written] = int16(sum)
			written++
		}
		at += whole
		if phase += part; phase >= up {
			phase -= up
			at++
		}
	}
	r.at, r.phase = at-n, phase
	return written
}

// dot is the sum of the products of samples and coefficients. It has two sums, so
// that an addition need not wait for the one before.
func dot(x []int32, h [][run]int32) int32 {
	var a, b int32
	for i := range h {
		s, c := (*[run]int32)(x[i*run:]), &h[i]
		a += s[0] * c[0]
		b += s[1] * c[1]
		a += s[2] * c[2]
		b += s[3] * c[3]
		a += s[4] * c[4]
		b += s[5] * c[5]
		a += s[6] * c[6]
		b += s[7] * c[7]
		a += s[8] * c[8]
		b += s[9] * c[9]
		a += s[10] * c[10]
		b += s[11] * c[11]
		a += s[12] * c[12]
		b += s[13] * c[13]
		a += s[14] * c[14]
		b += s[15] * c[15]
		a += s[16] * c[16]
		b += s[17] * c[17]
		a += s[18] * c[18]
		b += s[19] * c[19]
	}
	return a + b
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
