package ambient

import (
	"math"
	"math/rand/v2"
	"testing"
)

const rate, block = 16000, 160

// level is the power of so many dBov.
func level(db float64) float64 { return 32768 * 32768 * math.Pow(10, db/10) }

func made(c Config) *Control {
	c.Rate, c.Block = rate, block
	return New(c)
}

// run lets seconds pass; noise and played are in dBov, chance is in both.
func run(c *Control, r *rand.Rand, seconds, heard, played float64) (factor float64) {
	for range int(seconds * 100) {
		factor = c.Process(level(heard+r.NormFloat64()), level(played+r.NormFloat64()))
	}
	return factor
}

const silent = -100

func TestControl_follows_the_noise_within_its_range(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	c := made(Config{Range: 12, Quiet: -60})
	for _, step := range []struct {
		name    string
		noise   float64
		seconds float64
		gain    float64
	}{
		{"quiet -> as it is", -70, 10, 0},
		{"noise -> louder by as much", -52, 15, 8},
		{"a storm -> no more than the range", -25, 15, 12},
		{"less -> less", -56, 15, 4},
		{"quiet again", -70, 10, 0},
	} {
		factor := run(c, r, step.seconds, step.noise, silent)
		if got := c.Gain(); math.Abs(got-step.gain) > 1 || math.Abs(20*math.Log10(factor)-got) > 0.01 {
			t.Errorf("%s: %.1f dB (a factor of %.2f), want %g", step.name, got, factor, step.gain)
		}
	}
}

// Never by more than 3 dB a second, and never beyond its bounds, whatever comes.
func TestControl_is_slow_and_bounded(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	c := made(Config{Range: 15})
	last, most := 0.0, 0.0
	for i := range 60_000 {
		heard := level(-90 + 80*r.Float64())
		if i/3000%2 == 1 {
			heard = level(-30 + r.NormFloat64())
		}
		c.Process(heard, level(-100+60*float64(i/7000%2)))
		if d := math.Abs(c.Gain() - last); d > 0.0301 {
			t.Fatalf("%.3f dB in 10 ms", d)
		}
		last, most = c.Gain(), max(most, c.Gain())
		if last < 0 || last > 15 {
			t.Fatalf("%.1f dB", last)
		}
	}
	if most < 10 {
		t.Errorf("at most %.1f dB: it does not follow", most)
	}
}

// What comes back of the loudspeaker is no noise, nor is what somebody says here.
func TestControl_echo_and_speech_are_no_noise(t *testing.T) {
	for _, coupling := range []float64{-20, -6, 0, 6} {
		r := rand.New(rand.NewPCG(5, 6))
		c := made(Config{Range: 20})
		run(c, r, 10, -70, silent)
		played := silent - 0.0
		for range 60 {
			for i := range 150 {
				played = silent
				if i < 110 { // a far side that is never silent for long, at -25 dBov
					played = -25 + c.Gain()
				}
				heard := level(-70) + level(played+coupling)
				c.Process(heard, level(played))
			}
		}
		if c.Gain() > 0.5 {
			t.Errorf("an echo of %g dB makes it %.1f dB louder", coupling, c.Gain())
		}
	}
	r := rand.New(rand.NewPCG(7, 8))
	c := made(Config{Range: 20})
	for range 60 { // words of 0.7 s
		run(c, r, 0.7, -30, silent)
		run(c, r, 0.3, -70, silent)
	}
	if c.Gain() > 0.5 {
		t.Errorf("speech makes it %.1f dB louder", c.Gain())
	}
}

// A far side with noise of its own, whose echo is all that is heard, does not keep
// it loud once the noise here is over.
func TestControl_comes_down_while_the_far_side_is_heard(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	c := made(Config{Range: 12})
	run(c, r, 15, -40, silent)
	if c.Gain() < 11 {
		t.Fatalf("%.1f dB", c.Gain())
	}
	for range 3000 {
		played := -70 + c.Gain()
		c.Process(level(-72+r.NormFloat64())+level(played), level(played+r.NormFloat64()))
	}
	if c.Gain() > 1 {
		t.Errorf("%.1f dB are left", c.Gain())
	}
}

func TestControl_allocates_nothing(t *testing.T) {
	c := made(Config{Range: 12})
	if n := testing.AllocsPerRun(50, func() { c.Process(level(-30), level(-60)) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkControl(b *testing.B) {
	c := made(Config{Range: 12})
	b.ReportAllocs()
	for b.Loop() {
		c.Process(level(-30), level(-60))
	}
}
