// Package blink makes a lamp that can only be on or off show every pattern.
package blink

import (
	"sync"
	"time"

	"offhook/hal"
)

// phase is one pattern's time on and off.
func phase(p hal.Pattern) (on, off time.Duration) {
	switch p {
	case hal.LampSlow:
		return time.Second, time.Second
	case hal.LampFast:
		return 250 * time.Millisecond, 250 * time.Millisecond
	case hal.LampFlutter:
		return 100 * time.Millisecond, 900 * time.Millisecond
	}
	return 0, 0
}

// Lamp is a hal.Indicator over a switch.
type Lamp struct {
	light func(on bool) error
	close func() error

	once     sync.Once
	patterns chan request
	done     chan struct{}
	ended    chan struct{}
	err      error // of closing; read after ended
}

type request struct {
	pattern hal.Pattern
	reply   chan error
}

var _ hal.Indicator = (*Lamp)(nil)

// New makes a lamp, dark. light and end are called by the lamp's own
// goroutine alone; end frees the device.
func New(light func(on bool) error, end func() error) *Lamp {
	l := &Lamp{light: light, close: end, patterns: make(chan request), done: make(chan struct{}), ended: make(chan struct{})}
	go l.run()
	return l
}

// Set begins a pattern with its lit phase.
func (l *Lamp) Set(p hal.Pattern) error {
	r := request{p, make(chan error, 1)}
	select {
	case l.patterns <- r:
		return <-r.reply
	case <-l.done:
		return hal.ErrClosed
	}
}

// Close darkens the lamp and frees it.
func (l *Lamp) Close() error {
	l.once.Do(func() { close(l.done) })
	<-l.ended
	return l.err
}

func (l *Lamp) run() {
	defer close(l.ended)
	var on, off time.Duration
	lit := false
	timer := time.NewTimer(time.Hour)
	timer.Stop()
	defer timer.Stop()
	for {
		select {
		case r := <-l.patterns:
			on, off = phase(r.pattern)
			lit = r.pattern != hal.LampOff
			r.reply <- l.light(lit)
			timer.Stop()
			if on > 0 {
				timer.Reset(on)
			}
		case <-timer.C:
			lit = !lit
			_ = l.light(lit) // told when it was set; a blink may miss
			timer.Reset(map[bool]time.Duration{true: on, false: off}[lit])
		case <-l.done:
			_ = l.light(false) // the device goes away anyway
			l.err = l.close()
			return
		}
	}
}
