package engine_test

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"offhook/media"
	"offhook/media/engine"
	"offhook/media/mediatest"
	"offhook/media/session"
	"offhook/media/tone"
	"offhook/media/wav"
)

// sine is a note for a microphone.
func sine(freq float64, d time.Duration) media.Frame {
	f := make(media.Frame, int(d*rate/time.Second))
	g := tone.NewGenerator(rate)
	g.Set(note(freq))
	_ = g.ReadFrame(f)
	return f
}

// hears checks which notes are in the last half second.
func hears(t *testing.T, who string, sound media.Frame, freqs map[float64]bool) {
	t.Helper()
	for freq, want := range freqs {
		if level := mediatest.ToneLevel(tail(sound, time.Second/2), rate, freq); (level > -50) != want {
			t.Errorf("%s: %v Hz at %.1f dB, to be heard: %t", who, freq, level, want)
		}
	}
}

func TestPatch_music_on_hold(t *testing.T) {
	const second = time.Second
	c := newCall(t, sine(400, 6*second), nil, options{})
	c.run(second)
	hears(t, "b before", c.b.device.heard, map[float64]bool{400: true, 900: false})
	negotiate(t, c.a.session, c.b.session, true)
	c.a.Connect(engine.Patch{Mic: true})
	c.run(second)
	hears(t, "b held, without music", c.b.device.heard, map[float64]bool{400: false, 900: false})
	c.a.Connect(engine.Patch{Mic: true, Held: []media.StreamID{1}, MusicTone: note(900)})
	c.run(second)
	hears(t, "b held", c.b.device.heard, map[float64]bool{400: false, 900: true})
	hears(t, "a", c.a.device.heard, map[float64]bool{900: false})
	negotiate(t, c.a.session, c.b.session, false)
	c.a.Connect(engine.Patch{Streams: []media.StreamID{1}, Mic: true, Held: []media.StreamID{1}, MusicTone: note(900)})
	c.run(second)
	hears(t, "b after", c.b.device.heard, map[float64]bool{400: true, 900: false})
}

func TestPatch_announcement_is_heard_by_all(t *testing.T) {
	c := newCall(t, nil, nil, options{})
	c.a.Connect(engine.Patch{Streams: []media.StreamID{1}, Announce: note(1400)})
	c.run(time.Second)
	hears(t, "a", c.a.device.heard, map[float64]bool{1400: true})
	hears(t, "b", c.b.device.heard, map[float64]bool{1400: true})
	c.a.Connect(engine.Patch{Announce: note(1400)})
	c.run(time.Second)
	hears(t, "a without a call", c.a.device.heard, map[float64]bool{1400: false})
}

// stereo reads both sides of a recording.
func stereo(t *testing.T, name string) (left, right media.Frame) {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for b = b[44:]; len(b) >= 4; b = b[4:] {
		left = append(left, int16(binary.LittleEndian.Uint16(b)))
		right = append(right, int16(binary.LittleEndian.Uint16(b[2:])))
	}
	return left, right
}

// ended waits for an event of a kind.
func ended[T engine.Event](t *testing.T, p *phone) T {
	t.Helper()
	for {
		select {
		case event := <-p.Events():
			if e, ok := event.(T); ok {
				return e
			}
		case <-time.After(10 * time.Second):
			t.Fatal("nothing was told")
		}
	}
}

func TestPatch_recording_has_both_sides(t *testing.T) {
	const second = time.Second
	name := filepath.Join(t.TempDir(), "call.wav")
	c := newCall(t, sine(400, 4*second), sine(1000, 4*second), options{})
	c.run(second)
	p := engine.Patch{Streams: []media.StreamID{1}, Mic: true, Record: engine.Record{File: name}}
	c.a.Connect(p)
	c.run(second)
	p.Mic = false // muted: what is not sent is not recorded
	c.a.Connect(p)
	c.run(second)
	c.a.Connect(engine.Patch{Streams: []media.StreamID{1}, Mic: true})
	if e := ended[engine.RecordEnded](t, c.a); e != (engine.RecordEnded{File: name, Length: 2 * second}) {
		t.Errorf("%+v", e)
	}
	left, right := stereo(t, name)
	hears(t, "left", left[:rate], map[float64]bool{400: true, 1000: false})
	hears(t, "left, muted", left, map[float64]bool{400: false, 1000: false})
	hears(t, "right", right, map[float64]bool{400: false, 1000: true})
}

