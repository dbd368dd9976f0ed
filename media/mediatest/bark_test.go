package mediatest

import (
	"math/rand/v2"
	"testing"
	"time"

	"offhook/media"
)

func distortion(said, heard media.Frame) float64 {
	b := NewBark(8000)
	for at := 0; at+b.Window() <= min(len(said), len(heard)); at += b.Window() / 2 {
		b.Add(said[at:at+b.Window()], heard[at:at+b.Window()])
	}
	return b.Distortion()
}

// What sounds more alike is nearer, whatever its waveform.
func TestBark(t *testing.T) {
	voice := Voice(8000, 10*time.Second, 3)
	change := func(f func(i int, s int16) int16) media.Frame {
		out := make(media.Frame, len(voice))
		for i, s := range voice {
			out[i] = f(i, s)
		}
		return out
	}
	rng := rand.New(rand.NewPCG(1, 2))
	noise := func(level float64) func(int, int16) int16 {
		return func(_ int, s int16) int16 { return clip(float64(s) + level*rng.NormFloat64()) }
	}
	hole := func(i int, s int16) int16 {
		if i%800 < 160 {
			return 0
		}
		return s
	}
	order := []struct {
		name  string
		heard media.Frame
		most  float64
	}{
		{"the same", voice, 0},
		{"upside down", change(func(_ int, s int16) int16 { return -s }), 1e-9},
		{"a dB quieter", change(func(_ int, s int16) int16 { return clip(0.89 * float64(s)) }), 0.006},
		{"little noise", change(noise(30)), 0.002},
		{"more noise", change(noise(300)), 0.05},
		{"20 ms of 100 are silent", change(hole), 0.08},
		{"silence", make(media.Frame, len(voice)), 1},
	}
	for _, o := range order {
		d := distortion(voice, o.heard)
		t.Logf("%-24s %.4f", o.name, d)
		if d > o.most || d < o.most/100 && o.most > 1e-6 {
			t.Errorf("%s: %.4f, at most %v wanted", o.name, d, o.most)
		}
	}
	if d := distortion(make(media.Frame, 1000), make(media.Frame, 1000)); d != 0 {
		t.Errorf("silence and silence: %v", d)
	}
}
