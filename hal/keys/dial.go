package keys

import (
	"time"

	"offhook/hal"
)

// Dial reads a rotary dial: a contact that is interrupted once for each unit of
// the digit, about ten times a second, and often a second one that tells that
// the dial is off its rest (ITU-T Q.23 leaves pulses to each country; 40 to 70 ms
// of break are usual).
type Dial struct {
	_        [0]func()     // nobody compares two: no code for it
	Debounce time.Duration // shorter interruptions are bounces
	Pause    time.Duration // without a second contact: as long without a pulse ends a digit
	Digits   string        // one a character, by the number of pulses, from one

	raw, broken bool
	since       time.Time // that raw is as it is
	turned      bool      // as the second contact says
	count       int
	last        time.Time // end of a pulse
}

// Step takes what the contacts are: the first closed means not interrupted; the
// second, where there is one, closed means off its rest. A digit is a press and
// a release.
func (d *Dial) Step(now time.Time, closed []bool) []hal.KeyEvent {
	if broken := !closed[0]; broken != d.raw {
		d.raw, d.since = broken, now
	}
	if d.raw != d.broken && now.Sub(d.since) >= d.Debounce {
		d.broken, d.last = d.raw, now
		if !d.broken {
			d.count++
		}
	}
	if len(closed) > 1 {
		turning := closed[1]
		ended := d.turned && !turning
		if turning && !d.turned {
			d.count = 0 // what the contact did at rest is no pulse
		}
		d.turned = turning
		if ended {
			return d.digit(now)
		}
		return nil
	}
	if d.count > 0 && !d.broken && now.Sub(d.last) >= d.Pause {
		return d.digit(now)
	}
	return nil
}

func (d *Dial) digit(now time.Time) []hal.KeyEvent {
	n := d.count
	d.count = 0
	if n < 1 || n > len(d.Digits) {
		return nil
	}
	return tap(hal.Key(d.Digits[n-1:n]), now)
}

func tap(k hal.Key, now time.Time) []hal.KeyEvent {
	return []hal.KeyEvent{{Key: k, Action: hal.KeyPress, Time: now}, {Key: k, Action: hal.KeyRelease, Time: now}}
}

// Busy tells whether a pulse or a digit is under way.
func (d *Dial) Busy() bool { return d.raw != d.broken || d.count > 0 || d.turned }

// ReleaseAll forgets a digit that was begun: no key of a dial stays down.
func (d *Dial) ReleaseAll(time.Time) []hal.KeyEvent {
	d.count = 0
	return nil
}
