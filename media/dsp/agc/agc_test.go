package agc

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"offhook/media/mediatest"
)

const rate = 16000

// speech is of a level in dBov while somebody speaks, by the loud half of it.
func speech(long time.Duration, level float64) []float32 {
	f := mediatest.Speakers()[1].Say(rate, long)
	x := make([]float32, len(f))
	for i, v := range f {
		x[i] = float32(v) / 32768
	}
	return louder(x, level-spoken(x))
}

func louder(x []float32, db float64) []float32 {
	g := float32(math.Pow(10, db/20))
	y := make([]float32, len(x))
	for i, v := range x {
		y[i] = g * v
	}
	return y
}

// spoken is the mean level of the blocks within 15 dB of the loudest.
func spoken(x []float32) float64 {
	const n = rate / 100
	var loudest, sum, count float64
	for pass := range 2 {
		for i := 0; i+n <= len(x); i += n {
			var e float64
			for _, v := range x[i : i+n] {
				e += float64(v) * float64(v) / n
			}
			if pass == 0 {
				loudest = max(loudest, e)
			} else if e > loudest/31.6 {
				sum, count = sum+e, count+1
			}
		}
	}
	return 10 * math.Log10(sum/max(count, 1)+1e-20)
}

func noise(n int, level float64, seed uint64) []float32 {
	rng := rand.New(rand.NewPCG(seed, 3))
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(math.Pow(10, level/20) * rng.NormFloat64())
	}
	return x
}

func made(t *testing.T, c Config) *Control {
	t.Helper()
	a, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestNew(t *testing.T) {
	for _, c := range []Config{{}, {Rate: 16050}, {Rate: rate, Target: 3}, {Rate: rate, Most: -3}, {Rate: rate, Least: 3}, {Rate: rate, Most: math.NaN()}, {Rate: rate, Ceiling: -1}} {
		if _, err := New(c); !errors.Is(err, ErrConfig) {
			t.Errorf("%+v: %v", c, err)
		}
	}
	if a := made(t, Config{Rate: 48000}); a.Block() != 480 || a.Gain() != 0 {
		t.Errorf("%d, %g", a.Block(), a.Gain())
	}
}

// Whoever whispers and whoever shouts is as loud after 4 s.
func TestProcess_level(t *testing.T) {
	for _, level := range []float64{-44, -34, -22, -12} {
		x := speech(12*time.Second, level)
		a := made(t, Config{Rate: rate})
		a.Process(x)
		if got := spoken(x[6*rate:]); math.Abs(got+22) > 3 {
			t.Errorf("speech of %g dBov becomes %.1f, not -22", level, got)
		}
	}
}

// The gain stays where it is in a pause, and while there is noise alone.
func TestProcess_does_not_pump(t *testing.T) {
	x := append(speech(8*time.Second, -36), make([]float32, 5*rate)...)
	for i, v := range noise(len(x), -65, 1) {
		x[i] += v
	}
	a := made(t, Config{Rate: rate})
	a.Process(x[:8*rate+rate/2])
	before := a.Gain()
	if before < 8 {
		t.Fatalf("a gain of %.1f dB", before)
	}
	a.Process(x[8*rate+rate/2:])
	if d := a.Gain() - before; math.Abs(d) > 0.5 {
		t.Errorf("the gain changes by %.1f dB in a pause", d)
	}
}

func TestProcess_noise_is_no_speech(t *testing.T) {
	a := made(t, Config{Rate: rate})
	a.Process(noise(10*rate, -50, 2))
	if a.Gain() != 0 {
		t.Errorf("noise is made louder by %.1f dB", a.Gain())
	}
}

// Nothing is above the ceiling, even when somebody shouts after a whisper.
func TestProcess_does_not_clip(t *testing.T) {
	x := append(speech(6*time.Second, -44), louder(speech(2*time.Second, -12), 6)...)
	a := made(t, Config{Rate: rate})
	a.Process(x)
	var peak float32
	for _, v := range x {
		peak = max(peak, v, -v)
	}
	if ceiling := float32(math.Pow(10, -1.0/20)); peak > ceiling {
		t.Errorf("a peak of %.3f, above %.3f", peak, ceiling)
	}
}

func TestProcess_allocates_nothing(t *testing.T) {
	a, x := made(t, Config{Rate: rate}), noise(320, -20, 9)
	if n := testing.AllocsPerRun(50, func() { a.Process(x) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkProcess20ms(b *testing.B) {
	a, err := New(Config{Rate: rate})
	if err != nil {
		b.Fatal(err)
	}
	x := noise(320, -30, 9)
	b.ReportAllocs()
	for b.Loop() {
		a.Process(x)
	}
}

// What is held is made as loud as the speech before it, and teaches nothing.
func TestHold(t *testing.T) {
	a := made(t, Config{Rate: rate})
	a.Process(speech(8*time.Second, -34))
	before := a.Gain()
	a.Hold(true)
	x := speech(4*time.Second, -44)
	want := louder(x, before)
	a.Process(x)
	if a.Gain() != before {
		t.Errorf("the gain went from %.2f to %.2f dB", before, a.Gain())
	}
	if d := spoken(x) - spoken(want); math.Abs(d) > 0.5 {
		t.Errorf("%.1f dB from as loud as before", d)
	}
	a.Hold(false)
	a.Process(speech(4*time.Second, -44))
	if a.Gain() < before+3 {
		t.Errorf("held for ever, at %.2f dB", a.Gain())
	}
}
