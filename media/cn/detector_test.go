package cn

import (
	"math"
	"slices"
	"testing"
	"time"

	"offhook/media"
	"offhook/media/mediatest"
)

// judged runs a detector over frames of 20 ms.
func judged(d *Detector, f media.Frame, rate int) []bool {
	n := rate / 50
	var out []bool
	for at := 0; at+n <= len(f); at += n {
		out = append(out, d.Voice(f[at:at+n]))
	}
	return out
}

func share(v []bool) float64 {
	n := 0
	for _, b := range v {
		if b {
			n++
		}
	}
	return float64(n) / float64(max(1, len(v)))
}

func mixed(a, b media.Frame) media.Frame {
	out := make(media.Frame, len(a))
	for i := range out {
		out[i] = int16(max(-32768, min(32767, int(a[i])+int(b[i]))))
	}
	return out
}

func TestDetector_noise_is_not_voice(t *testing.T) {
	for _, rate := range []int{8000, 16000} {
		for name, n := range descriptions() {
			n.Level = max(n.Level, 42)
			sound, _ := made(n, rate, 12*rate)
			v := judged(NewDetector(rate), sound, rate)
			if s := share(v[150:]); s > 0.05 { // after 3 s
				t.Errorf("%d Hz, %s noise: %.0f %% of it is voice", rate, name, 100*s)
			}
		}
		if s := share(judged(NewDetector(rate), make(media.Frame, 4*rate), rate)[25:]); s > 0 {
			t.Errorf("silence: %.0f %% is voice", 100*s)
		}
	}
}

// Of the frames in which somebody speaks nearly none is missed, and of long
// pauses much is saved.
func TestDetector_voice_is_voice(t *testing.T) {
	const rate, long = 16000, 30 * time.Second
	talker := mediatest.Voice(rate, long, 9) // -22 dBov
	for i := range talker {                  // who listens for half the time
		if i/(3*rate)%2 == 1 {
			talker[i] = 0
		}
	}
	dull := func(level uint8) Noise { return Noise{Level: level, Order: 1, Reflection: [MaxOrder]float32{-0.9}} }
	for name, c := range map[string]struct {
		noise  Noise
		softer int16   // the voice, by this factor
		missed float64 // of what is up to 20 dB softer than the voice's mean
		sent   float64 // of the pauses
	}{
		"no noise":                {Noise{Level: 127}, 1, 0.002, 0.02},
		"dull noise 33 dB below":  {dull(55), 1, 0.002, 0.05},
		"dull noise 23 dB below":  {dull(45), 1, 0.01, 0.05},
		"white noise 23 dB below": {Noise{Level: 45}, 1, 0.02, 0.05},
		"soft, no noise":          {Noise{Level: 127}, 8, 0.01, 0.02},
		"soft, dull 25 dB below":  {dull(65), 8, 0.01, 0.05},
		"soft, dull 15 dB below":  {dull(55), 8, 0.02, 0.05},
		"soft, white 15 dB below": {Noise{Level: 55}, 8, 0.04, 0.05},
	} {
		voice := slices.Clone(talker)
		for i := range voice {
			voice[i] /= c.softer
		}
		least := -42 - 20*math.Log10(float64(c.softer))
		noise, _ := made(c.noise, rate, len(voice))
		v := judged(NewDetector(rate), mixed(voice, noise), rate)
		var spoken, missed, pauses, sent float64
		for i := 150; i < len(v); i++ { // after 3 s
			level := mediatest.Level(voice[i*320 : (i+1)*320])
			at := i * 320 % (6 * rate)
			switch {
			case level > least:
				spoken++
				if !v[i] {
					missed++
				}
			case at > 3*rate+rate/4:
				pauses++
				if v[i] {
					sent++
				}
			}
		}
		t.Logf("%s: missed %.2f %%, sent %.0f %% of the pauses", name, 100*missed/spoken, 100*sent/pauses)
		if missed/spoken > c.missed || sent/pauses > c.sent {
			t.Errorf("%s: missed %.2f %% of what was spoken, sent %.0f %% of the pauses", name, 100*missed/spoken, 100*sent/pauses)
		}
	}
}

