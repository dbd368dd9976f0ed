package pesq_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"offhook/media"
	"offhook/media/mediatest"
	"offhook/media/mediatest/pesq"
)

// degradations are what is done to speech.
var degradations = []struct {
	name string
	make func(x media.Frame, rate int) media.Frame
}{
	{"identity", func(x media.Frame, _ int) media.Frame { return x }},
	{"noise at 30 dB", func(x media.Frame, _ int) media.Frame { return noisy(x, 30) }},
	{"noise at 15 dB", func(x media.Frame, _ int) media.Frame { return noisy(x, 15) }},
	{"noise at 0 dB", func(x media.Frame, _ int) media.Frame { return noisy(x, 0) }},
	{"3 % silent", func(x media.Frame, rate int) media.Frame { return holes(x, rate, 33) }},
	{"10 % silent", func(x media.Frame, rate int) media.Frame { return holes(x, rate, 10) }},
	{"40 ms later from the middle", func(x media.Frame, rate int) media.Frame {
		return splice(x[:len(x)/2], make(media.Frame, rate/25), x[len(x)/2:])
	}},
	{"60 ms left out", func(x media.Frame, rate int) media.Frame { return splice(x[:len(x)/3], x[len(x)/3+rate*60/1000:]) }},
	{"37 ms later", func(x media.Frame, rate int) media.Frame { return splice(make(media.Frame, rate*37/1000), x) }},
	{"clipped", func(x media.Frame, _ int) media.Frame { return scaled(x, 12) }},
	{"dull", dull},
	{"5 % the frame before again", again},
}

func noisy(x media.Frame, snr float64) media.Frame {
	rng := rand.New(rand.NewPCG(1, 2))
	level := 32768 * math.Pow(10, (mediatest.Level(x)-snr)/20)
	return each(x, func(_ int, s float64) float64 { return s + level*rng.NormFloat64() })
}

func holes(x media.Frame, rate, every int) media.Frame {
	n := rate / 50
	return each(x, func(i int, s float64) float64 {
		if i/n%every == every-1 {
			return 0
		}
		return s
	})
}

func again(x media.Frame, rate int) media.Frame {
	n := rate / 50
	return each(x, func(i int, s float64) float64 {
		if i/n%20 == 19 {
			return float64(x[i-n])
		}
		return s
	})
}

func dull(x media.Frame, rate int) media.Frame {
	y := 0.0
	return each(x, func(_ int, s float64) float64 { y += 3200 / float64(rate) * (s - y); return y })
}

func scaled(x media.Frame, factor float64) media.Frame {
	return each(x, func(_ int, s float64) float64 { return factor * s })
}

func each(x media.Frame, f func(int, float64) float64) media.Frame {
	out := make(media.Frame, len(x))
	for i, s := range x {
		out[i] = int16(max(-32768, min(32767, math.Round(f(i, float64(s))))))
	}
	return out
}

func splice(parts ...media.Frame) (out media.Frame) {
	for _, p := range parts {
		out = append(out, p...)
	}
	return out
}

// published are the scores that the standard's reference program gives these degradations of
// two speakers, each by P.862.1 at 8000 and at 16000 Hz and by P.862.2.
var published = [][6]float64{
	{4.5486, 4.5486, 4.6439, 4.5486, 4.5486, 4.6439}, // identity
	{3.0817, 3.1665, 1.9297, 3.1527, 3.0194, 1.9808}, // noise at 30 dB
	{2.0900, 2.0035, 1.1061, 1.8556, 1.9444, 1.1419}, // noise at 15 dB
	{1.2974, 1.2154, 1.0236, 1.1911, 1.1932, 1.0192}, // noise at 0 dB
	{3.6829, 3.6018, 3.0770, 3.2514, 3.2198, 2.7942}, // 3 % silent
	{2.4467, 2.2431, 1.6416, 2.4634, 2.0597, 1.5418}, // 10 % silent
	{4.2000, 4.0447, 4.5004, 4.5486, 4.4318, 4.4328}, // 40 ms later from the middle
	{4.3517, 4.5485, 4.6437, 4.5485, 4.5486, 4.5149}, // 60 ms left out
	{4.5486, 4.5486, 4.6439, 4.5486, 4.5486, 4.6439}, // 37 ms later
	{2.8901, 2.7253, 1.6282, 2.9676, 2.6210, 1.7841}, // clipped
	{4.4840, 4.5212, 4.5447, 4.5373, 4.5000, 4.5828}, // dull
	{3.2470, 2.8097, 2.1057, 2.8505, 2.9044, 2.3157}, // 5 % the frame before again
}

