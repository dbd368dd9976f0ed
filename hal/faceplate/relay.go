package faceplate

import (
	"fmt"
	"sync"
	"time"

	"offhook/hal"
)

var _ hal.Relay = (*relay)(nil)

// relay is a door's contact: a light on the page.
type relay struct {
	part
	label   string
	maxHold time.Duration
	changed func() // tells the pages; called with no lock held

	mu     sync.Mutex
	until  time.Time // zero: at rest
	timer  *time.Timer
	closed bool
}

func newRelay(label string, maxHold time.Duration, changed func()) *relay {
	r := &relay{label: label, maxHold: maxHold, changed: changed}
	r.stop = r.close
	return r
}

// Pulse implements hal.Relay.
func (r *relay) Pulse(d time.Duration) error {
	if d <= 0 {
		return fmt.Errorf("faceplate relay %q: a pulse of %v; it must be longer than nothing", r.label, d)
	}
	r.mu.Lock()
	if r.closed {
		r.mu.Unlock()
		return hal.ErrClosed
	}
	now := time.Now()
	if until := now.Add(min(d, r.maxHold)); until.After(r.until) {
		r.until = until
	}
	if r.timer != nil {
		r.timer.Stop()
	}
	r.timer = time.AfterFunc(r.until.Sub(now), r.expire)
	r.mu.Unlock()
	r.changed()
	return nil
}

// expire lets go; a timer that a later Pulse has overtaken finds time left.
func (r *relay) expire() {
	r.mu.Lock()
	over := !r.until.IsZero() && !time.Now().Before(r.until)
	if over {
		r.until = time.Time{}
	}
	r.mu.Unlock()
	if over {
		r.changed()
	}
}

// Release implements hal.Relay.
func (r *relay) Release() error {
	r.mu.Lock()
	if r.closed {
		r.mu.Unlock()
		return hal.ErrClosed
	}
	r.rest()
	r.mu.Unlock()
	r.changed()
	return nil
}

func (r *relay) rest() {
	if r.timer != nil {
		r.timer.Stop()
	}
	r.until = time.Time{}
}

// left is how long the contact stays energised from now; zero at rest.
func (r *relay) left() time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.until.IsZero() {
		return 0
	}
	return max(time.Until(r.until), 0)
}

func (r *relay) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
	r.rest()
}
