package engine_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"offhook/media/engine"
	"offhook/media/tone"
)

// drowsy is a device that may rest, on the bubble's clock.
type drowsy struct {
	read, rested atomic.Int64
}

const drowsyPeriod = 20 * time.Millisecond

func (d *drowsy) ReadPeriod(p []int16) error {
	<-time.After(drowsyPeriod)
	clear(p)
	d.read.Add(1)
	return nil
}

func (d *drowsy) WritePeriod([]int16) error         { return nil }
func (d *drowsy) Xruns() (capture, playback uint64) { return 0, 0 }
func (d *drowsy) Rest() error                       { d.rested.Add(1); return nil }

func TestRest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &drowsy{}
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

		pass(10 * time.Second)
		if d.rested.Load() != 1 || d.read.Load() != 50 {
			t.Fatalf("nothing to be heard: %d periods and %d rests, want a second of periods and one rest", d.read.Load(), d.rested.Load())
		}
		before := e.Steps()
		synctest.Wait()
		if e.Steps() == before {
			t.Error("a watchdog that asks twice sees no turn of an engine that rests")
		}
		tones, _ := tone.Plan("us")
		e.Connect(engine.Patch{Tone: tones.Dial})
		pass(2 * time.Second)
		if read := d.read.Load(); read != 150 || d.rested.Load() != 1 {
			t.Errorf("a tone: %d periods and %d rests, want two seconds more of periods", read, d.rested.Load())
		}
		e.Connect(engine.Patch{})
		pass(10 * time.Second)
		if read := d.read.Load(); read < 200 || read > 210 || d.rested.Load() != 2 {
			t.Errorf("the tone's end: %d periods and %d rests, want another rest after a second", read, d.rested.Load())
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
