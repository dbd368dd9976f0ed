package alsa

import (
	"math"
	"math/rand/v2"
	"testing"

	"offhook/hal"
)

// played is what a pace made of a tone whose playback clock is faster by so many
// ppm, and how much was queued, a period at a time.
func played(ppm float64, periods int, jitter int) (heard []int16, queue []int) {
	const rate, period = 48000, 480
	p := newPace(rate, period)
	rng := rand.New(rand.NewPCG(1, 2))
	in, left, n := make([]int16, period), float64(2*period), 0
	for range periods {
		for i := range in {
			in[i] = int16(math.Round(8000 * math.Sin(2*math.Pi*1000*float64(n)/rate)))
			n++
		}
		out := p.play(in)
		heard = append(heard, out...)
		left += float64(len(out)) - period*(1+ppm*1e-6)
		seen := int(left)
		if jitter > 0 {
			seen += rng.IntN(2*jitter+1) - jitter
		}
		p.queued(seen, 2)
		queue = append(queue, int(left))
	}
	return heard, queue
}

func TestPace_queue_stays_where_it_was(t *testing.T) {
	for _, c := range []struct {
		name   string
		ppm    float64
		jitter int
		most   int // frames
	}{
		{"one clock -> nothing moves", 0, 0, 1},
		{"100 ppm faster -> half a millisecond", 100, 0, 24},
		{"100 ppm slower", -100, 0, 24},
		{"500 ppm faster -> two milliseconds", 500, 0, 96},
		{"500 ppm slower", -500, 0, 96},
		{"100 ppm, seen in packets of a millisecond", 100, 48, 48},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, queue := played(c.ppm, 6000, c.jitter)
			first := 0
			for _, n := range queue[:100] {
				first += n
			}
			first /= 100
			for i, n := range queue {
				if off := n - first; off > c.most || off < -c.most {
					t.Fatalf("after %d periods %d frames are queued, %d at first", i, n, first)
				}
			}
			if c.jitter == 0 {
				if off := queue[len(queue)-1] - first; off < -3 || off > 3 {
					t.Errorf("after a minute %d frames off", off)
				}
			}
		})
	}
}

func TestPace_tone_stays_a_tone(t *testing.T) {
	for _, ppm := range []float64{0, 100, -300} {
		heard, _ := played(ppm, 6000, 0)
		if got := aboveNoise(heard[len(heard)-9600:], 1000.0/48000, ppm); got < 60 {
			t.Errorf("%g ppm: noise is %.1f dB below the tone", ppm, got)
		}
	}
}

// aboveNoise tells by how many dB a tone, its frequency within 5 ppm of f raised by
// so many, or lowered, is above the rest.
func aboveNoise(x []int16, f, ppm float64) float64 {
	best := math.Inf(-1)
	for _, way := range []float64{ppm, -ppm} {
		for off := -5.0; off <= 5; off += 0.25 {
			best = max(best, toneAbove(x, 2*math.Pi*f*(1+(way+off)*1e-6)))
		}
	}
	return best
}

// toneAbove fits a tone by least squares.
func toneAbove(x []int16, w float64) float64 {
	var ss, sc, cc, xs, xc, all float64
	for i, v := range x {
		s, c := math.Sincos(w * float64(i))
		ss, sc, cc, xs, xc, all = ss+s*s, sc+s*c, cc+c*c, xs+float64(v)*s, xc+float64(v)*c, all+float64(v)*float64(v)
	}
	det := ss*cc - sc*sc
	a, b := (xs*cc-xc*sc)/det, (xc*ss-xs*sc)/det
	tone := a*xs + b*xc
	return 10 * math.Log10(tone/max(all-tone, 1e-9))
}

func TestPace_forgets_its_queue_and_not_its_clocks_when_playback_starts_anew(t *testing.T) {
	p := newPace(48000, 480)
	in := make([]int16, 480)
	left := 960.0
	for range 6000 {
		left += float64(len(p.play(in))) - 480*(1+200e-6)
		p.queued(int(left), 2)
	}
	drift := p.drift
	p.restart()
	p.queued(700, 2)
	if math.Abs(drift+200e-6) > 10e-6 || p.drift != drift || p.step != 1+drift {
		t.Errorf("drift %g, then %g with steps of %g", drift, p.drift, p.step)
	}
}

func TestPace_allocates_nothing(t *testing.T) {
	p, in := newPace(16000, 160), make([]int16, 160)
	if n := testing.AllocsPerRun(100, func() { p.play(in); p.queued(320, 2) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestPace_never_plays_past_its_room(t *testing.T) {
	for _, period := range []int{40, 80, 160, 480, 960} {
		p, in := newPace(48000, period), make([]int16, period)
		for i := range 5000 {
			p.queued([2]int{0, 10 * period}[i/2500], 2)
			if n := len(p.play(in)); n < period-pastPeriod(period) || n > period+pastPeriod(period) || p.at < 0 {
				t.Fatalf("period of %d: %d frames, next at %g", period, n, p.at)
			}
		}
	}
}

func TestPCM_two_clocks_as_crystals_differ_lose_nothing(t *testing.T) {
	for _, c := range []struct {
		name  string
		drift float64 // frames of 160
	}{
		{"playback the faster by 150 ppm", 0.024},
		{"playback the slower by 150 ppm", -0.024},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := newMachine(t)
			m.ids[2] = "Headset"
			m.drift = c.drift
			a := openOn(t, m, part(hal.Params{"capture-card": "Headset"}))
			echo(t, a, 15000) // the clocks part by more than is ever queued
			if record, play := a.Xruns(); record+play > 0 || m.starts[playback] != 1 {
				t.Errorf("%d and %d xruns, starts: %v", record, play, m.starts)
			}
			closeIt(t, a)
		})
	}
}

func BenchmarkPace(b *testing.B) {
	p, in := newPace(48000, 480), make([]int16, 480)
	b.ReportAllocs()
	for b.Loop() {
		p.play(in)
		p.queued(960, 2)
	}
}
