package door

import (
	"time"

	"offhook/hal"
	"offhook/ua"
)

// Input is what Step takes in; the concrete types are below, and Config.
type Input interface{ input() }

// Digit is a telephone-event that the far end of a call sent, or, with Call 0, a
// key of the station.
type Digit struct {
	Call  ua.CallID
	Digit byte // '0'-'9', '*', '#'
	Now   time.Time
}

// Call tells whether the two sides of a call talk with each other, and whether
// the far end is one that may open: it was answered, is not over, is not held by
// us. In any other nobody is let in, and what was dialled is forgotten.
type Call struct {
	Call  ua.CallID
	Talks bool
	Who   string // number or URI, for the log
	Now   time.Time
}

// Card is a credential that a reader has read.
type Card struct {
	Code uint64 // without parity
	Now  time.Time
}

// Exit is the request-to-exit button, pressed.
type Exit struct{ Now time.Time }

// Command is an order of who administers the station.
type Command struct {
	Relay string // "": the first
	Now   time.Time
}

// Contact tells whether the first door stands open. AtStart: it was found so when
// the station started.
type Contact struct {
	Open    bool
	AtStart bool
	Now     time.Time
}

// Tamper tells whether the station's housing is open.
type Tamper struct{ Open bool }

// Online tells whether any account is registered.
type Online struct{ Registered bool }

// Restore is what was kept over a restart: the uses of codes, by Code.ID.
type Restore struct{ Used map[string]int }

// Tick is the time that Due asked for.
type Tick struct{ Now time.Time }

func (Config) input()  {}
func (Digit) input()   {}
func (Call) input()    {}
func (Card) input()    {}
func (Exit) input()    {}
func (Command) input() {}
func (Contact) input() {}
func (Tamper) input()  {}
func (Online) input()  {}
func (Restore) input() {}
func (Tick) input()    {}

// OfKey is what a key of the board means to the door, nil for nothing. Digits are
// not of it: they are the telephone's, unless the station takes codes.
func OfKey(e hal.KeyEvent, now time.Time, atStart bool) Input {
	down := e.Action == hal.KeyPress
	if e.Action == hal.KeyLong {
		return nil
	}
	switch {
	case e.Key == hal.KeyExit && down:
		return Exit{Now: now}
	case e.Key == hal.KeyDoorOpen:
		return Contact{Open: down, AtStart: atStart, Now: now}
	case e.Key == hal.KeyTamper:
		return Tamper{Open: down}
	}
	return nil
}
