package faceplate

import (
	"fmt"
	"sync/atomic"
	"time"

	"offhook/hal"
	"offhook/hal/faceplate/internal/wire"
)

var _ hal.AudioIO = (*audio)(nil)

// bufferTime is how far the device's owner may be late, or write ahead.
const bufferTime = 100 * time.Millisecond

// audio is the sound card: its clock is the panel's, the page follows.
type audio struct {
	part
	format hal.PCMFormat
	period time.Duration
	buffer uint64 // periods
	muted  *atomic.Bool
	peer   atomic.Pointer[peer] // set by the panel
	closed chan struct{}

	captureXruns, playbackXruns atomic.Uint64

	// Owned by the goroutine that calls ReadPeriod and WritePeriod.
	timer   *time.Timer
	start   time.Time
	read    uint64 // capture periods that are over and returned
	written uint64 // the next play period to be written
	elastic *elastic
	heard   *peer // whom elastic belongs to
}

func newAudio(f hal.PCMFormat, muted *atomic.Bool) *audio {
	a := &audio{format: f, period: periodTime(f), muted: muted, closed: make(chan struct{}), elastic: newElastic(f)}
	a.buffer = uint64(bufferTime / a.period)
	a.timer = time.NewTimer(time.Hour)
	a.timer.Stop()
	a.stop = func() { close(a.closed) }
	return a
}

// Format implements hal.AudioIO.
func (a *audio) Format() hal.PCMFormat { return a.format }

// Xruns implements hal.AudioIO.
func (a *audio) Xruns() (capture, playback uint64) {
	return a.captureXruns.Load(), a.playbackXruns.Load()
}

// ReadPeriod implements hal.AudioIO.
func (a *audio) ReadPeriod(p []int16) error {
	if err := a.check(p); err != nil {
		return err
	}
	if late := time.Since(a.due(a.read + 1)); late > bufferTime {
		a.captureXruns.Add(1)
		a.read += uint64(late / a.period)
	}
	if err := a.wait(a.due(a.read + 1)); err != nil {
		return err
	}
	a.capture(p)
	a.read++
	return nil
}

// WritePeriod implements hal.AudioIO.
func (a *audio) WritePeriod(p []int16) error {
	if err := a.check(p); err != nil {
		return err
	}
	if a.written < a.read {
		if a.written > 0 { // the first block starts the playback wherever time is
			a.playbackXruns.Add(1)
		}
		a.written = a.read
	}
	if a.written >= a.read+a.buffer { // full: there is room when the clock has moved
		if err := a.wait(a.due(a.written + 1 - a.buffer)); err != nil {
			return err
		}
	}
	if peer := a.peer.Load(); peer != nil {
		peer.send(wire.Audio{Kind: wire.KindSpeaker, Number: a.written, Samples: p})
	}
	a.written++
	return nil
}

func (a *audio) check(p []int16) error {
	if len(p) != a.format.Period {
		return fmt.Errorf("faceplate audio: a block of %d samples; a period has %d", len(p), a.format.Period)
	}
	select {
	case <-a.closed:
		return hal.ErrClosed
	default:
	}
	if a.start.IsZero() {
		a.start = time.Now()
	}
	return nil
}

// due is when period n starts, from the start and not from the last wake-up:
// lateness does not add up.
func (a *audio) due(n uint64) time.Time {
	return a.start.Add(time.Duration(n) * a.period)
}

func (a *audio) wait(until time.Time) error {
	d := time.Until(until)
	if d <= 0 {
		return nil
	}
	a.timer.Reset(d)
	select {
	case <-a.timer.C:
		return nil
	case <-a.closed:
		a.timer.Stop()
		return hal.ErrClosed
	}
}

// capture fills p with what the page's microphone gave for this period.
func (a *audio) capture(p []int16) {
	peer := a.peer.Load()
	if peer != a.heard {
		a.elastic.reset()
		a.heard = peer
	}
	switch {
	case peer == nil:
		clear(p)
	case peer.sync:
		a.captureSync(peer, p)
	default:
		for b := peer.mic.peek(); b != nil; b = peer.mic.peek() {
			a.elastic.put(b.Samples)
			peer.mic.pop()
		}
		a.elastic.read(p)
	}
	if a.muted.Load() {
		clear(p)
	}
}

func (a *audio) captureSync(peer *peer, p []int16) {
	took := uint64(0)
	if b := peer.mic.peek(); b != nil {
		took = b.Number
		copy(p, b.Samples)
		peer.mic.pop()
	} else {
		clear(p)
	}
	peer.send(wire.Audio{Kind: wire.KindClock, Number: a.read, Mic: took})
}
