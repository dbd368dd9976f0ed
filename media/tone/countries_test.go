package tone_test

import (
	"errors"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"offhook/media"
	"offhook/media/mediatest"
	"offhook/media/tone"
)

// all are a country's tones by name.
func all(p tone.Tones) map[string]tone.Cadence {
	return map[string]tone.Cadence{
		"dial": p.Dial, "ring-back": p.RingBack, "busy": p.Busy, "congestion": p.Congestion, "waiting": p.CallWaiting,
		"stutter": p.Stutter, "howler": p.Howler, "confirm": p.Confirm, "info": p.Info, "record": p.Record,
	}
}

// What every country's tones sound like is what its row says: each part has its
// frequencies at their level and none of its own between them, and its pause is
// silence, for as long as it is written and through the first repetition.
func TestCountries_sound_as_they_are_written(t *testing.T) {
	codes, checked := tone.Countries(), map[string]bool{}
	if len(codes) < 40 {
		t.Errorf("%d countries", len(codes))
	}
	for i, code := range codes {
		if i > 0 && codes[i-1] >= code {
			t.Errorf("%s is not in order", code)
		}
		plan, ok := tone.Plan(code)
		if !ok {
			t.Fatalf("%s has no plan", code)
		}
		for name, c := range all(plan) {
			if c.Zero() {
				t.Errorf("%s %s: the row cannot be read", code, name)
				continue
			}
			if same := plainly(c) + " at " + number(c.LevelDB); !checked[same] {
				checked[same] = true
				checkCadence(t, code+" "+name, c)
			}
		}
	}
}

const rate = 8000

func checkCadence(t *testing.T, name string, c tone.Cadence) {
	t.Helper()
	g := tone.NewGenerator(rate)
	g.Set(c)
	order := append(append([]tone.Part{}, c.Parts...), c.Parts[c.Loop]) // and round again
	if c.Repeat > 0 {
		order = c.Parts
	}
	for _, p := range order {
		on := p.On
		if on == 0 {
			on = time.Second
		}
		checkPart(t, name, p, c.LevelDB, read(g, on))
		if off := read(g, p.Off); len(off) > rate/100 && mediatest.Level(off[rate/100:]) > -90 {
			t.Errorf("%s: %.1f dB in a pause of %v", name, mediatest.Level(off[rate/100:]), p.Off)
		}
		if p.On == 0 {
			return // it never ends
		}
	}
	if c.Repeat > 0 && mediatest.Level(read(g, time.Second)[rate/100:]) > -90 {
		t.Errorf("%s goes on", name)
	}
}

func read(g *tone.Generator, d time.Duration) media.Frame {
	f := make(media.Frame, int(d*rate/time.Second))
	_ = g.ReadFrame(f)
	return f
}

func checkPart(t *testing.T, name string, p tone.Part, level float64, sound media.Frame) {
	t.Helper()
	if sound = sound[min(len(sound)/4, rate/100):]; len(sound) > 6*rate/100 {
		sound = sound[:len(sound)-rate/100]
	}
	tolerance := 1.0
	if len(sound) < rate/10 { // too short for the ramps not to count
		tolerance = 3
	}
	sound = sound[:min(len(sound), rate/2)]
	drop := 0.0
	if p.Mod > 0 { // (1 + 0.9 cos) / 1.9
		drop = 20 * math.Log10(1/1.9)
	}
	for _, f := range p.Freqs {
		if f == 0 {
			continue
		}
		if l := mediatest.ToneLevel(sound, rate, f); math.Abs(l-level-drop) > tolerance && resolves(sound, p) {
			t.Errorf("%s: %v Hz has %.1f dB, not %.1f", name, f, l, level+drop)
		}
		if side := mediatest.ToneLevel(sound, rate, f+p.Mod); p.Mod > 0 && len(sound) > rate/4 && math.Abs(side-level-drop+6.9) > 2 {
			t.Errorf("%s: %v Hz is modulated with %.1f dB, not %.1f", name, f, side, level+drop-6.9)
		}
	}
	if stray := mediatest.ToneLevel(sound, rate, 3100); stray > -40 {
		t.Errorf("%s: %.1f dB at 3100 Hz", name, stray)
	}
}

