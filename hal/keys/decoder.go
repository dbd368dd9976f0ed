// Package keys turns the raw, bouncing state of contacts into key events. It
// is pure: scanners call it with what they read and when.
package keys

import (
	"time"

	"offhook/hal"
)

// Config says when a change counts.
type Config struct {
	Debounce  time.Duration // a contact must stay as it is for this long
	LongPress time.Duration // a key held this long gives KeyLong; 0 means never
}

// Decoder debounces a set of contacts.
type Decoder struct {
	config   Config
	contacts []contact
}

type contact struct {
	key     hal.Key
	raw     bool // as read last
	since   time.Time
	pressed bool // as told last
	at      time.Time
	long    bool
}

// NewDecoder makes a decoder of one contact a key; "" is a place without a key.
func NewDecoder(c Config, keys []hal.Key) *Decoder {
	d := &Decoder{config: c, contacts: make([]contact, len(keys))}
	for i, k := range keys {
		d.contacts[i].key = k
	}
	return d
}

// Step takes what the contacts are now (closed means true, in the order given
// to NewDecoder) and returns what came of it.
func (d *Decoder) Step(now time.Time, closed []bool) []hal.KeyEvent {
	var events []hal.KeyEvent
	for i := range d.contacts {
		events = d.contacts[i].step(d.config, now, closed[i], events)
	}
	return events
}

// Pressed tells whether contact i was told as pressed and not yet as released.
func (d *Decoder) Pressed(i int) bool { return d.contacts[i].pressed }

// Busy tells whether any contact is closed, bouncing or waiting for its long
// press: whether Step must be called again though nothing changed.
func (d *Decoder) Busy() bool {
	for i := range d.contacts {
		if c := &d.contacts[i]; c.raw || c.pressed {
			return true
		}
	}
	return false
}

// ReleaseAll gives the releases that are due when the device goes away.
func (d *Decoder) ReleaseAll(now time.Time) []hal.KeyEvent {
	var events []hal.KeyEvent
	for i := range d.contacts {
		c := &d.contacts[i]
		c.raw = false
		if c.pressed {
			c.pressed = false
			events = append(events, hal.KeyEvent{Key: c.key, Action: hal.KeyRelease, Time: now})
		}
	}
	return events
}

func (c *contact) step(config Config, now time.Time, closed bool, events []hal.KeyEvent) []hal.KeyEvent {
	if c.key == "" {
		return events
	}
	if closed != c.raw {
		c.raw, c.since = closed, now
	}
	switch {
	case c.raw != c.pressed && now.Sub(c.since) >= config.Debounce:
		c.pressed, c.at, c.long = c.raw, now, false
		action := hal.KeyRelease
		if c.pressed {
			action = hal.KeyPress
		}
		return append(events, hal.KeyEvent{Key: c.key, Action: action, Time: now})
	case c.pressed && !c.long && config.LongPress > 0 && now.Sub(c.at) >= config.LongPress:
		c.long = true
		return append(events, hal.KeyEvent{Key: c.key, Action: hal.KeyLong, Time: now})
	}
	return events
}

// Ghosts tells, of a matrix without diodes, whether what was read is
// ambiguous: three closed keys at the corners of a rectangle read as four, so
// the fourth may be a ghost. closed is row by row, cols wide.
func Ghosts(closed []bool, cols int) bool {
	rows := len(closed) / cols
	for a := range rows {
		for b := a + 1; b < rows; b++ {
			shared := 0
			for c := range cols {
				if closed[a*cols+c] && closed[b*cols+c] {
					shared++
				}
			}
			if shared > 1 {
				return true
			}
		}
	}
	return false
}
