package fourier_test

import (
	"math"
	"math/cmplx"
	"math/rand/v2"
	"testing"

	"offhook/media/mediatest/fourier"
)

func TestForward(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{1, 2, 4, 64} {
		x, got := make([]complex128, n), make([]complex128, n)
		for i := range x {
			x[i] = complex(rng.NormFloat64(), rng.NormFloat64())
		}
		copy(got, x)
		f := fourier.New(n)
		f.Forward(got)
		for k := range got {
			var want complex128
			for i, v := range x {
				want += v * cmplx.Rect(1, -2*math.Pi*float64(i*k)/float64(n))
			}
			if cmplx.Abs(got[k]-want) > 1e-9 {
				t.Errorf("%d values, bin %d: %v, want %v", n, k, got[k], want)
			}
		}
		f.Inverse(got)
		for i := range got {
			if cmplx.Abs(got[i]-x[i]) > 1e-9 {
				t.Errorf("%d values, back at %d: %v, want %v", n, i, got[i], x[i])
			}
		}
	}
}

func TestCorrelate(t *testing.T) {
	x, y := []float64{1, 2, 3}, []float64{0, 4, 5, 6, -1}
	f := fourier.New(8)
	got := f.Correlate(x, y, make([]complex128, 8))
	for lag := -2; lag <= 4; lag++ {
		want := 0.0
		for i, v := range x {
			if j := i + lag; j >= 0 && j < len(y) {
				want += v * y[j]
			}
		}
		if g := real(got[(lag+8)%8]); math.Abs(g-want) > 1e-9 {
			t.Errorf("lag %d: %v, want %v", lag, g, want)
		}
	}
}

func TestLength(t *testing.T) {
	for n, want := range map[int]int{0: 1, 1: 1, 2: 2, 3: 4, 512: 512, 513: 1024} {
		if got := fourier.Length(n); got != want {
			t.Errorf("%d: %d, want %d", n, got, want)
		}
	}
}
