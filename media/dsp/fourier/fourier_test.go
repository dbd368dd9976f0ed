package fourier

import (
	"math"
	"math/cmplx"
	"math/rand/v2"
	"testing"
)

func noise(n int) []float32 {
	rng := rand.New(rand.NewPCG(uint64(n), 1))
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(rng.NormFloat64())
	}
	return x
}

func TestTransform_is_the_sum_it_is_defined_by(t *testing.T) {
	for _, n := range []int{8, 16, 32, 64, 128, 256, 512, 1024, 2048} {
		x, f := noise(n), New(n)
		bins := make([]complex64, f.Bins())
		f.Forward(bins, x)
		for k := range bins {
			var want complex128
			for i, v := range x {
				want += complex(float64(v), 0) * cmplx.Rect(1, -2*math.Pi*float64(k*i%n)/float64(n))
			}
			if off := cmplx.Abs(want - complex128(bins[k])); off > 3e-6*math.Sqrt(float64(n))*math.Log2(float64(n)) {
				t.Fatalf("%d values, bin %d: %v, not %v", n, k, bins[k], want)
			}
		}
	}
}

func TestTransform_and_back(t *testing.T) {
	for _, n := range []int{8, 256, 512, 1024, 65536} {
		x, f := noise(n), New(n)
		bins, back := make([]complex64, f.Bins()), make([]float32, n)
		f.Forward(bins, x)
		f.Inverse(back, bins)
		for i := range x {
			if math.Abs(float64(x[i]-back[i])) > 2e-5 {
				t.Fatalf("%d values: %d comes back as %g, not %g", n, i, back[i], x[i])
			}
		}
	}
}

func TestTransform_allocates_nothing(t *testing.T) {
	x, f := noise(512), New(512)
	bins := make([]complex64, f.Bins())
	if n := testing.AllocsPerRun(10, func() { f.Forward(bins, x); f.Inverse(x, bins) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestLength(t *testing.T) {
	for n, want := range map[int]int{2: 2, 3: 4, 160: 256, 256: 256, 257: 512} {
		if got := Length(n); got != want {
			t.Errorf("Length(%d) is %d, not %d", n, got, want)
		}
	}
}

func BenchmarkTransform(b *testing.B) {
	x, f := noise(512), New(512)
	bins := make([]complex64, f.Bins())
	b.ReportAllocs()
	for b.Loop() {
		f.Forward(bins, x)
		f.Inverse(x, bins)
	}
}
