// Package journal keeps the workbench's last events, and tells whoever listens
// that there is something new.
package journal

import (
	"sync"
	"time"
)

// Kind groups events for the page.
type Kind string

// The kinds.
const (
	SIP          Kind = "sip"
	Call         Kind = "call"
	DTMF         Kind = "dtmf"
	Provisioning Kind = "provisioning"
	Network      Kind = "network"
	Lamp         Kind = "lamp"
	Fault        Kind = "fault"
)

// Event is one line of the journal.
type Event struct {
	Number uint64    `json:"number"` // counts from 1
	Time   time.Time `json:"time"`
	Kind   Kind      `json:"kind"`
	Text   string    `json:"text"` // for a person
}

const keep = 400

// Journal is safe for use by several goroutines. The zero value is ready.
type Journal struct {
	mu        sync.Mutex
	events    []Event
	last      uint64
	listeners map[chan struct{}]struct{}
}

// Add appends an event and wakes the listeners. It never blocks.
func (j *Journal) Add(kind Kind, text string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.last++
	j.events = append(j.events, Event{Number: j.last, Time: time.Now(), Kind: kind, Text: text})
	if len(j.events) > keep {
		j.events = append(j.events[:0:0], j.events[len(j.events)-keep:]...)
	}
	j.wake()
}

// Changed wakes the listeners without an event.
func (j *Journal) Changed() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.wake()
}

func (j *Journal) wake() {
	for c := range j.listeners {
		select {
		case c <- struct{}{}:
		default: // it has been told and has not looked yet
		}
	}
}

// After returns the events with a number above n, oldest first.
func (j *Journal) After(n uint64) []Event {
	j.mu.Lock()
	defer j.mu.Unlock()
	for i, e := range j.events {
		if e.Number > n {
			return append([]Event(nil), j.events[i:]...)
		}
	}
	return nil
}

// Listen returns a channel that gets a value when something changed, and the
// function that ends listening.
func (j *Journal) Listen() (<-chan struct{}, func()) {
	c := make(chan struct{}, 1)
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.listeners == nil {
		j.listeners = map[chan struct{}]struct{}{}
	}
	j.listeners[c] = struct{}{}
	return c, func() {
		j.mu.Lock()
		defer j.mu.Unlock()
		delete(j.listeners, c)
	}
}
