package expander

import (
	"time"
)

const (
	// checkEvery is the pace at which the state is written again: a chip that lost
	// its power for a moment has all lines at rest, and nobody else would notice.
	checkEvery = time.Second
	// lookEvery is the pace at which a chip that is away is looked for.
	lookEvery = 250 * time.Millisecond
	// stillLow is how often lines are read while the interrupt stays.
	stillLow = 8
)

// run watches the lines: polls them, or reads them when they changed.
func (e *Expander) run() {
	timer := time.NewTimer(checkEvery)
	defer timer.Stop()
	for {
		select {
		case <-e.done:
			return
		case <-e.wake:
		case <-timer.C:
		}
		timer.Reset(e.look())
	}
}

// interrupted passes the interrupt's edges on.
func (e *Expander) interrupted() {
	for {
		if e.irq.WaitForEdge(-1) {
			poke(e.wake)
		}
		select {
		case <-e.done:
			return
		default:
		}
	}
}

// look does what is due and returns when to look again.
func (e *Expander) look() time.Duration {
	e.mu.Lock()
	defer e.mu.Unlock()
	now := time.Now()
	if e.closed {
		return checkEvery
	}
	if e.away || now.Sub(e.checked) >= checkEvery {
		e.checked = now
		err := e.model.restore(e.dev, e.want)
		if err != nil && e.away { // one try: a bus that hangs is not to be waited for thrice
			return lookEvery
		}
		if e.again(err, nothing) != nil {
			return lookEvery
		}
	}
	if e.want.watch == 0 {
		return checkEvery
	}
	for range stillLow {
		if e.read() != nil {
			return lookEvery
		}
		// What changes between a reading and its end lets the interrupt stay low,
		// without an edge.
		if e.irq == nil || bool(e.irq.Read()) {
			break
		}
	}
	if e.irq == nil || !bool(e.irq.Read()) {
		return e.poll
	}
	return checkEvery
}
