package dsp

import "math"

// Bounds of the pitch periods that are looked for: 66 to 400 Hz.
const (
	longestPeriod  = 66
	shortestPeriod = 400
)

// Pitch finds how a signal repeats, by normalised cross-correlation.
type Pitch struct {
	Min, Max int // lags looked for, in samples
	stride   int // of the coarse search
}

// NewPitch makes a Pitch for sound at rate Hz: periods of 2.5 to 15 ms.
func NewPitch(rate int) Pitch {
	return Pitch{Min: rate / shortestPeriod, Max: rate / longestPeriod, stride: max(1, rate/8000)}
}

// Before compares x[at:at+n] with what is lo to hi samples earlier and returns
// the most similar lag and its correlation, -1..1.
func (p Pitch) Before(x []int16, at, n, lo, hi int) (lag int, correlation float32) {
	return p.search(x, at, n, lo, hi, -1)
}

// After compares x[at:at+n] with what is lo to hi samples later.
func (p Pitch) After(x []int16, at, n, lo, hi int) (lag int, correlation float32) {
	return p.search(x, at, n, lo, hi, 1)
}

func (p Pitch) search(x []int16, at, n, lo, hi, sign int) (int, float32) {
	best, corr := lo, float32(-1)
	for lag := lo; lag <= hi; lag += p.stride {
		if c := similarity(x[at:at+n], x[at+sign*lag:at+sign*lag+n], p.stride); c > corr {
			best, corr = lag, c
		}
	}
	if p.stride == 1 {
		return best, corr
	}
	coarse := best
	corr = -1
	for lag := max(lo, coarse-p.stride+1); lag <= min(hi, coarse+p.stride-1); lag++ {
		if c := similarity(x[at:at+n], x[at+sign*lag:at+sign*lag+n], 2); c > corr {
			best, corr = lag, c
		}
	}
	return best, corr
}

// similarity is the normalised correlation over every stride-th sample; of
// silence with silence it is 1.
func similarity(a, b []int16, stride int) float32 {
	b = b[:len(a)]
	var ab, aa, bb float32
	for i := 0; i < len(a); i += stride {
		x, y := float32(a[i]), float32(b[i])
		ab += x * y
		aa += x * x
		bb += y * y
	}
	if aa == 0 && bb == 0 {
		return 1
	}
	if aa == 0 || bb == 0 {
		return 0
	}
	return ab / float32(math.Sqrt(float64(aa)*float64(bb)))
}
