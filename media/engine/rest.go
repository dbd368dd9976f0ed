package engine

import (
	"context"
	"time"
)

// Rester is a Device that can stop its clock when there is nothing to capture
// or to play; the next ReadPeriod starts it again. Moving silence is most of
// what a telephone that hangs on its hook would cost.
type Rester interface {
	Rest() error
}

// Polled is a Device whose waiting is done by the Go runtime's poller. Its
// engine needs no thread of its own: handing over between threads would cost
// more than a period's work.
type Polled interface {
	Polled() bool
}

// restAfter is how long nothing must be heard before the device rests: a call
// that follows another must not wait for it to start.
const restAfter = time.Second

// idle tells whether nothing moves but silence.
func (e *Engine) idle() bool {
	s := e.set.Load()
	return len(s.legs) == 0 && s.generator == nil && e.tone == nil && e.fading == nil && s.aside.idle()
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
// ends.
func (e *Engine) rest(ctx context.Context, device Rester) error {
	e.still = 0
	if err := device.Rest(); err != nil {
		return err
	}
	for e.idle() {
		select {
		case <-ctx.Done():
			return nil
		case <-e.wake:
			e.steps.Add(1)
		}
	}
	return nil
}

// rouse has an engine that rests look whether there is anything to be heard.
func (e *Engine) rouse() {
	select {
	case e.wake <- struct{}{}:
	default: // it will look anyway
	}
}
