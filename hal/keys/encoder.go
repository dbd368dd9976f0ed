package keys

import (
	"time"

	"offhook/hal"
)

// Encoder reads a rotary encoder: two contacts that close one after the other,
// in the order of the turn.
type Encoder struct {
	_                  [0]func() // nobody compares two: no code for it
	Clockwise, Counter hal.Key
	Steps              int // changes of the contacts from one detent to the next

	at    int // place in the cycle, as read last
	moved int // since the last event
	begun bool
}

// Step takes what the contacts are. A detent is a press and a release. What
// jumps over a place was a bounce, or too fast: it counts for neither way.
func (e *Encoder) Step(now time.Time, closed []bool) []hal.KeyEvent {
	at := 0 // the cycle is 00, 10, 11, 01
	switch {
	case closed[0] && closed[1]:
		at = 2
	case closed[0]:
		at = 1
	case closed[1]:
		at = 3
	}
	step := (at - e.at + 4) % 4
	e.at = at
	if !e.begun {
		e.begun = true
		return nil
	}
	switch step {
	case 1:
		e.moved++
	case 3:
		e.moved--
	}
	switch {
	case e.moved >= e.Steps:
		e.moved = 0
		return tap(e.Clockwise, now)
	case e.moved <= -e.Steps:
		e.moved = 0
		return tap(e.Counter, now)
	}
	return nil
}

// Busy is never so: an encoder is read when it moves.
func (e *Encoder) Busy() bool { return false }

// ReleaseAll has nothing to release.
func (e *Encoder) ReleaseAll(time.Time) []hal.KeyEvent { return nil }
