package mediatest

import (
	"math"
	"math/bits"
	"math/cmplx"
)

// fft is the discrete Fourier transform in place; len(x) is a power of two.
func fft(x []complex128) {
	n := len(x)
	shift := 64 - bits.Len(uint(n-1))
	for i := range x {
		if j := int(bits.Reverse64(uint64(i)) >> shift); n > 1 && i < j {
			x[i], x[j] = x[j], x[i]
		}
	}
	for size := 2; size <= n; size *= 2 {
		half := size / 2
		turn := cmplx.Rect(1, -2*math.Pi/float64(size))
		for from := 0; from < n; from += size {
			w := complex(1, 0)
			for k := from; k < from+half; k++ {
				a, b := x[k], w*x[k+half]
				x[k], x[k+half] = a+b, a-b
				w *= turn
			}
		}
	}
}

// crossCorrelate returns, for each lag of y against x from 0 on, the sum of
// x[i]*y[i+lag]; negative lags are at the end, as of a ring.
func crossCorrelate(x, y []float64) []float64 {
	n := 1 << bits.Len(uint(len(x)+len(y)))
	a, b := make([]complex128, n), make([]complex128, n)
	for i, v := range x {
		a[i] = complex(v, 0)
	}
	for i, v := range y {
		b[i] = complex(v, 0)
	}
	fft(a)
	fft(b)
	for i := range a {
		a[i] = cmplx.Conj(cmplx.Conj(a[i]) * b[i]) // the inverse by conjugates
	}
	fft(a)
	out := make([]float64, n)
	for i := range a {
		out[i] = real(a[i]) / float64(n)
	}
	return out
}
