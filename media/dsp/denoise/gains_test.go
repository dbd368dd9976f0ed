package denoise

import (
	"math"
	"testing"
)

func TestExponentialIntegral(t *testing.T) {
	for x, want := range map[float64]float64{0.1: 1.82292396, 1: 0.21938393, 2: 0.04890051, 5: 0.00114830} {
		if got := exponentialIntegral(x); math.Abs(got-want) > 1e-6 {
			t.Errorf("E1(%g) is %.8f, not %.8f", x, got, want)
		}
	}
}
