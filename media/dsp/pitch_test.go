package dsp

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// repeating is sound that repeats itself, with noise in it.
func repeating(rate, period int, amplitude float64, n int) []int16 {
	rng := rand.New(rand.NewPCG(uint64(rate), uint64(period)))
	x := make([]int16, n)
	for i := range x {
		t := 2 * math.Pi * float64(i) / float64(period)
		v := math.Sin(t) + 0.6*math.Sin(2*t+1) + 0.4*math.Sin(5*t+2) + 0.1*rng.NormFloat64()
		x[i] = clip(float32(amplitude * v))
	}
	return x
}

// The search by integers finds what a comparison of every lag in floating point
// finds, however loud or soft the sound is.
func TestPitch_finds_the_best_lag(t *testing.T) {
	for _, rate := range []int{8000, 16000, 44100, 48000} {
		p := NewPitch(rate)
		n := rate / 100
		for _, amplitude := range []float64{20, 3000, 60000} {
			for _, period := range []int{p.Min + 3, (p.Min + p.Max) / 2, p.Max - 5} {
				t.Run(fmt.Sprintf("%d Hz, %v, %d", rate, amplitude, period), func(t *testing.T) {
					x := repeating(rate, period, amplitude, n+2*p.Max+1)
					at := p.Max + 1
					for sign, search := range map[int]func([]int16, int, int, int, int) (int, float32){-1: p.Before, 1: p.After} {
						best := float32(-1)
						for lag := p.Min; lag <= p.Max; lag++ {
							best = max(best, similarity(x[at:at+n], x[at+sign*lag:at+sign*lag+n], p.stride))
						}
						lag, corr := search(x, at, n, p.Min, p.Max)
						got := similarity(x[at:at+n], x[at+sign*lag:at+sign*lag+n], p.stride)
						if got < best-0.02 || math.Abs(float64(corr-got)) > 0.02 {
							t.Errorf("%+d: lag %d with %.3f, said to be %.3f; the best has %.3f", sign, lag, got, corr, best)
						}
					}
				})
			}
		}
	}
}

func TestPitch_extremes(t *testing.T) {
	p := NewPitch(8000)
	x := make([]int16, 400)
	if _, corr := p.Before(x, 200, 96, p.Min, p.Max); corr != 1 {
		t.Errorf("silence with silence: %v", corr)
	}
	for i := range 200 {
		x[i] = 9000
	}
	if _, corr := p.After(x, 104, 96, 96, 100); corr != 0 {
		t.Errorf("sound with silence: %v", corr)
	}
	for i := range x {
		x[i] = -32768
	}
	if _, corr := p.Before(x, 200, 96, p.Min, p.Max); corr < 0.999 {
		t.Errorf("the loudest with itself: %v", corr)
	}
	if _, corr := p.Before(x, 200, 96, p.Max+1, p.Max+9); corr != -1 {
		t.Errorf("no lag: %v", corr)
	}
}
