package echo

import (
	"math"
	"math/bits"
)

// transform is the discrete Fourier transform of n real values, n a power of two: that of
// half as many complex ones, taken apart.
type transform struct {
	n     int
	order []uint16
	turns []complex64 // of n: turns[k] is exp(-2πik/n)
	work  []complex64
}

// length is the least power of two that is at least n.
func length(n int) int { return 1 << bits.Len(uint(n-1)) }

func newTransform(n int) *transform {
	half := n / 2
	t := &transform{n: n, order: make([]uint16, half), turns: make([]complex64, half), work: make([]complex64, half)}
	shift := 32 - bits.Len(uint(half-1))
	for i := range t.order {
		t.order[i] = uint16(bits.Reverse32(uint32(i)) >> shift)
		sin, cos := math.Sincos(-2 * math.Pi * float64(i) / float64(n))
		t.turns[i] = complex(float32(cos), float32(sin))
	}
	return t
}

// bins is how many frequencies there are, from 0 to half the rate.
func (t *transform) bins() int { return t.n/2 + 1 }

// forward transforms x.
func (t *transform) forward(to []complex64, x []float32) {
	w := t.work
	for i, k := range t.order {
		w[i] = complex(x[2*k], x[2*k+1])
	}
	t.butterflies(w)
	half := len(w)
	to[0], to[half] = complex(real(w[0])+imag(w[0]), 0), complex(real(w[0])-imag(w[0]), 0)
	for i := 1; i <= half/2; i++ {
		a, b := w[i], w[half-i]
		even := complex(0.5*(real(a)+real(b)), 0.5*(imag(a)-imag(b)))
		odd := times(complex(0.5*(imag(a)+imag(b)), 0.5*(real(b)-real(a))), t.turns[i])
		to[i] = even + odd
		to[half-i] = complex(real(even)-real(odd), imag(odd)-imag(even))
	}
}

// inverse transforms back.
func (t *transform) inverse(x []float32, from []complex64) {
	w, half := t.work, len(t.work)
	// The conjugate is put in, so that the transform forward is the one back.
	put := func(i int, v complex64) { w[t.order[i]] = complex(real(v), -imag(v)) }
	put(0, complex(0.5*(real(from[0])+real(from[half])), 0.5*(real(from[0])-real(from[half]))))
	for i := 1; i <= half/2; i++ {
		a, b := from[i], from[half-i]
		even := complex(0.5*(real(a)+real(b)), 0.5*(imag(a)-imag(b)))
		back := complex(real(t.turns[i]), -imag(t.turns[i]))
		odd := times(complex(0.5*(real(a)-real(b)), 0.5*(imag(a)+imag(b))), back)
		put(i, complex(real(even)-imag(odd), imag(even)+real(odd)))
		put(half-i, complex(real(even)+imag(odd), real(odd)-imag(even)))
	}
	t.butterflies(w)
	scale := 1 / float32(half)
	for i, v := range w {
		x[2*i], x[2*i+1] = scale*real(v), -scale*imag(v)
	}
}

// butterflies are those of a transform whose values are in bit-reversed order.
func (t *transform) butterflies(w []complex64) {
	for i := 0; i+1 < len(w); i += 2 {
		a, b := w[i], w[i+1]
		w[i], w[i+1] = a+b, a-b
	}
	for size := 4; size <= len(w); size *= 2 {
		half, step := size/2, t.n/size
		for from := 0; from < len(w); from += size {
			low, high := w[from:from+half], w[from+half:from+size]
			for k := range low {
				a, b := low[k], times(high[k], t.turns[k*step])
				low[k], high[k] = a+b, a-b
			}
		}
	}
}

func times(a, b complex64) complex64 {
	return complex(real(a)*real(b)-imag(a)*imag(b), real(a)*imag(b)+imag(a)*real(b))
}
