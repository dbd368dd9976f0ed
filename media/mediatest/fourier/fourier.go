// Package fourier is the discrete Fourier transform, for measuring.
package fourier

import (
	"math"
	"math/bits"
	"math/cmplx"
)

// Transform is the transform of a length that is a power of two.
type Transform struct {
	order []int
	turns []complex128
}

// New makes a Transform of n values, n a power of two.
func New(n int) *Transform {
	t := &Transform{order: make([]int, n), turns: make([]complex128, n/2)}
	shift := 64 - bits.Len(uint(n-1))
	for i := range t.order {
		if n > 1 {
			t.order[i] = int(bits.Reverse64(uint64(i)) >> shift)
		}
	}
	for k := range t.turns {
		t.turns[k] = cmplx.Rect(1, -2*math.Pi*float64(k)/float64(n))
	}
	return t
}

// Len is how many values are transformed.
func (t *Transform) Len() int { return len(t.order) }

// Forward transforms x in place.
func (t *Transform) Forward(x []complex128) {
	n := len(t.order)
	x = x[:n]
	for i, j := range t.order {
		if i < j {
			x[i], x[j] = x[j], x[i]
		}
	}
	for size := 2; size <= n; size *= 2 {
		half, step := size/2, n/size
		for from := 0; from < n; from += size {
			low, high := x[from:from+half], x[from+half:from+size]
			for k := range low {
				w, a, b := t.turns[k*step], low[k], high[k]
				b = complex(real(w)*real(b)-imag(w)*imag(b), real(w)*imag(b)+imag(w)*real(b))
				low[k], high[k] = a+b, a-b
			}
		}
	}
}

// Inverse transforms x back in place.
func (t *Transform) Inverse(x []complex128) {
	t.Forward(x)
	n := len(t.order)
	scale := complex(1/float64(n), 0)
	x[0] *= scale
	if n > 1 {
		x[n/2] *= scale
	}
	for i, j := 1, n-1; i < j; i, j = i+1, j-1 {
		x[i], x[j] = x[j]*scale, x[i]*scale
	}
}

// Correlate returns, for each lag of y against x from 0 on, the sum of
// x[i]*y[i+lag] around a ring of Len values; negative lags are at its end. What is
// missing of x and y is 0. The result is in work, of Len values, as are its imaginary
// parts of no meaning.
func (t *Transform) Correlate(x, y []float64, work []complex128) []complex128 {
	n := len(t.order)
	work = work[:n]
	clear(work)
	for i, v := range x {
		work[i] = complex(v, 0)
	}
	for i, v := range y {
		work[i] += complex(0, v)
	}
	t.Forward(work) // both at once: x in the even part, y in the odd
	for i := 0; i <= n/2; i++ {
		j := (n - i) % n
		a, b := work[i], work[j]
		fx := (a + cmplx.Conj(b)) / 2
		fy := (a - cmplx.Conj(b)) / complex(0, 2)
		work[i] = cmplx.Conj(fx) * fy
		work[j] = cmplx.Conj(work[i])
	}
	t.Inverse(work)
	return work
}

// Length is the least power of two that is at least n.
func Length(n int) int { return 1 << bits.Len(uint(max(1, n)-1)) }
