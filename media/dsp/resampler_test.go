package dsp_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"offhook/media"
	"offhook/media/dsp"
	"offhook/media/mediatest"
)

func sine(rate int, freq, amplitude float64, d time.Duration) media.Frame {
	f := make(media.Frame, int(d*time.Duration(rate)/time.Second))
	for i := range f {
		f[i] = int16(math.Round(amplitude * math.Sin(2*math.Pi*freq*float64(i)/float64(rate))))
	}
	return f
}

func resample(from, to int, src media.Frame) media.Frame {
	r := dsp.NewResampler(from, to)
	out := make(media.Frame, len(src)*to/from+1)
	return out[:r.Process(out, src)]
}

func pairs() [][2]int {
	return [][2]int{{8000, 16000}, {8000, 48000}, {16000, 8000}, {16000, 48000}, {48000, 8000}, {48000, 16000}, {44100, 8000}, {8000, 44100}}
}

// The sweep: what lies in the pass band comes through as it was, what lies
// above the lower rate's half does not, nor does any image or alias.
func TestResamplerSweep(t *testing.T) {
	for _, p := range pairs() {
		t.Run(fmt.Sprintf("%d to %d", p[0], p[1]), func(t *testing.T) {
			low := float64(min(p[0], p[1]))
			worstPass, worstAlias := 0.0, -200.0
			for freq := 50.0; freq < 0.49*float64(p[0]); freq += low / 67.3 {
				out := resample(p[0], p[1], sine(p[0], freq, 16000, 250*time.Millisecond))
				out = out[len(out)/4:]
				level := mediatest.Level(out) + 6.2 + 3.01 // against the sine that went in
				if freq <= 0.42*low {
					got := mediatest.ToneLevel(out, p[1], freq) + 6.23
					worstPass = max(worstPass, math.Abs(got))
					rest := residue(out, p[1], freq)
					worstAlias = max(worstAlias, rest-mediatest.Level(out))
				}
				if freq >= 0.5*low {
					worstAlias = max(worstAlias, level)
				}
			}
			t.Logf("pass band within %.2f dB, aliases and images below %.1f dB, delay %v", worstPass, worstAlias, dsp.NewResampler(p[0], p[1]).Delay())
			if worstPass > 1 {
				t.Errorf("the pass band is off by %.2f dB", worstPass)
			}
			if worstAlias > -60 {
				t.Errorf("an alias at %.1f dB", worstAlias)
			}
		})
	}
}

// residue is the level of f without the sine of a frequency, which is fitted and taken away.
func residue(f media.Frame, rate int, freq float64) float64 {
	w := 2 * math.Pi * freq / float64(rate)
	var ss, sc, cc, ys, yc float64
	for i, v := range f {
		s, c := math.Sincos(w * float64(i))
		ss, sc, cc = ss+s*s, sc+s*c, cc+c*c
		ys, yc = ys+float64(v)*s, yc+float64(v)*c
	}
	det := ss*cc - sc*sc
	a, b := (ys*cc-yc*sc)/det, (yc*ss-ys*sc)/det
	var sum float64
	for i, v := range f {
		s, c := math.Sincos(w * float64(i))
		d := float64(v) - a*s - b*c
		sum += d * d
	}
	return 10 * math.Log10(sum/float64(len(f))/(32768*32768)+1e-13)
}

// Delay is what it says, by correlation there and back.
func TestResamplerDelay(t *testing.T) {
	voice := mediatest.Voice(8000, 2*time.Second, 3)
	there, back := dsp.NewResampler(8000, 48000), dsp.NewResampler(48000, 8000)
	up := make(media.Frame, 6*len(voice))
	there.Process(up, voice)
	down := make(media.Frame, len(voice))
	back.Process(down, up)
	lag, corr := mediatest.Delay(voice, down, 8000)
	want := there.Delay() + back.Delay()
	if d := lag - want; d > 125*time.Microsecond || d < -125*time.Microsecond || corr < 0.98 {
		t.Errorf("delay %v (correlation %.3f), Delay says %v", lag, corr, want)
	}
	if want > 8*time.Millisecond {
		t.Errorf("%v there and back is too long", want)
	}
}

// However the sound is cut, the outcome is the same, and none is lost.
func TestResamplerBlocks(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for _, p := range pairs() {
		src := sine(p[0], 440, 9000, 200*time.Millisecond)
		want := resample(p[0], p[1], src)
		if d := len(want) - len(src)*p[1]/p[0]; d < 0 || d > 1 {
			t.Errorf("%v: %d samples from %d", p, len(want), len(src))
		}
		r := dsp.NewResampler(p[0], p[1])
		var got media.Frame
		for rest := src; len(rest) > 0; {
			n := min(len(rest), rng.IntN(700))
			out := make(media.Frame, n*p[1]/p[0]+1)
			got = append(got, out[:r.Process(out, rest[:n])]...)
			rest = rest[n:]
		}
		if !slices.Equal(got, want) {
			t.Errorf("%v: cut in blocks it is another", p)
		}
	}
}

// The sound that the filter makes the most of, every sample at its limit with the
// sign of the coefficient it meets, is clipped and does not wrap around.
func TestResamplerOverload(t *testing.T) {
	for _, p := range pairs() {
		n := p[0] / 100
		src, silence, out := make(media.Frame, n), make(media.Frame, n), make(media.Frame, p[1]/100)
		r := dsp.NewResampler(p[0], p[1])
		heard := func(f media.Frame) int16 { // after silence
			r.Process(out, silence)
			r.Process(out, f)
			return out[len(out)*3/4]
		}
		for i := range src {
			impulse := make(media.Frame, n)
			impulse[i] = 32767
			if src[i] = 32767; heard(impulse) < 0 {
				src[i] = -32768
			}
		}
		if got := heard(src); got != 32767 {
			t.Errorf("%v: %d instead of the loudest", p, got)
		}
		for i := range src {
			src[i] = ^src[i]
		}
		if got := heard(src); got != -32768 {
			t.Errorf("%v: %d instead of the lowest", p, got)
		}
	}
}

func TestResamplerShortDst(t *testing.T) {
	r := dsp.NewResampler(8000, 48000)
	if n := r.Process(make(media.Frame, 10), make(media.Frame, 160)); n != 10 {
		t.Errorf("%d samples into 10", n)
	}
	if n := r.Process(make(media.Frame, 960), make(media.Frame, 160)); n != 960 {
		t.Errorf("then %d samples", n)
	}
	same := dsp.NewResampler(16000, 16000)
	if n := same.Process(make(media.Frame, 320), make(media.Frame, 320)); n != 320 || same.Delay() != 0 {
		t.Errorf("equal rates: %d samples, delay %v", n, same.Delay())
	}
}

func TestResamplerAllocations(t *testing.T) {
	r := dsp.NewResampler(48000, 8000)
	src, dst := make(media.Frame, 960), make(media.Frame, 160)
	if n := testing.AllocsPerRun(100, func() { r.Process(dst, src) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkResampler(b *testing.B) {
	for _, p := range pairs()[:6] {
		b.Run(fmt.Sprintf("%d to %d, 20 ms", p[0], p[1]), func(b *testing.B) {
			r := dsp.NewResampler(p[0], p[1])
			src, dst := make(media.Frame, p[0]/50), make(media.Frame, p[1]/50)
			b.ReportAllocs()
			for b.Loop() {
				r.Process(dst, src)
			}
		})
	}
}