func TestPatch_recording_that_was_cut_off_goes_on_beside_itself(t *testing.T) {
	name := filepath.Join(t.TempDir(), "call.wav")
	if err := os.WriteFile(name+wav.Partial, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	c := newCall(t, nil, nil, options{})
	c.a.Connect(engine.Patch{Record: engine.Record{File: name}})
	c.run(100 * time.Millisecond)
	c.a.Connect(engine.Patch{})
	if e := ended[engine.RecordEnded](t, c.a); e.Cause != "" || !strings.HasSuffix(e.File, "call-2.wav") {
		t.Errorf("%+v", e)
	}
}

func TestPatch_recording_that_cannot_be_says_why(t *testing.T) {
	c := newCall(t, nil, nil, options{})
	for _, r := range []engine.Record{{File: "/nowhere/at/all.wav"}, {File: filepath.Join(t.TempDir(), "a.wav"), Spare: 1 << 60}} {
		c.a.Connect(engine.Patch{Record: r})
		if e := ended[engine.RecordEnded](t, c.a); e.Cause == "" || e.Length != 0 {
			t.Errorf("%+v", e)
		}
	}
}

// clip writes a WAV file of a note.
func clip(t *testing.T, freq float64, d time.Duration) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "clip.wav")
	if err := mediatest.SaveWAV(name, sine(freq, d), rate); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestPatch_clip_to_both_sides(t *testing.T) {
	name := clip(t, 700, 300*time.Millisecond)
	for _, test := range []struct {
		near, far bool
	}{{true, false}, {false, true}, {true, true}} {
		c := newCall(t, nil, nil, options{})
		c.a.Connect(engine.Patch{Streams: []media.StreamID{1}, Clip: engine.Clip{File: name, Loop: true}, ClipNear: test.near, ClipFar: test.far})
		until(t, "the clip", func() bool {
			c.run(time.Second / 2)
			return mediatest.ToneLevel(tail(c.a.device.heard, time.Second/4), rate, 700) > -40 ||
				mediatest.ToneLevel(tail(c.b.device.heard, time.Second/4), rate, 700) > -40
		})
		hears(t, "a", c.a.device.heard, map[float64]bool{700: test.near})
		hears(t, "b", c.b.device.heard, map[float64]bool{700: test.far})
	}
}

func TestPatch_clip_ends(t *testing.T) {
	c := newCall(t, nil, nil, options{})
	for name, cause := range map[string]string{clip(t, 700, 200*time.Millisecond): "", "/nowhere.wav": "no such file", t.TempDir(): "not a file"} {
		c.a.Connect(engine.Patch{Clip: engine.Clip{File: name, Take: 3}, ClipNear: true})
		var e engine.ClipEnded
		until(t, "the end", func() bool {
			c.run(50 * time.Millisecond)
			for {
				select {
				case event := <-c.a.Events():
					if ended, ok := event.(engine.ClipEnded); ok {
						e = ended
						return true
					}
				default:
					return false
				}
			}
		})
		if e.Take != 3 || e.File != name || !strings.Contains(e.Cause, cause) || (cause == "") != (e.Cause == "") {
			t.Errorf("%+v", e)
		}
	}
}

// found waits for digits that are found in the sound, which is listened to
// beside the steps.
func found(t *testing.T, p *phone, n int) (dialled string) {
	t.Helper()
	for range n {
		e := ended[engine.DigitReceived](t, p)
		if !e.InBand {
			t.Error("told as a telephone-event")
		}
		dialled += string(e.Digit)
	}
	return dialled
}

func TestSendDigit_in_the_sound(t *testing.T) {
	c := newCall(t, mediatest.Voice(rate, 20*time.Second, 1), nil, options{config: func(s *session.Config) {
		s.Digits, s.Detect = session.DigitsInBand, true
	}})
	c.run(300 * time.Millisecond)
	for _, d := range "19*0#D" {
		if err := c.a.session.SendDigit(d, 0); err != nil {
			t.Fatal(err)
		}
		c.run(300 * time.Millisecond)
		if got := found(t, c.b, 1); got != string(d) {
			t.Errorf("%c was heard as %s", d, got)
		}
	}
	if err := c.a.session.SendDigit(tone.Flash, 0); err == nil {
		t.Error("a hook flash has no sound")
	}
	if got, _ := digits(t, c.a, ""); got != "" {
		t.Errorf("its own digits came back as %q", got)
	}
}

func TestStep_beside_the_streams_does_not_allocate(t *testing.T) {
	c := newCall(t, nil, nil, options{config: func(s *session.Config) { s.Detect = true }})
	c.a.Connect(engine.Patch{
		Streams: []media.StreamID{1}, Mic: true, Announce: note(1400), MusicTone: note(900),
		Clip: engine.Clip{File: clip(t, 700, time.Second), Loop: true}, ClipNear: true, ClipFar: true,
		Record: engine.Record{File: filepath.Join(t.TempDir(), "a.wav")},
	})
	c.run(200 * time.Millisecond)
	allocs := testing.AllocsPerRun(200, func() { c.run(10 * time.Millisecond) })
	if allocs > 1 { // the tickers' goroutines of files and of the test's own clock
		t.Errorf("%v allocations in a step of both sides", allocs)
	}
}
