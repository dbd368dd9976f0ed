package dsp

import "math"

// Bounds of the pitch periods that are looked for: 66 to 400 Hz.
const (
	longestPeriod  = 66
	shortestPeriod = 400
)

// Pitch finds how a signal repeats, by normalised cross-correlation. It has one
// owner.
type Pitch struct {
	Min, Max int // lags looked for, in samples
	stride   int // of the coarse search
	// What is compared, and all that it is compared with, every stride-th sample, in
	// a scale in which no sum of products leaves 32 bits.
	here, there []int32
}

// pitchWindow is the longest that is compared, in parts of a second.
const pitchWindow = 50

// NewPitch makes a Pitch for sound at rate Hz: periods of 2.5 to 15 ms.
func NewPitch(rate int) Pitch {
	p := Pitch{Min: rate / shortestPeriod, Max: rate / longestPeriod, stride: max(1, rate/8000)}
	p.here = make([]int32, rate/pitchWindow/p.stride+1)
	p.there = make([]int32, len(p.here)+p.Max/p.stride+1)
	return p
}

// Before compares x[at:at+n], 20 ms at most, with what is lo to hi samples earlier
// and returns the most similar lag and its correlation, -1..1.
func (p Pitch) Before(x []int16, at, n, lo, hi int) (lag int, correlation float32) {
	return p.search(x, at, n, lo, hi, -1)
}

// After compares x[at:at+n], 20 ms at most, with what is lo to hi samples later.
func (p Pitch) After(x []int16, at, n, lo, hi int) (lag int, correlation float32) {
	return p.search(x, at, n, lo, hi, 1)
}

func (p Pitch) search(x []int16, at, n, lo, hi, sign int) (int, float32) {
	hi = min(hi, p.Max)
	coarse, corr := p.coarse(x, at, n, lo, hi, sign)
	if p.stride == 1 {
		return coarse, corr
	}
	best, corr := lo, float32(-1)
	for lag := max(lo, coarse-p.stride+1); lag <= min(hi, coarse+p.stride-1); lag++ {
		if c := similarity(x[at:at+n], x[at+sign*lag:at+sign*lag+n], 2); c > corr {
			best, corr = lag, c
		}
	}
	return best, corr
}

// coarse looks at every stride-th lag. From one to the next the energy of what is
// compared with changes by a sample at either end.
func (p Pitch) coarse(x []int16, at, n, lo, hi, sign int) (int, float32) {
	lags := (hi-lo)/p.stride + 1
	m := min((n+p.stride-1)/p.stride, len(p.here))
	if lags < 1 || m < 1 {
		return lo, -1
	}
	here, there := p.here[:m], p.there[:lags+m-1]
	first, off := at+lo, 0
	if sign < 0 {
		first, off = at-lo-(lags-1)*p.stride, lags-1
	}
	scale := int32(1)
	for loudest := max(p.pick(here, x[at:]), p.pick(there, x[first:])); int64(m)*int64(loudest/scale)*int64(loudest/scale) > math.MaxInt32; {
		scale *= 2
	}
	if scale > 1 {
		shrink(here, scale)
		shrink(there, scale)
	}
	best, corr := lo, float32(-1)
	aa, bb := product(here, here), product(there[off:off+m], there[off:off+m])
	for k := range lags {
		if c := normalised(product(here, there[off:off+m]), aa, bb); c > corr {
			best, corr = lo+k*p.stride, c
		}
		if k == lags-1 {
			break
		}
		old, fresh := off, off+m
		if sign < 0 {
			old, fresh = off+m-1, off-1
		}
		bb += there[fresh]*there[fresh] - there[old]*there[old]
		off += sign
	}
	return best, corr
}

// pick takes every stride-th sample, and returns the greatest magnitude.
func (p Pitch) pick(dst []int32, x []int16) (loudest int32) {
	for i := range dst {
		s := int32(x[i*p.stride])
		dst[i] = s
		loudest = max(loudest, s, -s)
	}
	return loudest
}

func shrink(x []int32, scale int32) {
	for i := range x {
		x[i] /= scale
	}
}

// product is the sum of the products of two slices of one length, most of them
// written out.
func product(x, y []int32) int32 {
	const together = 16
	var a, b int32
	i := 0
	for ; i+together <= len(x); i += together {
		s, c := (*[together]int32)(x[i:]), (*[together]int32)(y[i:])
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
	}
	for ; i < len(x); i++ {
		a += x[i] * y[i]
	}
	return a + b
}

// normalised is the correlation of energies aa and bb; of silence with silence it
// is 1.
func normalised(ab, aa, bb int32) float32 {
	switch {
	case aa == 0 && bb == 0:
		return 1
	case aa == 0 || bb == 0:
		return 0
	}
	return float32(ab) / float32(math.Sqrt(float64(aa)*float64(bb)))
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
