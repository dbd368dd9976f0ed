package tone_test

import (
	"errors"
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"offhook/media"
	"offhook/media/mediatest"
	"offhook/media/tone"
)

func TestEventRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := tone.Event{
			Code: rapid.Uint8().Draw(t, "code"), End: rapid.Bool().Draw(t, "end"),
			Volume: rapid.Uint8Range(0, tone.MaxVolume).Draw(t, "volume"), Duration: rapid.Uint16().Draw(t, "duration"),
		}
		b := make([]byte, tone.EventSize)
		if n, err := e.Marshal(b); n != tone.EventSize || err != nil {
			t.Fatal(n, err)
		}
		if got, err := tone.Parse(b); err != nil || got != e {
			t.Fatalf("%+v became %+v, %v", e, got, err)
		}
	})
}

func TestEvent(t *testing.T) {
	// RFC 4733 §5, the example's first digit, end packet: event 9, E set, volume 7, duration 1600.
	want := []byte{9, 0x87, 0x06, 0x40}
	b := make([]byte, 4)
	if _, err := (tone.Event{Code: 9, End: true, Volume: 7, Duration: 1600}).Marshal(b); err != nil || string(b) != string(want) {
		t.Errorf("% x, %v", b, err)
	}
	if _, err := (tone.Event{}).Marshal(b[:3]); err == nil {
		t.Error("marshalled into 3 bytes")
	}
	if _, err := tone.Parse(want[:3]); !errors.Is(err, tone.ErrEvent) {
		t.Errorf("3 bytes: %v", err)
	}
	if e, err := tone.Parse([]byte{1, 0x40, 0, 1}); err != nil || e.End || e.Volume != 0 {
		t.Errorf("the reserved bit was not ignored: %+v, %v", e, err)
	}
}

func TestDigits(t *testing.T) {
	for i, r := range "0123456789*#ABCD" {
		if c, ok := tone.Code(r); !ok || int(c) != i {
			t.Errorf("Code(%c) = %d, %v", r, c, ok)
		}
		if d, ok := tone.Digit(uint8(i)); !ok || d != r {
			t.Errorf("Digit(%d) = %c, %v", i, d, ok)
		}
	}
	if c, ok := tone.Code('d'); !ok || c != 15 {
		t.Error("small letters count too")
	}
	if _, ok := tone.Code('E'); ok {
		t.Error("E is no digit")
	}
	if c, ok := tone.Code(tone.Flash); !ok || c != tone.HookFlash || !tone.DTMF(tone.Flash).Zero() {
		t.Error("a hook flash has a code and no sound")
	}
	if d, ok := tone.Digit(tone.HookFlash); !ok || d != tone.Flash {
		t.Error("a hook flash has a sign")
	}
	if _, ok := tone.Digit(17); ok {
		t.Error("17 is no digit")
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte{9, 0x87, 0x06, 0x40})
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := tone.Parse(b)
		if err != nil {
			return
		}
		out := make([]byte, tone.EventSize)
		if _, err := e.Marshal(out); err != nil {
			t.Fatal(err)
		}
		if again, err := tone.Parse(out); err != nil || again != e {
			t.Fatalf("%+v became %+v, %v", e, again, err)
		}
	})
}

func play(c tone.Cadence, rate int, d time.Duration) media.Frame {
	g := tone.NewGenerator(rate)
	g.Set(c)
	out := make(media.Frame, int(d*time.Duration(rate)/time.Second))
	for at := 0; at < len(out); at += rate / 100 {
		g.ReadFrame(out[at:min(len(out), at+rate/100)])
	}
	return out
}

func TestDTMF(t *testing.T) {
	pairs := map[rune][2]float64{'1': {697, 1209}, '5': {770, 1336}, '9': {852, 1477}, '*': {941, 1209}, '0': {941, 1336}, '#': {941, 1477}, 'D': {941, 1633}, 'a': {697, 1633}}
	for _, rate := range []int{8000, 16000, 48000} {
		for digit, pair := range pairs {
			sound := play(tone.DTMF(digit), rate, 100*time.Millisecond)
			for _, f := range pair {
				if l := mediatest.ToneLevel(sound, rate, f); math.Abs(l+13) > 1 {
					t.Errorf("%c at %d Hz: %v Hz has %.1f dB", digit, rate, f, l)
				}
			}
			if l := mediatest.ToneLevel(sound, rate, 1050); l > -45 {
				t.Errorf("%c: 1050 Hz has %.1f dB", digit, l)
			}
		}
	}
	if !tone.DTMF('x').Zero() || !tone.DTMFHeld('x').Zero() {
		t.Error("x sounds")
	}
	if held := play(tone.DTMFHeld('5'), 8000, 3*time.Second); mediatest.Level(held[20000:]) < -30 {
		t.Error("a held digit ended")
	}
}

