// Package door is the door station: who may open the door, and for how long.
//
// Step is a pure function of a State and one Input, like the telephone's. A
// door is opened by a code that the far end of a call dials, or by the
// request-to-exit button inside; by nothing else, and never by a mistake:
// whatever is in doubt leaves it shut.
package door

import (
	"crypto/subtle"
	"time"

	"offhook/hal"
	"offhook/ua"
)

// Config says which relay opens the door and with which code. The zero value
// opens nothing.
type Config struct {
	Relay string        // name on the board, "" for no door
	Hold  time.Duration // that the relay is energised
	Code  ua.Secret     // digits; empty: no code opens
}

// Guessing is bounded: after so many wrong codes, whoever dialled them, no code
// counts for a while.
const (
	maxWrong = 3
	lockTime = time.Minute
)

// Input is what Step takes in; the concrete types are below, and Config.
type Input interface{ input() }

// Digit is a telephone-event that the far end of a call sent.
type Digit struct {
	Call  ua.CallID
	Digit byte // '0'-'9', '*', '#'
	Now   time.Time
}

// Call tells whether the two sides of a call talk with each other: it was
// answered, is not over, and is not held by us. In any other nobody is let in,
// and what was dialled is forgotten.
type Call struct {
	Call  ua.CallID
	Talks bool
}

// Exit is the request-to-exit button, pressed.
type Exit struct{ Now time.Time }

func (Config) input() {}
func (Digit) input()  {}
func (Call) input()   {}
func (Exit) input()   {}

// Effect is something to be done; the concrete types are below.
type Effect interface{ effect() }

// Open energises a relay for a time; the relay lets go by itself.
type Open struct {
	Relay string
	Hold  time.Duration
}

// Log tells who opened the door, or tried to.
type Log struct {
	Warn bool
	Text string
	Call ua.CallID // 0: nobody's
}

func (Open) effect() {}
func (Log) effect()  {}

// State is the door station's. The zero value is one without a door.
type State struct {
	config Config
	dialed map[ua.CallID]string // of each call that talks, its newest digits: fewer than a code's
	wrong  int                  // codes since the last right one or the last lock
	locked time.Time            // no code counts before
	warned bool                 // of a code dialled meanwhile: said once, whoever goes on dialling
}

// Step takes an input. It never changes the state that it was given.
func Step(s State, in Input) (State, []Effect) {
	switch in := in.(type) {
	case Config:
		// Half a code dialled for the old one is no part of the new one.
		dialed := make(map[ua.CallID]string, len(s.dialed))
		for call := range s.dialed {
			dialed[call] = ""
		}
		s.config, s.dialed = in, dialed
		return s, nil
	case Call:
		return s.call(in), nil
	case Exit:
		if s.config.Relay == "" {
			return s, nil
		}
		return s, []Effect{s.config.open(), Log{Text: "door opened by the exit button"}}
	case Digit:
		return s.digit(in)
	}
	return s, nil
}

func (c Config) open() Effect { return Open{Relay: c.Relay, Hold: c.Hold} }

func (s State) call(in Call) State {
	if _, talks := s.dialed[in.Call]; talks == in.Talks {
		return s
	}
	s.dialed = without(s.dialed, in.Call)
	if in.Talks {
		s.dialed[in.Call] = ""
	}
	return s
}

// digit judges a code when as many digits as it has were dialled since the
// last '*' or '#', which begin anew.
func (s State) digit(in Digit) (State, []Effect) {
	code := s.config.Code.Reveal()
	if s.config.Relay == "" || code == "" {
		return s, nil
	}
	dialed, talks := s.dialed[in.Call]
	if !talks {
		return s, nil
	}
	s.dialed = without(s.dialed, in.Call)
	s.dialed[in.Call] = ""
	if in.Digit < '0' || in.Digit > '9' {
		return s, nil
	}
	dialed += string(in.Digit)
	if len(dialed) < len(code) {
		s.dialed[in.Call] = dialed
		return s, nil
	}
	return s.judge(in, subtle.ConstantTimeCompare([]byte(dialed), []byte(code)) == 1)
}

func (s State) judge(in Digit, right bool) (State, []Effect) {
	switch {
	case in.Now.Before(s.locked) && s.warned:
		return s, nil
	case in.Now.Before(s.locked):
		s.warned = true
		return s, []Effect{Log{Warn: true, Text: "door code ignored: too many wrong ones before", Call: in.Call}}
	case right:
		s.wrong = 0
		return s, []Effect{s.config.open(), Log{Text: "door opened by code", Call: in.Call}}
	}
	s.wrong++
	if s.wrong < maxWrong {
		return s, []Effect{Log{Warn: true, Text: "wrong door code", Call: in.Call}}
	}
	s.wrong, s.locked, s.warned = 0, in.Now.Add(lockTime), false
	return s, []Effect{Log{Warn: true, Text: "wrong door code: no code counts for the next minute", Call: in.Call}}
}

// without is a copy of m that lacks a call.
func without(m map[ua.CallID]string, call ua.CallID) map[ua.CallID]string {
	out := make(map[ua.CallID]string, len(m)+1)
	for k, v := range m {
		if k != call {
			out[k] = v
		}
	}
	return out
}

// IsExit tells whether a key event is the exit button going down.
func IsExit(e hal.KeyEvent) bool { return e.Key == hal.KeyExit && e.Action == hal.KeyPress }
