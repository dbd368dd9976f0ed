package engine

import (
	"context"
	"fmt"
	"time"
)

// Rester is a Device that can stop its clock when there is nothing to capture
// or to play. Moving silence is most of what a telephone that hangs on its hook
// would cost.
type Rester interface {
	// Rest stops the clock and waits until Rouse is called; its error tells that
	// the device failed or was closed. With soon it makes itself ready to start at
	// once. The next ReadPeriod starts the clock, and waits for no period: what
	// was captured before then is silence.
	Rest(soon bool) error
	// Rouse ends a Rest, or the next one if none is under way. Any goroutine may
	// call it.
	Rouse()
}

// Poller is a Device whose waiting may be left to the Go runtime's poller. Its
// engine needs no thread of its own then: handing over between threads would
// cost more than a period's work.
type Poller interface {
	// Poll tells the device whether all threads of this process have real-time
	// priority, and returns whether it waits by the poller. Without that priority
	// the poller may be late, and a thread of the device's own keeps the beat.
	Poll(hastened bool) bool
}

// restAfter is how long nothing must be heard before the device rests: a call
// that follows another must not wait for it to start.
const restAfter = time.Second

// lookEvery is how often an engine that rests looks for packets of streams that
// are being set up.
const lookEvery = 5 * time.Millisecond

// idle tells whether nothing moves but silence: the engine's thread.
func (e *Engine) idle() bool {
	s := e.set.Load()
	return s.dormant() && s.generator == nil && e.tone == nil && e.fading == nil && s.aside.idle()
}

// dormant tells whether no stream has begun: one that is still being agreed upon
// makes no sound.
func (s *set) dormant() bool {
	for i, leg := range s.legs {
		if !leg.dormant(s.routed[i] || s.held[i]) {
			return false
		}
	}
	return true
}

// dormant tells whether no step has taken the stream up, nor would one find
// anything to do.
func (l *leg) dormant(joined bool) bool {
	return l.current == nil && (!joined || l.plan.Load() == nil) && l.dials.empty() && !l.stream.Look()
}

func (a *aside) idle() bool {
	return a.announce == nil && a.clip == nil && a.before == nil && a.music == nil && a.recorder == nil
}

// quiet counts idle periods until it is time to rest.
func (e *Engine) quiet() bool {
	if !e.idle() {
		e.still = 0
		return false
	}
	e.still++
	return time.Duration(e.still)*time.Duration(e.cfg.Period)*time.Second >= restAfter*time.Duration(e.cfg.SampleRate)
}

// rest stops the device until there is something to be heard, or the context
// ends. While a call is being set up the device is ready to start: that may take
// a codec longer than the call has to wait.
func (e *Engine) rest(ctx context.Context, device Rester) error {
	e.still = 0
	clear(e.playback) // its echo is over when the device wakes
	defer context.AfterFunc(ctx, device.Rouse)()
	e.resting.Store(&device)
	defer e.resting.Store(nil)
	look := time.AfterFunc(time.Hour, device.Rouse) // until it is set
	look.Stop()
	for e.idle() && ctx.Err() == nil {
		soon := len(e.set.Load().legs) > 0
		if soon { // nobody tells of packets but who looks
			look.Reset(lookEvery)
		}
		err := device.Rest(soon)
		if look.Stop(); err != nil {
			return fmt.Errorf("engine: the sound device at rest: %w", err)
		}
		e.steps.Add(1)
	}
	return nil
}

// rouse has an engine that rests look whether there is anything to be heard.
func (e *Engine) rouse() {
	if device := e.resting.Load(); device != nil {
		(*device).Rouse()
	}
}