func score(t *testing.T, x, y media.Frame, rate int, wide bool) float64 {
	t.Helper()
	judge := func() (pesq.Score, error) { return pesq.NarrowBand(x, y, rate) }
	if wide {
		judge = func() (pesq.Score, error) { return pesq.WideBand(x, y) }
	}
	s, err := judge()
	if err != nil {
		t.Fatal(err)
	}
	return s.MOS
}

func TestPublished(t *testing.T) {
	for k, speaker := range mediatest.Speakers()[:2] {
		for m, rate := range []int{8000, 16000, 16000} {
			x := speaker.Say(rate, 8*time.Second)
			for i, d := range degradations {
				got, want := score(t, x, d.make(x, rate), rate, m == 2), published[i][3*k+m]
				if math.Abs(got-want) > 0.02 {
					t.Errorf("speaker %d, %d Hz, %s: %.4f, want %.4f", k, rate, d.name, got, want)
				}
			}
		}
	}
}

// More noise and more loss are worse; level and delay do not matter; nothing is better than
// the speech itself.
func TestOrder(t *testing.T) {
	x := mediatest.Speakers()[2].Say(8000, 8*time.Second)
	best := score(t, x, x, 8000, false)
	if math.Abs(best-4.5486) > 1e-3 {
		t.Errorf("identity: %v", best)
	}
	last := best
	for _, snr := range []float64{40, 30, 20, 10, 0} {
		s := score(t, x, noisy(x, snr), 8000, false)
		if s >= last {
			t.Errorf("noise at %v dB: %.3f, less noise %.3f", snr, s, last)
		}
		last = s
	}
	last = best
	for _, every := range []int{50, 25, 10, 5} {
		s := score(t, x, holes(x, 8000, every), 8000, false)
		if s >= last {
			t.Errorf("one of %d lost: %.3f, fewer lost %.3f", every, s, last)
		}
		last = s
	}
	for name, y := range map[string]media.Frame{
		"louder": scaled(x, 1.5), "quieter": scaled(x, 0.3), "later": splice(make(media.Frame, 1234), x), "sooner": x[400:],
	} {
		if s := score(t, x, y, 8000, false); s < best-0.2 { // sooner, the first syllable is cut
			t.Errorf("%s: %.3f", name, s)
		}
	}
}

func TestErrors(t *testing.T) {
	x := mediatest.Speakers()[0].Say(8000, 2*time.Second)
	for name, test := range map[string]struct {
		ref, deg media.Frame
		rate     int
		want     error
	}{
		"another rate": {x, x, 11025, pesq.ErrRate}, "short": {x, x[:1999], 8000, pesq.ErrShort}, "nothing": {nil, nil, 8000, pesq.ErrShort},
		"silence": {make(media.Frame, 16000), x, 8000, pesq.ErrSilent}, "silence heard": {x, make(media.Frame, 16000), 8000, pesq.ErrSilent},
	} {
		if _, err := pesq.NarrowBand(test.ref, test.deg, test.rate); !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", name, err, test.want)
		}
	}
}

// Whatever is compared, there is a score within bounds or an error.
func FuzzScore(f *testing.F) {
	f.Add(uint64(1), 4000, 9000)
	f.Add(uint64(9), 20000, 2500)
	f.Fuzz(func(t *testing.T, seed uint64, n, m int) {
		rng := rand.New(rand.NewPCG(seed, 3))
		sound := func(n int) media.Frame {
			x := make(media.Frame, min(max(n, 0), 40000))
			loud, left := 0.0, 0
			for i := range x {
				if left--; left < 0 {
					loud, left = 30000*rng.Float64()*float64(rng.IntN(2)), rng.IntN(4000)
				}
				x[i] = int16(loud * (2*rng.Float64() - 1))
			}
			return x
		}
		s, err := pesq.NarrowBand(sound(n), sound(m), 8000)
		if err == nil && (math.IsNaN(s.MOS) || s.MOS < 0.999 || s.MOS > 4.6) {
			t.Errorf("%+v", s)
		}
	})
}
