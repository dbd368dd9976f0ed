package engine_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"offhook/hal/haltest"
	"offhook/media"
	"offhook/media/engine"
	"offhook/media/mediatest"
)

func figuresOf(t testing.TB, p *phone) media.HandsFree {
	t.Helper()
	s, ok := p.StreamStats(1)
	if !ok {
		t.Fatal("no stream")
	}
	return s.HandsFree
}

func within(m media.Measured, least, most float64) bool {
	return m.Known && m.Value >= least && m.Value <= most
}

// The room is one that is 6 dB quieter at the microphone than what is played, and late
// by what is between.
func TestMeters_of_a_call_in_a_room(t *testing.T) {
	const alone, long = 5 * time.Second, 12 * time.Second
	one := mediatest.Voice(rate, long, 1)
	two := silenced(mediatest.Voice(rate, long, 2), 0, alone)
	c := inRooms(t, one, two, true, handsFree, options{})
	if got := figuresOf(t, c.b); got != (media.HandsFree{}) {
		t.Errorf("before the first second: %+v", got)
	}
	c.run(time.Second / 2)
	if got := figuresOf(t, c.b); got != (media.HandsFree{}) {
		t.Errorf("within the first second: %+v", got)
	}
	c.run(alone - time.Second/2)
	got := figuresOf(t, c.b)
	t.Logf("a speaks: %v", got)
	if got.Canceller != "converged" || !within(got.ERL, 3, 10) || !within(got.ERLE, 12, 60) || !within(got.Delay, 31, 34) || !within(got.DoubleTalk, 0, 10) {
		t.Errorf("one speaks: %+v", got)
	}
	if got.Noise.Known || got.Gain.Known {
		t.Errorf("of what is not done: %+v", got)
	}
	c.run(long - alone)
	both := figuresOf(t, c.b)
	t.Logf("both speak: %v", both)
	if !within(both.DoubleTalk, 15, 100) || both.Canceller != "converged" {
		t.Errorf("both speak: %+v", both)
	}
	c.b.Connect(engine.Patch{Streams: []media.StreamID{1}, Mic: true}) // the handset is lifted
	c.run(100 * time.Millisecond)
	if got := figuresOf(t, c.b); got != (media.HandsFree{}) {
		t.Errorf("by the handset: %+v", got)
	}
	c.b.Connect(engine.Patch{Streams: []media.StreamID{1}, Mic: true, HandsFree: true})
	c.run(100 * time.Millisecond)
	if got := figuresOf(t, c.b); got != (media.HandsFree{}) {
		t.Errorf("hands-free again: %+v", got)
	}
	c.b.Connect(engine.Patch{HandsFree: true, Mic: true})
	c.run(2 * time.Second)
	if got := figuresOf(t, c.b); got != (media.HandsFree{}) {
		t.Errorf("a stream that nobody hears: %+v", got)
	}
}

// Whoever moves the telephone has its canceller be lost, and learn again.
func TestMeters_lost(t *testing.T) {
	const long = 4 * time.Second
	c := inRooms(t, mediatest.Voice(rate, 3*long, 1), nil, true, handsFree, options{})
	c.run(long)
	if got := figuresOf(t, c.b).Canceller; got != "converged" {
		t.Fatalf("at first it is %q", got)
	}
	c.b.device.room = haltest.NewRoom(rate, 77)
	seen := map[string]bool{}
	for range 20 {
		c.run(200 * time.Millisecond)
		seen[figuresOf(t, c.b).Canceller] = true
	}
	if !seen["lost"] || seen["learning"] || seen[""] {
		t.Errorf("after a change of rooms it was %v", seen)
	}
	c.run(long)
	if got := figuresOf(t, c.b).Canceller; got != "converged" {
		t.Errorf("in the end it is %q", got)
	}
}

func TestMeters_noise_and_gain(t *testing.T) {
	const long = 6 * time.Second
	hiss := make(media.Frame, rate*int(long/time.Second))
	r := rand.New(rand.NewPCG(1, 2))
	for i := range hiss {
		hiss[i] = int16(150 * r.NormFloat64())
	}
	quiet := mediatest.Voice(rate, long, 1)
	for i := range quiet {
		quiet[i] = quiet[i]/8 + int16(3*r.NormFloat64())
	}
	for _, test := range []struct {
		name                  string
		h                     engine.HandsFree
		said                  media.Frame
		noise, mostNoise      float64
		gain, mostGain        float64
		knowsNoise, knowsGain bool
		wantsCanceller        string
	}{
		{"noise alone", engine.HandsFree{Noise: true}, hiss, 8, 30, 0, 0, true, false, ""},
		{"noise, with echo", engine.HandsFree{Echo: true, Noise: true}, hiss, 8, 40, 0, 0, true, false, "learning"},
		{"gain", engine.HandsFree{Gain: true}, quiet, 0, 0, 3, 12, false, true, ""},
		{"silence", engine.HandsFree{Echo: true, Noise: true, Gain: true}, nil, 0, 0, -1, 1, false, true, "learning"},
	} {
		c := newCall(t, test.said, nil, options{codecs: wide(), engine: func(c *engine.Config) { c.HandsFree = test.h }})
		c.a.Connect(engine.Patch{Streams: []media.StreamID{1}, Mic: true, HandsFree: true})
		c.run(long)
		got := figuresOf(t, c.a)
		t.Logf("%s: %v", test.name, got)
		if got.Noise.Known != test.knowsNoise || got.Gain.Known != test.knowsGain || got.Canceller != test.wantsCanceller || got.ERL.Known || got.ERLE.Known || got.Delay.Known {
			t.Errorf("%s: %+v", test.name, got)
		}
		if got.Noise.Known && !within(got.Noise, test.noise, test.mostNoise) || got.Gain.Known && !within(got.Gain, test.gain, test.mostGain) {
			t.Errorf("%s: %+v", test.name, got)
		}
		for _, m := range []media.Measured{got.Noise, got.Gain, got.DoubleTalk} {
			if math.IsNaN(m.Value) {
				t.Errorf("%s: a figure that is none", test.name)
			}
		}
	}
}

// The figures are asked for by any goroutine while the engine's thread makes them.
func TestMeters_beside_the_engine(t *testing.T) {
	c := inRooms(t, mediatest.Voice(rate, 3*time.Second, 1), nil, true, handsFree, options{})
	stop, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case <-stop:
				return
			default:
				_, _ = c.b.StreamStats(1)
			}
		}
	}()
	c.run(3 * time.Second)
	close(stop)
	<-ended
}
