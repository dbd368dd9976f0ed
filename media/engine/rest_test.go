package engine_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"offhook/media"
	"offhook/media/engine"
	"offhook/media/mediatest"
	"offhook/media/tone"
)

// drowsy is a device that may rest, on the bubble's clock.
type drowsy struct {
	read, rested, ready atomic.Int64
	roused              chan struct{}
	starts              bool // with the next period
}

const drowsyPeriod = 20 * time.Millisecond

func newDrowsy() *drowsy { return &drowsy{roused: make(chan struct{}, 1), starts: true} }

func (d *drowsy) ReadPeriod(p []int16) error {
	if !d.starts {
		<-time.After(drowsyPeriod)
	}
	d.starts = false
	clear(p)
	d.read.Add(1)
	return nil
}

func (d *drowsy) WritePeriod([]int16) error         { return nil }
func (d *drowsy) Xruns() (capture, playback uint64) { return 0, 0 }

func (d *drowsy) Rest(soon bool) error {
	d.starts = true
	d.rested.Add(1)
	if soon {
		d.ready.Add(1)
	}
	<-d.roused
	return nil
}

func (d *drowsy) Rouse() {
	select {
	case d.roused <- struct{}{}:
	default:
	}
}

// A rest costs one call of Rest and a turn for each that asks; nothing wakes an
// engine that has nothing to do.
func TestRest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDrowsy()
		e, err := engine.New(engine.Config{Device: d, SampleRate: 8000, Period: 160})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- e.Run(ctx) }()
		pass := func(long time.Duration) { // an instant off the periods
			<-time.After(long + time.Millisecond)
			synctest.Wait()
		}

		pass(10 * time.Minute)
		if d.rested.Load() != 1 || d.read.Load() != 50 {
			t.Fatalf("nothing to be heard: %d periods and %d rests, want a second of periods and one rest", d.read.Load(), d.rested.Load())
		}
		before := e.Steps()
		synctest.Wait()
		if e.Steps() == before {
			t.Error("a watchdog that asks twice sees no turn of an engine that rests")
		}
		synctest.Wait()
		rested := d.rested.Load()
		tones, _ := tone.Plan("us")
		e.Connect(engine.Patch{Tone: tones.Dial})
		synctest.Wait()
		if read := d.read.Load(); read != 51 {
			t.Errorf("a tone: %d periods, want one more at once", read)
		}
		pass(2 * time.Second)
		if read := d.read.Load(); read != 151 || d.rested.Load() != rested {
			t.Errorf("a tone: %d periods and %d rests, want two seconds more of periods", read, d.rested.Load())
		}
		e.Connect(engine.Patch{})
		pass(10 * time.Second)
		if read := d.read.Load(); read < 200 || read > 211 || d.rested.Load() != rested+1 {
			t.Errorf("the tone's end: %d periods and %d rests, want another rest after a second", read, d.rested.Load())
		}
		if d.ready.Load() > 0 {
			t.Error("made ready for nothing")
		}
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
}

// A call that is being set up has the device made ready, and started when there
// is something to be sent: then the first packet leaves at once.
func TestRest_until_a_call_is_joined(t *testing.T) {
	d := newDrowsy()
	far := newPhone(t, &clock{}, nil, options{})
	p := newPhone(t, &clock{}, nil, options{rate: 8000, period: drowsyPeriod, engine: func(c *engine.Config) { c.Device, c.Now = d, nil }})
	p.Connect(engine.Patch{})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- p.Run(ctx) }()
	until(t, "the device to be ready", func() bool { return d.ready.Load() > 0 })
	read := d.read.Load()
	for range 20 { // each answers with a turn
		steps := p.Steps()
		until(t, "a turn", func() bool { return p.Steps() > steps })
	}
	negotiate(t, p.session, far.session, false) // agreed, and not joined
	until(t, "the agreement to be noticed", func() bool { return p.Steps() > 0 })
	if now := d.read.Load(); now != read {
		t.Errorf("%d periods while the call is being set up", now-read)
	}
	p.Connect(engine.Patch{Streams: []media.StreamID{1}, Mic: true})
	until(t, "the first packet", func() bool { return p.session.Stats().Sent > 0 })
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// What the far end says is heard by an engine that rests.
func TestRest_ends_with_the_first_packet(t *testing.T) {
	d := newDrowsy()
	far := newPhone(t, &clock{}, mediatest.Voice(rate, time.Second, 1), options{})
	p := newPhone(t, &clock{}, nil, options{rate: 8000, period: drowsyPeriod, engine: func(c *engine.Config) { c.Device, c.Now = d, nil }})
	p.Connect(engine.Patch{})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- p.Run(ctx) }()
	until(t, "a rest", func() bool { return d.rested.Load() > 0 })
	negotiate(t, p.session, far.session, false)
	read := d.read.Load()
	for range 2 {
		if err := far.Step(); err != nil {
			t.Fatal(err)
		}
	}
	until(t, "another period", func() bool { return d.read.Load() > read })
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// A device that fails while it rests ends Run.
func TestRest_of_a_device_that_fails(t *testing.T) {
	e, err := engine.New(engine.Config{Device: frail{newDrowsy()}, SampleRate: 8000, Period: 800})
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Run(t.Context()); !errors.Is(err, errGone) {
		t.Errorf("Run: %v", err)
	}
	if err := e.Close(); err != nil {
		t.Error(err)
	}
}

type frail struct{ *drowsy }

func (frail) Rest(bool) error { return errGone }