func TestDetector_noise_that_begins_is_noise_soon(t *testing.T) {
	const rate = 8000
	quiet, _ := made(Noise{Level: 65}, rate, 5*rate)
	fan, _ := made(Noise{Level: 45, Order: 2, Reflection: [MaxOrder]float32{-0.8, 0.4}}, rate, 10*rate)
	v := judged(NewDetector(rate), append(quiet, fan...), rate)
	if share(v[250:275]) < 0.9 {
		t.Error("what begins suddenly may be voice, and is to be sent")
	}
	if s := share(v[250+150:]); s > 0.05 {
		t.Errorf("3 s later %.0f %% of it is voice yet", 100*s)
	}
}

func TestDetector_loud_tones_are_sent(t *testing.T) {
	const rate = 8000
	tone := make(media.Frame, 20*rate)
	for i := range tone {
		tone[i] = int16(3000 * math.Sin(2*math.Pi*425*float64(i)/rate))
	}
	if s := share(judged(NewDetector(rate), tone, rate)); s < 1 {
		t.Errorf("%.0f %% of a tone is sent", 100*s)
	}
}

// A word is sent to its end, a click is soon over.
func TestDetector_hang_over(t *testing.T) {
	const rate = 8000
	for name, c := range map[string]struct {
		loud, least, most time.Duration
	}{
		"click": {10 * time.Millisecond, 20 * time.Millisecond, 100 * time.Millisecond},
		"word":  {300 * time.Millisecond, 480 * time.Millisecond, 560 * time.Millisecond},
	} {
		sound, _ := made(Noise{Level: 60}, rate, 8*rate)
		n := int(c.loud * rate / time.Second)
		for i := range n {
			sound[5*rate+i] = int16(6000 * math.Sin(float64(i)*0.5))
		}
		v := judged(NewDetector(rate), sound, rate)
		sent := time.Duration(share(v[245:300])*55+0.5) * 20 * time.Millisecond
		if sent < c.least || sent > c.most {
			t.Errorf("%s of %v: %v are sent", name, c.loud, sent)
		}
	}
}

// The answer does not hang on how the sound is cut.
func TestDetector_frames_of_any_length(t *testing.T) {
	voice := mediatest.Voice(8000, 6*time.Second, 2)
	whole, odd := NewDetector(8000), NewDetector(8000)
	for at := 0; at+160 <= len(voice); at += 160 {
		one, several := whole.Voice(voice[at:at+160]), false
		for from := at; from < at+160; from += 32 {
			several = odd.Voice(voice[from:from+32]) || several
		}
		if one != several {
			t.Fatalf("at %d: %v, in pieces %v", at, one, several)
		}
	}
}

// A frame that only hangs over a word does not speak itself.
func TestDetector_speaks(t *testing.T) {
	d := NewDetector(8000)
	room := NewGenerator(8000, 1)
	room.Set(Noise{Level: 60})
	frame := make(media.Frame, 160)
	for range 150 {
		_ = room.ReadFrame(frame)
		d.Voice(frame)
	}
	if d.Speaks() {
		t.Fatal("noise speaks")
	}
	loud := make(media.Frame, 160)
	for i := range loud {
		loud[i] = int16(8000 * math.Sin(float64(i)/3))
	}
	for range 5 {
		if !d.Voice(loud) || !d.Speaks() {
			t.Fatal("a loud frame does not speak")
		}
	}
	voice := true
	for range 3 {
		_ = room.ReadFrame(frame)
		voice = d.Voice(frame) && voice
	}
	if !voice || d.Speaks() {
		t.Errorf("60 ms after a word: voice %t, speaks %t", voice, d.Speaks())
	}
}

func TestAnalyser_Reset(t *testing.T) {
	a := NewAnalyser(8000)
	loud := make(media.Frame, 160)
	for i := range loud {
		loud[i] = int16(i * 100)
	}
	_ = a.WriteFrame(loud)
	a.Reset()
	if n := a.Noise(); n != (Noise{Level: 127}) {
		t.Errorf("%+v", n)
	}
}
