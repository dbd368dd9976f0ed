package dsp

import (
	"math"
	"testing"
)

func TestHold(t *testing.T) {
	var h Hold
	db := func(p float64) float64 { return 10 * math.Log10(p) }
	take := func(power float64, blocks int) (held float64) {
		for range blocks {
			held = h.Take(power, 160, 16000, 0.2)
		}
		return held
	}
	for _, step := range []struct {
		name   string
		power  float64
		blocks int
		want   float64 // dB
	}{
		{"loud -> at once", 1e6, 1, 60},
		{"quieter -> it is held", 1e2, 19, 60},
		{"after that it dies away", 1e2, 5, 50},
		{"down to what is there", 1e2, 100, 20},
		{"louder again", 1e7, 1, 70},
	} {
		if got := db(take(step.power, step.blocks)); math.Abs(got-step.want) > 0.1 {
			t.Errorf("%s: %.1f dB, want %v", step.name, got, step.want)
		}
	}
	if got := take(0, 1000); got != 0 {
		t.Errorf("of silence %g is left", got)
	}
}

// The floor is that of the pauses; a sound that goes on becomes the floor.
func TestFloor(t *testing.T) {
	var f Floor
	take := func(power float64, blocks int) float64 {
		for range blocks {
			f.Take(power, 160, 16000)
		}
		return f.Power()
	}
	take(1e3, 100)
	for range 5 { // words
		if got := take(1e7, 60); got > 1.1e3 {
			t.Errorf("the floor is %g while somebody speaks", got)
		}
		take(1e3, 60)
	}
	if got := take(1e5, 500); got < 0.9e5 || got > 1.1e5 {
		t.Errorf("of a sound that goes on it is %g", got)
	}
	if got := take(1e2, 50); got > 1.2e2 {
		t.Errorf("half a second after it ended it is %g", got)
	}
}
