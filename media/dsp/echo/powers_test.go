package echo

import (
	"math/rand/v2"
	"testing"
	"time"
)

// What is told beside Meters is the same, and no more is heard by asking.
func TestPowers(t *testing.T) {
	const rate, block = 16000, 160
	for _, test := range []struct {
		late time.Duration
		by   int // samples
	}{{0, 0}, {0, 333}, {0, 1000}, {500 * time.Millisecond, 4321}} {
		asked, quiet := mustNew(t, rate, block, test.late), mustNew(t, rate, block, test.late)
		rng := rand.New(rand.NewPCG(1, 2))
		past := make([]float32, 8000)
		far, near, out, other := make([]float32, block), make([]float32, block), make([]float32, block), make([]float32, block)
		for i := range 600 {
			loud := float32(0.02 + 0.2*float64(i/20%3)) // in syllables
			for k := range far {
				far[k] = loud * float32(rng.NormFloat64())
			}
			copy(past, past[block:])
			copy(past[len(past)-block:], far)
			for k := range near {
				near[k] = 0.5*past[len(past)-block+k-test.by] + 1e-4*float32(rng.NormFloat64())
			}
			asked.Process(out, near, far, nil)
			quiet.Process(other, near, far, nil)
			asked.EchoDelay()
			asked.Powers()
			for k := range out {
				if out[k] != other[k] {
					t.Fatalf("block %d is another after asking", i)
				}
			}
		}
		if asked.Lost() {
			t.Errorf("%d samples: the path is not known", test.by)
		}
		if got, want := asked.EchoDelay(), time.Duration(test.by)*time.Second/rate; got != want {
			t.Errorf("the echo is %v late instead of %v", got, want)
		}
		x, d, e := asked.Powers()
		m := asked.Meters()
		// What comes back late was played at another loudness.
		if x <= 0 || d <= 0 || e <= 0 || asked.DoubleTalk() != m.DoubleTalk || test.late == 0 && (x/d < 3.5 || x/d > 4.5 || m.ERL < 5.5 || m.ERL > 6.5) {
			t.Errorf("powers %g %g %g, meters %+v", x, d, e, m)
		}
		if n := testing.AllocsPerRun(10, func() { asked.EchoDelay() }); n > 0 {
			t.Errorf("%g allocations", n)
		}
	}
}

func mustNew(t *testing.T, rate, block int, late time.Duration) *Canceller {
	t.Helper()
	c, err := New(Config{Rate: rate, Block: block, Late: late})
	if err != nil {
		t.Fatal(err)
	}
	return c
}
