package engine

import (
	"time"

	"offhook/media"
)

// Event is what the engine tells; the concrete types are below.
type Event interface{ event() }

// MediaStarted tells that a stream's first packet came.
type MediaStarted struct{ Stream media.StreamID }

// DigitReceived tells of a digit that the far end has sent, when it has ended.
type DigitReceived struct {
	Stream   media.StreamID
	Digit    rune
	Duration time.Duration
	InBand   bool // it was found in the sound: anybody who is heard can make it
}

// ClipEnded tells that a clip was played to its end, or why it was not.
type ClipEnded struct {
	File  string
	Take  uint32
	Cause string // "": it was
}

// RecordEnded tells that a recording is over.
type RecordEnded struct {
	File   string // its name now, which may have got a number
	Length time.Duration
	Cause  string // "": it was asked to end
}

// DeviceChanged tells that the sound device went away or came back, where
// another process has it and its owner can tell in no other way.
type DeviceChanged struct {
	Gone  bool
	Cause string // when Gone
}

func (MediaStarted) event()  {}
func (DigitReceived) event() {}
func (DeviceChanged) event() {}
func (ClipEnded) event()     {}
func (RecordEnded) event()   {}

const eventQueue = 64

// Events is closed by Close. What nobody reads in time is dropped.
func (e *Engine) Events() <-chan Event { return e.events }

// Dropped counts events that nobody read in time.
func (e *Engine) Dropped() uint64 { return e.dropped.Load() }

// listener is the engine as a goroutine of each stream sees it, which tells of
// events, so that the audio thread never touches the channel.
type listener struct{ *Engine }

func (l listener) MediaStarted(id media.StreamID) {
	l.rouse() // who rests hears it
	l.tell(MediaStarted{id})
}

func (l listener) DigitReceived(id media.StreamID, digit rune, duration time.Duration) {
	l.tell(DigitReceived{Stream: id, Digit: digit, Duration: duration})
}

// tell is called by any goroutine but the engine's thread.
func (e *Engine) tell(event Event) {
	select {
	case e.events <- event:
	default:
		e.dropped.Add(1)
	}
}
