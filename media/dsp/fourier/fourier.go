// Package fourier is the discrete Fourier transform of sound: of real values, in
// single precision, without allocation.
package fourier

import (
	"math"
	"math/bits"
)

// Transform is the discrete Fourier transform of n real values, n a power of two:
// that of half as many complex ones, taken apart. It has one user at a time.
type Transform struct {
	n     int
	order []uint16
	turns []complex64      // of n: turns[k] is exp(-2πik/n)
	steps [][][3]complex64 // of each step of four: the turns of its second, third and fourth, in order of use
	work  []complex64
}

// Length is the least power of two that is at least n.
func Length(n int) int { return 1 << bits.Len(uint(n-1)) }

// New makes the transform of n values: a power of two from 8 to 65 536.
func New(n int) *Transform {
	half := n / 2
	t := &Transform{n: n, order: make([]uint16, half), turns: make([]complex64, 3*n/4), work: make([]complex64, half)}
	shift := 32 - bits.Len(uint(half-1))
	for i := range t.order {
		t.order[i] = uint16(bits.Reverse32(uint32(i)) >> shift)
	}
	for i := range t.turns {
		sin, cos := math.Sincos(-2 * math.Pi * float64(i) / float64(n))
		t.turns[i] = complex(float32(cos), float32(sin))
	}
	for size := t.first(); size < half; size *= 4 {
		step := make([][3]complex64, size)
		for i := range step {
			k := i * n / (4 * size)
			step[i] = [3]complex64{t.turns[2*k], t.turns[k], t.turns[3*k]}
		}
		t.steps = append(t.steps, step)
	}
	return t
}

// first is the size of the transforms that the steps of four begin with: 2, or 4
// where fours alone make the whole.
func (t *Transform) first() int { return 4 - 2*(bits.TrailingZeros(uint(t.n/2))%2) }

// Len is how many values are transformed.
func (t *Transform) Len() int { return t.n }

// Bins is how many frequencies there are, from 0 to half the rate.
func (t *Transform) Bins() int { return t.n/2 + 1 }

// Forward transforms the n values of x into bins.
func (t *Transform) Forward(bins []complex64, x []float32) {
	w := t.work
	for i, k := range t.order {
		w[i] = complex(x[2*k], x[2*k+1])
	}
	t.butterflies(w)
	half := len(w)
	bins[0], bins[half] = complex(real(w[0])+imag(w[0]), 0), complex(real(w[0])-imag(w[0]), 0)
	for i := 1; i <= half/2; i++ {
		a, b := w[i], w[half-i]
		even := complex(0.5*(real(a)+real(b)), 0.5*(imag(a)-imag(b)))
		odd := times(complex(0.5*(imag(a)+imag(b)), 0.5*(real(b)-real(a))), t.turns[i])
		bins[i] = even + odd
		bins[half-i] = complex(real(even)-real(odd), imag(odd)-imag(even))
	}
}

// Inverse transforms back: what Forward has made gives the x that it was made of.
func (t *Transform) Inverse(x []float32, bins []complex64) {
	w, half := t.work, len(t.work)
	// The conjugate is put in, so that the transform forward is the one back.
	put := func(i int, v complex64) { w[t.order[i]] = complex(real(v), -imag(v)) }
	put(0, complex(0.5*(real(bins[0])+real(bins[half])), 0.5*(real(bins[0])-real(bins[half]))))
	for i := 1; i <= half/2; i++ {
		a, b := bins[i], bins[half-i]
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

// butterflies are those of a transform whose values are in bit-reversed order: two
// steps of it at once, which saves a multiplication in four.
func (t *Transform) butterflies(w []complex64) {
	if t.first() == 2 {
		pairs(w)
	} else {
		fours(w)
	}
	for _, step := range t.steps {
		for rest := w; len(rest) >= 4*len(step); rest = rest[4*len(step):] {
			quarters(rest, step)
		}
	}
}

func pairs(w []complex64) {
	for ; len(w) >= 2; w = w[2:] {
		w[0], w[1] = w[0]+w[1], w[0]-w[1]
	}
}

// fours are the quarters of single values, which nothing turns.
func fours(w []complex64) {
	for ; len(w) >= 4; w = w[4:] {
		w[0], w[1], w[2], w[3] = four(w[0], w[1], w[2], w[3])
	}
}

// quarters makes of four transforms, one after the other in w, one.
func quarters(w []complex64, turns [][3]complex64) {
	size := len(turns)
	first, second, third, fourth := w[:size], w[size:2*size], w[2*size:3*size], w[3*size:4*size]
	second, third, fourth = second[:len(first)], third[:len(first)], fourth[:len(first)]
	for i := range first {
		turn := &turns[i]
		b, c, d := times(second[i], turn[0]), times(third[i], turn[1]), times(fourth[i], turn[2])
		first[i], second[i], third[i], fourth[i] = four(first[i], b, c, d)
	}
}

func four(a, b, c, d complex64) (complex64, complex64, complex64, complex64) {
	sum, less := a+b, a-b
	both, apart := c+d, c-d
	return sum + both, complex(real(less)+imag(apart), imag(less)-real(apart)),
		sum - both, complex(real(less)-imag(apart), imag(less)+real(apart))
}

func times(a, b complex64) complex64 {
	return complex(real(a)*real(b)-imag(a)*imag(b), real(a)*imag(b)+imag(a)*real(b))
}
