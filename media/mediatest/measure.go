package mediatest

import (
	"math"
	"time"

	"offhook/media"
	"offhook/media/mediatest/fourier"
)

// Delay finds how much later received has what sent has (negative: sooner), and
// how alike they are there, 0..1. Levels do not matter, nor what is above the
// telephone's 3.4 kHz: both are compared in 300–3400 Hz.
func Delay(sent, received media.Frame, rate int) (lag time.Duration, correlation float64) {
	x, y := telephoneBand(sent, rate), telephoneBand(received, rate)
	if len(x) == 0 || len(y) == 0 {
		return 0, 0
	}
	t := fourier.New(fourier.Length(len(x) + len(y)))
	c := t.Correlate(x, y, make([]complex128, t.Len()))
	ex, ey := energies(x), energies(y)
	best, at := 0.0, 0
	for i := range c {
		l := i
		if i >= len(y) {
			l = i - len(c)
		}
		if l <= -len(x) {
			continue
		}
		lo, hi := max(0, -l), min(len(x), len(y)-l) // of x, where they overlap
		if hi-lo < min(len(x), len(y))/4 {
			continue
		}
		norm := math.Sqrt((ex[hi] - ex[lo]) * (ey[hi+l] - ey[lo+l]))
		// What overlaps little, or in silence, proves little.
		if norm < 1e-3*math.Sqrt(ex[len(x)]*ey[len(y)]) || norm == 0 {
			continue
		}
		if v := real(c[i]) / norm; v > best {
			best, at = v, l
		}
	}
	return time.Duration(at) * time.Second / time.Duration(rate), best
}

// energies are the running sums of squares: energies[j]-energies[i] is that of x[i:j].
func energies(x []float64) []float64 {
	e := make([]float64, len(x)+1)
	for i, v := range x {
		e[i+1] = e[i] + v*v
	}
	return e
}

// telephoneBand is the sound between 300 and 3400 Hz, by two second-order filters.
func telephoneBand(f media.Frame, rate int) []float64 {
	out := make([]float64, len(f))
	high, low := newBiquad(300, float64(rate), true), newBiquad(math.Min(3400, 0.45*float64(rate)), float64(rate), false)
	for i, s := range f {
		out[i] = low.filter(high.filter(float64(s)))
	}
	return out
}

// biquad is a Butterworth filter of the second order.
type biquad struct{ b0, b1, b2, a1, a2, x1, x2, y1, y2 float64 }

func newBiquad(freq, rate float64, highPass bool) *biquad {
	w := 2 * math.Pi * freq / rate
	alpha, c := math.Sin(w)/math.Sqrt2, math.Cos(w)
	q := &biquad{a1: -2 * c / (1 + alpha), a2: (1 - alpha) / (1 + alpha)}
	if highPass {
		q.b0, q.b1 = (1+c)/2/(1+alpha), -(1+c)/(1+alpha)
	} else {
		q.b0, q.b1 = (1-c)/2/(1+alpha), (1-c)/(1+alpha)
	}
	q.b2 = q.b0
	return q
}

func (q *biquad) filter(x float64) float64 {
	y := q.b0*x + q.b1*q.x1 + q.b2*q.x2 - q.a1*q.y1 - q.a2*q.y2
	q.x2, q.x1, q.y2, q.y1 = q.x1, x, q.y1, y
	return y
}

// ToneLevel is the level of one frequency in f (Goertzel), in dB relative to a
// full-scale sine; -127 for none.
func ToneLevel(f media.Frame, rate int, freq float64) float64 {
	if len(f) == 0 {
		return -127
	}
	w := 2 * math.Pi * freq / float64(rate)
	var re, im, weight float64
	for i, s := range f {
		// A Hann window keeps neighbours of other frequencies out.
		h := 1 - math.Cos(2*math.Pi*(float64(i)+0.5)/float64(len(f)))
		sin, cos := math.Sincos(w * float64(i))
		re += h * float64(s) * cos
		im += h * float64(s) * sin
		weight += h
	}
	return max(20*math.Log10(2*math.Hypot(re, im)/weight/32768+1e-12), -127)
}

// Level is the level of f in dBov, -127 for silence.
func Level(f media.Frame) float64 {
	if len(f) == 0 {
		return -127
	}
	return max(10*math.Log10(energy(f)/float64(len(f))/(32768*32768)+1e-13), -127)
}

func energy(f media.Frame) float64 {
	var sum float64
	for _, s := range f {
		sum += float64(s) * float64(s)
	}
	return sum
}

// SNR is how far the difference of heard and reference is below the reference,
// in dB, at most 99. Both begin together; the shorter counts.
func SNR(reference, heard media.Frame) float64 {
	n := min(len(reference), len(heard))
	var noise float64
	for i := range n {
		d := float64(heard[i]) - float64(reference[i])
		noise += d * d
	}
	return ratio(energy(reference[:n]), noise)
}

func ratio(signal, noise float64) float64 {
	if noise == 0 || signal/noise > math.Pow(10, 9.9) {
		return 99
	}
	return 10 * math.Log10(signal/noise+1e-12)
}

// Fidelity is how much of what was said is heard undamaged, 0..1, whatever
// stretching did to its time: the share of 20 ms pieces of sent, by energy, that are
// found in heard, between earliest and latest after their time, with an SNR of
// at least 10 dB; and the mean SNR of the pieces, each held to 0..35 dB.
func Fidelity(sent, heard media.Frame, rate int, earliest, latest time.Duration) (intact, segmentalSNR float64) {
	n := rate / 50
	lo, hi := samples(earliest, rate), samples(latest, rate)
	var whole, good, sum, pieces float64
	last := lo
	for at := 0; at+n <= len(sent) && at+n+hi <= len(heard); at += n {
		piece := sent[at : at+n]
		e := energy(piece)
		if e < 1e5*float64(n)/160*10 { // silence proves nothing
			continue
		}
		var snr float64
		snr, last = bestMatch(piece, heard, at, lo, hi, last)
		whole += e
		if snr >= 10 {
			good += e
		}
		sum += math.Max(0, math.Min(35, snr))
		pieces++
	}
	if pieces == 0 {
		return 0, 0
	}
	return good / whole, sum / pieces
}

// bestMatch looks where the piece is heard best, first where the last one was.
func bestMatch(piece, heard media.Frame, at, lo, hi, last int) (snr float64, lag int) {
	if snr = SNR(piece, heard[at+last:at+last+len(piece)]); snr > 25 {
		return snr, last
	}
	snr, lag = -99, last
	for l := lo; l <= hi; l++ {
		if at+l < 0 {
			continue
		}
		if s := SNR(piece, heard[at+l:at+l+len(piece)]); s > snr {
			snr, lag = s, l
		}
	}
	return snr, lag
}

func samples(d time.Duration, rate int) int {
	return int(d * time.Duration(rate) / time.Second)
}
