package measure

import (
	"math"

	"offhook/media/dsp/fourier"
)

// transform is that of twice as many values as fourier has: of the even and of the odd
// ones, joined by the first step of any fast transform.
type transform struct {
	half      *fourier.Transform
	turns     []complex64
	even, odd []float32
	e, o      []complex64
}

func newTransform(n int) *transform {
	t := &transform{half: fourier.New(n / 2), turns: make([]complex64, n/4+1), even: make([]float32, n/2), odd: make([]float32, n/2)}
	for k := range t.turns {
		sin, cos := math.Sincos(-2 * math.Pi * float64(k) / float64(n))
		t.turns[k] = complex(float32(cos), float32(sin))
	}
	t.e, t.o = make([]complex64, n/4+1), make([]complex64, n/4+1)
	return t
}

// Len is how many values are transformed, Bins into how many.
func (t *transform) Len() int  { return 2 * len(t.even) }
func (t *transform) Bins() int { return len(t.even) + 1 }

// Forward transforms the values of x into bins.
func (t *transform) Forward(bins []complex64, x []float32) {
	for i := range t.even {
		t.even[i], t.odd[i] = x[2*i], x[2*i+1]
	}
	t.half.Forward(t.e, t.even)
	t.half.Forward(t.o, t.odd)
	last := len(bins) - 1
	for k, turn := range t.turns {
		o := times(t.o[k], turn)
		bins[k], bins[last-k] = t.e[k]+o, conjugate(t.e[k]-o)
	}
}

// Inverse transforms back.
func (t *transform) Inverse(x []float32, bins []complex64) {
	last := len(bins) - 1
	for k, turn := range t.turns {
		a, b := bins[k], conjugate(bins[last-k])
		t.e[k], t.o[k] = half(a+b), times(half(a-b), conjugate(turn))
	}
	t.half.Inverse(t.even, t.e)
	t.half.Inverse(t.odd, t.o)
	for i := range t.even {
		x[2*i], x[2*i+1] = t.even[i], t.odd[i]
	}
}

func conjugate(a complex64) complex64 { return complex(real(a), -imag(a)) }

func half(a complex64) complex64 { return complex(0.5*real(a), 0.5*imag(a)) }

func times(a, b complex64) complex64 {
	return complex(real(a)*real(b)-imag(a)*imag(b), real(a)*imag(b)+imag(a)*real(b))
}
