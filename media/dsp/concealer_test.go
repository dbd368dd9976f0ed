package dsp_test

import (
	"math"
	"testing"
	"time"

	"offhook/media"
	"offhook/media/dsp"
	"offhook/media/mediatest"
)

// A steady tone goes on as it was for 10 ms, then fades, and is silent at 60 ms.
func TestConcealTone(t *testing.T) {
	for _, rate := range []int{8000, 16000, 48000} {
		for _, freq := range []float64{90, 200, 440, 1000} {
			c := dsp.NewConcealer(rate)
			sound := sine(rate, freq, 8000, 200*time.Millisecond)
			loss := rate / 10
			c.Observe(sound[:loss])
			made := make(media.Frame, rate/10)
			c.Conceal(made)
			if snr := mediatest.SNR(sound[loss:loss+rate/100], made[:rate/100]); snr < 12 {
				t.Errorf("%d Hz, %v Hz: the first 10 ms at %.1f dB", rate, freq, snr)
			}
			if !c.Silent() || made[rate*61/1000] != 0 {
				t.Errorf("%d Hz, %v Hz: not silent after 60 ms", rate, freq)
			}
			steepest := 8000*2*math.Sin(math.Pi*freq/float64(rate))*1.5 + 8000/(0.05*float64(rate)) + 100
			last := sound[loss-1]
			for i, s := range made {
				if d := math.Abs(float64(s) - float64(last)); d > steepest {
					t.Errorf("%d Hz, %v Hz: a click of %.0f at %d (%.0f is steep)", rate, freq, d, i, steepest)
					break
				}
				last = s
			}
		}
	}
}

// Of speech with 10 ms lost here and there, concealment must be better than silence and than
// repeating the last 10 ms, in the mean of the losses.
func TestConcealVoice(t *testing.T) {
	const rate, n = 8000, 80
	voice := mediatest.Voice(rate, 20*time.Second, 5)
	c := dsp.NewConcealer(rate)
	var made, repeated, count float64
	for at, k := 0, 0; at+n <= len(voice); at, k = at+n, k+1 {
		f := append(media.Frame(nil), voice[at:at+n]...)
		if k%7 != 3 || mediatest.Level(f) < -40 {
			c.Merge(f)
			c.Observe(f)
			continue
		}
		c.Conceal(f)
		made += mediatest.SNR(voice[at:at+n], f)
		repeated += mediatest.SNR(voice[at:at+n], voice[at-n:at])
		count++
	}
	t.Logf("%.0f losses: %.1f dB; repeating: %.1f dB; silence: 0 dB", count, made/count, repeated/count)
	if made/count < 2 || made < repeated+3*count {
		t.Error("concealment is no better than what is simple")
	}
}

// Merging leaves what is beyond its 10 ms alone, and makes no step.
func TestMerge(t *testing.T) {
	const rate = 8000
	sound := sine(rate, 180, 8000, 300*time.Millisecond)
	for _, lost := range []int{40, 80, 160, 480} {
		c := dsp.NewConcealer(rate)
		c.Observe(sound[:800])
		made := make(media.Frame, lost)
		c.Conceal(made)
		f := append(media.Frame(nil), sound[800+lost:800+lost+160]...)
		c.Merge(f)
		for i := 80; i < 160; i++ {
			if f[i] != sound[800+lost+i] {
				t.Fatalf("lost %d: changed at %d", lost, i)
			}
		}
		if d := math.Abs(float64(f[0]) - float64(made[lost-1])); d > 1800 {
			t.Errorf("lost %d: a step of %.0f", lost, d)
		}
		if c.Active() {
			t.Error("still active")
		}
	}
	c := dsp.NewConcealer(rate)
	f := media.Frame{1, 2, 3}
	if c.Merge(f); f[0] != 1 {
		t.Error("merged without a loss")
	}
}

func TestFade(t *testing.T) {
	c := dsp.NewConcealer(8000)
	c.Observe(sine(8000, 300, 8000, 100*time.Millisecond))
	f := make(media.Frame, 80)
	c.Conceal(f)
	c.Fade(20 * time.Millisecond)
	c.Conceal(f)
	c.Conceal(f)
	if c.Conceal(f); !c.Silent() || f[0] != 0 {
		t.Error("not silent after 20 ms")
	}
}

func TestConcealerAllocations(t *testing.T) {
	c := dsp.NewConcealer(48000)
	f := sine(48000, 300, 8000, 20*time.Millisecond)
	if n := testing.AllocsPerRun(100, func() { c.Observe(f); c.Conceal(f); c.Merge(f) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestStretcher(t *testing.T) {
	for _, rate := range []int{8000, 16000, 48000} {
		for _, freq := range []float64{110, 250, 700} {
			s := dsp.NewStretcher(rate)
			const any = -1
			whole := sine(rate, freq, 8000, 100*time.Millisecond)
			at := rate / 20

			line := append(media.Frame(nil), whole...)
			got := s.Compress(line, at, s.Longest(), 0.8)
			if got < s.Shortest() || got > s.Longest() {
				t.Errorf("compressed by %d", got)
			}
			smooth(t, line[:len(line)-got], rate, freq)

			line = append(append(media.Frame(nil), whole...), make(media.Frame, s.Longest())...)
			got = s.Expand(line, at, len(whole), 0.8)
			if got < s.Shortest() || got > s.Longest() {
				t.Errorf("expanded by %d", got)
			}
			smooth(t, line[:len(whole)+got], rate, freq)
			for i := range at {
				if line[i] != whole[i] {
					t.Fatal("the past was changed")
				}
			}
			if got := s.Compress(whole, at, s.Shortest()-1, any); got != 0 {
				t.Errorf("compressed by %d, less than a period", got)
			}
			if got := s.Expand(whole, at, len(whole), any); got != 0 {
				t.Errorf("expanded by %d without room", got)
			}
			if got := s.Expand(line, s.Past()-1, len(whole), any); got != 0 {
				t.Errorf("expanded by %d without a past", got)
			}
		}
	}
}

// smooth: a sine that was stretched well is still nearly one.
func smooth(t *testing.T, f media.Frame, rate int, freq float64) {
	t.Helper()
	steepest := 8000 * 2 * math.Sin(math.Pi*freq/float64(rate)) * 1.3
	for i := 1; i < len(f); i++ {
		if d := math.Abs(float64(f[i]) - float64(f[i-1])); d > steepest+4 {
			t.Errorf("%d Hz, %v Hz: a click of %.0f at %d (%.0f is steep)", rate, freq, d, i, steepest)
			return
		}
	}
}
