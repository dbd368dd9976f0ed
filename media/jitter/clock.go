package jitter

import "time"

const (
	clockWindow = time.Second
	clockStall  = 60 * time.Millisecond // the device stood still: begin anew
)

// clock is when sound is asked for. Frames are counted, and the earliest of
// the recent calls tells the time: a late or bunched call does not look like delay.
type clock struct {
	rate     int
	samples  int64
	running  bool
	now      time.Duration // smoothed time of this call
	current  time.Duration // least of time minus samples, in this window
	previous time.Duration // and in the one before
	until    time.Duration
}

// tick notes a call for n samples at a time.
func (c *clock) tick(now time.Duration, n int) {
	played := span(c.samples, c.rate)
	offset := now - played
	c.samples += int64(n)
	least := min(c.current, c.previous)
	if !c.running || offset-least > clockStall {
		c.running, c.current, c.previous, c.until = true, offset, offset, now+clockWindow
	}
	if now >= c.until {
		c.previous, c.current, c.until = c.current, offset, now+clockWindow
	}
	c.current = min(c.current, offset)
	c.now = played + min(c.current, c.previous)
}

// span is the duration of n units at rate Hz, exact for days. The rates that
// there are have constants, as dividing by anything else is what costs most of a
// buffer on a 32-bit processor.
func span(n int64, rate int) time.Duration {
	d := time.Duration(n)
	switch rate {
	case 8000:
		return d * (time.Second / 8000)
	case 16000:
		return d * (time.Second / 16000)
	case 24000:
		return d * (time.Second / 8000) / 3
	case 32000:
		return d * (time.Second / 32000)
	case 44100:
		return d * (time.Second / 100) / 441
	case 48000:
		return d * (time.Second / 16000) / 3
	}
	r := int64(rate)
	return time.Duration(n/r)*time.Second + time.Duration(n%r)*time.Second/time.Duration(r)
}
