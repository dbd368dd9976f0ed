package denoise

import (
	"math"
	"math/cmplx"
	"math/rand/v2"
	"testing"
)

func TestTransform(t *testing.T) {
	for _, n := range []int{8, 256, 512, 1024} {
		rng := rand.New(rand.NewPCG(uint64(n), 1))
		x, back := make([]float32, n), make([]float32, n)
		for i := range x {
			x[i] = float32(rng.NormFloat64())
		}
		f := newTransform(n)
		bins := make([]complex64, f.bins())
		f.forward(bins, x)
		for k := 0; k < f.bins(); k += max(1, n/32) {
			var want complex128
			for i, v := range x {
				want += complex(float64(v), 0) * cmplx.Rect(1, -2*math.Pi*float64(k*i%n)/float64(n))
			}
			if cmplx.Abs(want-complex128(bins[k])) > 1e-4*float64(n) {
				t.Errorf("%d values, bin %d: %v, not %v", n, k, bins[k], want)
			}
		}
		f.inverse(back, bins)
		for i := range x {
			if math.Abs(float64(x[i]-back[i])) > 1e-5 {
				t.Fatalf("%d values: %d comes back as %g, not %g", n, i, back[i], x[i])
			}
		}
	}
}

func TestExponentialIntegral(t *testing.T) {
	for x, want := range map[float64]float64{0.1: 1.82292396, 1: 0.21938393, 2: 0.04890051, 5: 0.00114830} {
		if got := exponentialIntegral(x); math.Abs(got-want) > 1e-6 {
			t.Errorf("E1(%g) is %.8f, not %.8f", x, got, want)
		}
	}
}
