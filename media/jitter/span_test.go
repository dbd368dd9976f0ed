package jitter

import (
	"math/rand/v2"
	"testing"
	"time"
)

func TestSpan(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, rate := range []int{8000, 11025, 12000, 16000, 24000, 32000, 44100, 48000, 96000} {
		for range 1000 {
			n := rng.Int64N(1<<40) - 1<<39 // some days
			r := int64(rate)
			want := time.Duration(n/r)*time.Second + time.Duration(n%r*int64(time.Second)/r)
			if got := span(n, rate); got != want {
				t.Fatalf("%d units at %d Hz: %v instead of %v", n, rate, got, want)
			}
		}
		if got := span(int64(rate)*86400*7, rate); got != 7*24*time.Hour {
			t.Errorf("a week at %d Hz: %v", rate, got)
		}
	}
}