func TestPlans(t *testing.T) {
	want := []string{"US", "UK", "gb", "DE", "FR", "JP", "ES", "IT", "NL", "CH", "AT", "AU"}
	for _, code := range want {
		p, ok := tone.Plan(code)
		if !ok {
			t.Errorf("no plan for %s", code)
			continue
		}
		for name, c := range map[string]tone.Cadence{
			"dial": p.Dial, "ring-back": p.RingBack, "busy": p.Busy, "congestion": p.Congestion, "waiting": p.CallWaiting,
			"stutter": p.Stutter, "howler": p.Howler, "confirm": p.Confirm, "ring": p.Ring,
		} {
			for _, rate := range []int{8000, 48000} {
				sound := play(c, rate, 2*time.Second)
				if l := mediatest.Level(sound); l < -45 || l > -3 {
					t.Errorf("%s %s at %d Hz: %.1f dBov", code, name, rate, l)
				}
			}
		}
	}
	if _, ok := tone.Plan("XX"); ok {
		t.Error("XX is no country")
	}
	if len(tone.Countries()) < 11 {
		t.Error(tone.Countries())
	}
}

// The cadence is heard as it is written: German busy, 480 ms on and off.
func TestCadence(t *testing.T) {
	p, _ := tone.Plan("DE")
	sound := play(p.Busy, 8000, 4800*time.Millisecond)
	for i := range 10 {
		at := i * 3840
		l := mediatest.ToneLevel(sound[at+80:at+3760], 8000, 425)
		if on := i%2 == 0; on && math.Abs(l+16) > 0.5 || !on && l > -90 {
			t.Errorf("period %d: %.1f dB", i, l)
		}
	}
}

// No two samples are further apart than the sum of the sines goes, with 20 % for the ramps.
func TestNoClicks(t *testing.T) {
	p, _ := tone.Plan("US")
	g := tone.NewGenerator(8000)
	var last int16
	f := make(media.Frame, 37)
	steepest := 32767 * math.Pow(10, -9.0/20) * 4 * 2 * math.Sin(math.Pi*2600/8000)
	for i := range 2000 {
		switch i {
		case 10, 700:
			g.Set(p.Dial)
		case 300:
			g.Set(p.Busy)
		case 1000:
			g.Set(tone.Cadence{})
		case 1100:
			g.Set(tone.DTMF('5'))
		}
		g.ReadFrame(f)
		limit := steepest
		if i < 1000 { // 620 Hz is the highest here
			limit = 32767 * math.Pow(10, -16.0/20) * 2 * 2 * math.Sin(math.Pi*620/8000) * 1.2
		}
		for _, s := range f {
			if d := math.Abs(float64(s) - float64(last)); d > limit {
				t.Fatalf("frame %d: a step of %.0f, above %.0f", i, d, limit)
			}
			last = s
		}
	}
	if !g.Done() {
		t.Error("not done")
	}
}

func TestGeneratorEdges(t *testing.T) {
	for name, c := range map[string]tone.Cadence{
		"no length at all":      {Parts: []tone.Part{{Freqs: [4]float64{440}, On: 1}, {On: 1}}},
		"silent parts":          {Parts: []tone.Part{{On: time.Second, Off: time.Second}}},
		"too loud":              {Parts: []tone.Part{{Freqs: [4]float64{300, 400, 500, 600}}}, LevelDB: 20},
		"above the sample rate": {Parts: []tone.Part{{Freqs: [4]float64{96000}}}},
	} {
		t.Run(name, func(t *testing.T) { play(c, 8000, time.Second) })
	}
}

// Each ringer keeps the rhythm: sound in the On, none in the Off, and the same length.
func TestRinger(t *testing.T) {
	for s := tone.Bell; s <= tone.Chime; s++ {
		if got, ok := tone.ParseStyle(s.String()); !ok || got != s {
			t.Errorf("style %v", s)
		}
		c := tone.Ringer(s, []tone.Part{{On: time.Second, Off: 3 * time.Second}})
		var whole time.Duration
		for _, p := range c.Parts {
			whole += p.On + p.Off
		}
		if whole != 4*time.Second {
			t.Errorf("%v lasts %v", s, whole)
		}
		sound := play(c, 16000, 8*time.Second)
		if l := mediatest.Level(sound[:8000]); l < -25 {
			t.Errorf("%v rings at %.1f dBov", s, l)
		}
		if l := mediatest.Level(sound[17000:63000]); l > -90 {
			t.Errorf("%v: %.1f dBov in the pause", s, l)
		}
		if l := mediatest.Level(sound[64000:72000]); l < -25 {
			t.Errorf("%v does not ring again: %.1f dBov", s, l)
		}
	}
}

func TestGeneratorAllocations(t *testing.T) {
	p, _ := tone.Plan("UK")
	g := tone.NewGenerator(48000)
	f := make(media.Frame, 480)
	if n := testing.AllocsPerRun(100, func() { g.Set(p.Busy); g.ReadFrame(f) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkGenerator(b *testing.B) {
	p, _ := tone.Plan("US")
	g := tone.NewGenerator(8000)
	g.Set(p.Dial)
	f := make(media.Frame, 160)
	b.ReportAllocs()
	for b.Loop() {
		g.ReadFrame(f)
	}
}
