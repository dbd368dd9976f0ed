package faceplate

import (
	"fmt"
	"sync"

	"offhook/hal"
	"offhook/hal/faceplate/internal/wire"
)

var _ hal.Indicator = (*lamp)(nil)

// lampNames are the lamps that the page has.
var lampNames = []string{
	"message", "line1", "line2", "line3", "line4", "line5", "line6", "line7", "line8",
	"registered", "ring", "speaker", "headset", "mute", "hold", "transfer", "conference",
}

// lamp is one light; the page does the blinking.
type lamp struct {
	part
	name    string
	changed func() // tells the pages; called with no lock held

	mu      sync.Mutex
	pattern hal.Pattern
	closed  bool
}

func newLamp(name string, changed func()) *lamp {
	l := &lamp{name: name, changed: changed}
	l.stop = l.close
	return l
}

// Set implements hal.Indicator.
func (l *lamp) Set(p hal.Pattern) error {
	if _, ok := wire.PatternName(p); !ok {
		return fmt.Errorf("faceplate lamp %s: pattern %d is none of hal's", l.name, p)
	}
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		return hal.ErrClosed
	}
	fresh := l.pattern != p
	l.pattern = p
	l.mu.Unlock()
	if fresh {
		l.changed()
	}
	return nil
}

func (l *lamp) get() hal.Pattern {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.pattern
}

func (l *lamp) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	l.pattern = hal.LampOff
}
