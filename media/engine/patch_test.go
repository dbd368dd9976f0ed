package engine_test

import (
	"testing"
	"time"

	"offhook/media"
	"offhook/media/engine"
	"offhook/media/mediatest"
	"offhook/media/tone"
)

func note(freq float64) tone.Cadence {
	return tone.Cadence{Parts: []tone.Part{{Freqs: [4]float64{freq}}}, LevelDB: -20}
}

// tail is the end of what was heard.
func tail(f media.Frame, d time.Duration) media.Frame {
	return f[len(f)-int(d*rate/time.Second):]
}

func TestPatch(t *testing.T) {
	const second = time.Second
	for _, test := range []struct {
		name         string
		patch        engine.Patch
		aHears       bool // b
		bHears, tone bool // a; a's tone
	}{
		{"joined", engine.Patch{Streams: []media.StreamID{1}, Mic: true}, true, true, false},
		{"muted", engine.Patch{Streams: []media.StreamID{1}}, true, false, false},
		{"nothing", engine.Patch{Mic: true}, false, false, false},
		{"tone to this side alone", engine.Patch{Streams: []media.StreamID{1}, Tone: note(440), ToneGain: 14}, true, false, true},
		{"tone and no stream", engine.Patch{Tone: note(440), ToneGain: 14}, false, false, true},
		{"a stream that is not there", engine.Patch{Streams: []media.StreamID{9}, Mic: true}, false, false, false},
		{"playback off", engine.Patch{Streams: []media.StreamID{1}, Mic: true, PlaybackGain: -120, Tone: note(440), ToneGain: 14}, false, true, false},
		{"ringer is not the earpiece", engine.Patch{PlaybackGain: -120, Tone: note(440), ToneGain: 14, Ring: true}, false, false, true},
		{"capture off", engine.Patch{Streams: []media.StreamID{1}, Mic: true, CaptureGain: -120}, true, false, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			one, two := mediatest.Voice(rate, 4*second, 1), mediatest.Voice(rate, 4*second, 2)
			c := newCall(t, one, two, options{})
			c.a.Connect(test.patch)
			c.run(2 * second)
			for _, check := range []struct {
				what  string
				level float64
				want  bool
			}{
				{"b hears a", mediatest.Level(tail(c.b.device.heard, second)), test.bHears},
				{"a hears something", mediatest.Level(tail(c.a.device.heard, second)), test.aHears || test.tone},
				{"a hears the tone", mediatest.ToneLevel(tail(c.a.device.heard, second), rate, 440) - 25, test.tone},
			} {
				if heard := check.level > -40; heard != check.want {
					t.Errorf("%s at %.1f dB, want it heard: %t", check.what, check.level, check.want)
				}
			}
			c.a.Connect(engine.Patch{Streams: []media.StreamID{1}, Mic: true})
			c.run(2 * second)
			alike(t, "a to b after", one, c.b.device.heard, rate, 5*second/2, mouth)
			alike(t, "b to a after", two, c.a.device.heard, rate, 5*second/2, mouth)
			if s := c.b.session.Stats(); s.Lost+s.Discarded > 0 {
				t.Errorf("%+v", s)
			}
		})
	}
}

func TestPatch_conference_everyone_hears_all_others(t *testing.T) {
	const long = 3 * time.Second
	clk := &clock{}
	sine := func(freq float64) media.Frame {
		f := make(media.Frame, int(long*rate/time.Second))
		g := tone.NewGenerator(rate)
		g.Set(note(freq))
		if err := g.ReadFrame(f); err != nil {
			t.Fatal(err)
		}
		return f
	}
	freqs := []float64{400, 1000, 1700}
	host, one, two := newPhone(t, clk, sine(freqs[0]), options{}), newPhone(t, clk, sine(freqs[1]), options{}), newPhone(t, clk, sine(freqs[2]), options{})
	second := host.open(t, 2, options{})
	negotiate(t, host.session, one.session, false)
	negotiate(t, second, two.session, false)
	host.Connect(engine.Patch{Streams: []media.StreamID{1, 2}, Mic: true})
	phones := []*phone{host, one, two}
	for range int(long / host.period) {
		clk.now.Add(int64(host.period))
		for _, p := range phones {
			if err := p.Step(); err != nil {
				t.Fatal(err)
			}
		}
	}
	for i, p := range phones {
		for k, freq := range freqs {
			level := mediatest.ToneLevel(tail(p.device.heard, time.Second), rate, freq)
			if heard := level > -40; heard != (i != k) {
				t.Errorf("phone %d hears %.0f Hz at %.1f dB", i, freq, level)
			}
		}
	}
}

func TestPatch_a_tone_that_stays_plays_on(t *testing.T) {
	p := newPhone(t, &clock{}, nil, options{})
	cadence := tone.Cadence{Parts: []tone.Part{{Freqs: [4]float64{440}, On: 100 * time.Millisecond, Off: 10 * time.Second}}, LevelDB: -10}
	for range 50 {
		p.Connect(engine.Patch{Tone: cadence})
		if err := p.Step(); err != nil {
			t.Fatal(err)
		}
	}
	if level := mediatest.Level(tail(p.device.heard, 300*time.Millisecond)); level > -100 {
		t.Errorf("the tone began anew: %.1f dB", level)
	}
	p.Connect(engine.Patch{Tone: note(1000)})
	for range 10 {
		if err := p.Step(); err != nil {
			t.Fatal(err)
		}
	}
	p.Connect(engine.Patch{})
	last := p.device.heard[len(p.device.heard)-1]
	for range 2 {
		if err := p.Step(); err != nil {
			t.Fatal(err)
		}
	}
	for _, s := range tail(p.device.heard, 20*time.Millisecond) { // 1 kHz at -20 dB moves by 1286 a sample at most
		if d := int(s) - int(last); d > 1500 || d < -1500 {
			t.Fatalf("a click of %d where the tone ends", d)
		}
		last = s
	}
	if s := p.device.heard[len(p.device.heard)-1]; s != 0 {
		t.Errorf("still sounding: %d", s)
	}
}