// resolves tells whether the sound is long enough to tell its frequencies apart.
func resolves(sound media.Frame, p tone.Part) bool {
	span := math.Inf(1)
	for i, f := range p.Freqs {
		for _, other := range p.Freqs[:i] {
			if f != 0 && other != 0 {
				span = math.Min(span, math.Abs(f-other))
			}
		}
	}
	if p.Mod > 0 {
		span = math.Min(span, p.Mod)
	}
	return float64(len(sound)) > 2.5*rate/span
}

// Facts of some tables, written down a second time and in another way.
func TestCountries_facts(t *testing.T) {
	for name, want := range map[string]struct {
		of   func(tone.Tones) tone.Cadence
		text string
	}{
		"DE busy":      {func(p tone.Tones) tone.Cadence { return p.Busy }, "425 0.48 0.48"},
		"US ring-back": {func(p tone.Tones) tone.Cadence { return p.RingBack }, "440+480 2 4"},
		"UK ring-back": {func(p tone.Tones) tone.Cadence { return p.RingBack }, "400+450 0.4 0.2 400+450 0.4 2"},
		"FR dial":      {func(p tone.Tones) tone.Cadence { return p.Dial }, "440 0 0"},
		"IN dial":      {func(p tone.Tones) tone.Cadence { return p.Dial }, "400*25 0 0"},
		"PL info":      {func(p tone.Tones) tone.Cadence { return p.Info }, "950 0.33 0 1400 0.33 0 1800 0.33 1"},
		"NL record":    {func(p tone.Tones) tone.Cadence { return p.Record }, "1400 0.5 15"},
	} {
		p, _ := tone.Plan(name[:2])
		if got := plainly(want.of(p)); got != want.text {
			t.Errorf("%s is %q, not %q", name, got, want.text)
		}
	}
}

func TestParseCadence(t *testing.T) {
	for text, want := range map[string]string{
		"350+440":             "350+440 0 0",
		"425:500/500":         "425 0.5 0.5",
		"!400:100/50,425":     "400 0.1 0.05 425 0 0",
		"400*16.7:3x100/20":   "400*16.7 0.1 0.02 400*16.7 0.1 0.02 400*16.7 0.1 0.02",
		"0:100, 1400:80/1000": "0 0.1 0 1400 0.08 1",
	} {
		c, err := tone.ParseCadence(text)
		if got := plainly(c); err != nil || got != want {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
	if c, _ := tone.ParseCadence("!400:100/50,425"); c.Loop != 1 || c.Repeat != 0 {
		t.Errorf("what sounds once: %+v", c)
	}
	if c, _ := tone.ParseCadence("!400:100/50,!425:100"); c.Loop != 0 || c.Repeat != 1 {
		t.Errorf("all sound once: %+v", c)
	}
	for _, text := range []string{"", "x", "425:", "425:500/", "425:0/500", "425:500/500,", "425,!400:5/5", "1+2+3+4+5", "425*:5",
		"99999", "NaN", "425:65x1/1", "425:40x1/1,425:40x1/1", "425:70000", "-425"} {
		if c, err := tone.ParseCadence(text); !errors.Is(err, tone.ErrCadence) {
			t.Errorf("%q: %+v, %v", text, c, err)
		}
	}
}

func FuzzParseCadence(f *testing.F) {
	f.Add("!413+438*16.7:10x100/40,425:1000")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := tone.ParseCadence(text)
		if err != nil {
			return
		}
		if c.Zero() || c.Loop >= len(c.Parts) {
			t.Fatalf("%q: %+v", text, c)
		}
		play(c, 8000, 50*time.Millisecond)
	})
}

// plainly writes a cadence: frequencies, seconds of on and off.
func plainly(c tone.Cadence) string {
	var out []string
	for _, p := range c.Parts {
		var freqs []string
		for _, f := range p.Freqs {
			if f != 0 {
				freqs = append(freqs, number(f))
			}
		}
		chord := strings.Join(freqs, "+")
		if chord == "" {
			chord = "0"
		}
		if p.Mod != 0 {
			chord += "*" + number(p.Mod)
		}
		out = append(out, chord, number(p.On.Seconds()), number(p.Off.Seconds()))
	}
	return strings.Join(out, " ")
}

func number(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
