// Package door is the door station: who may open which door, and for how long.
//
// Step is a pure function of a State and one Input, like the telephone's. A
// door is opened by a code that the far end of a call dials or that is pressed at
// the station, by a card, by the request-to-exit button inside, and by the
// administrator; by nothing else, and never by a mistake: whatever is in doubt leaves it shut.
package door

import (
	"maps"
	"slices"
	"time"

	"offhook/ua"
)

// State is the door station's. The zero value is one without a door.
type State struct {
	config   Config
	talks    map[ua.CallID]Call  // the calls whose digits count
	entries  map[ua.CallID]entry // what was dialled of a code: in each call, and by keypad at 0
	guards   map[Place]guard     // against guessing
	used     map[string]int      // how often each code of few uses was used, by Code.ID
	pending  []pending           // doors that open after their delay
	expected time.Time           // until then the first door may stand open
	open     time.Time           // since when it stands open; zero: shut
	held     bool                // and it was told that it does so for too long
	offline  bool                // no account is registered
}

// Step takes an input. It never changes the state that it was given.
func Step(s State, in Input) (State, []Effect) {
	switch in := in.(type) {
	case Config:
		return s.configure(in), nil
	case Restore:
		s.used = maps.Clone(in.Used)
		return s, nil
	case Online:
		s.offline = !in.Registered
		return s, nil
	case Call:
		return s.call(in)
	case Digit:
		return s.digit(in)
	case Card:
		return s.card(in)
	case Exit:
		return s.exit(in)
	case Command:
		return s.command(in)
	case Contact:
		return s.contact(in)
	case Tamper:
		return s, []Effect{tampered(in)}
	case Tick:
		return s.tick(in)
	}
	return s, nil
}

// configure takes other settings. Half a code dialled for the old ones is no part
// of a new one, and a door that waits to open may be another by now; what is
// locked stays so.
func (s State) configure(c Config) State {
	s.config, s.entries, s.pending = c, nil, nil
	return s
}

// exit opens the first door at once: whoever presses this is inside.
func (s State) exit(in Exit) (State, []Effect) {
	if len(s.config.Doors) == 0 {
		return s, nil
	}
	return s.opens(s.config.Doors[0], in.Now, Note{Event: Opened, Text: "door opened by the exit button", By: "exit"})
}

// command opens a door for who administers the station.
func (s State) command(in Command) (State, []Effect) {
	d, ok := s.config.door(in.Relay)
	if !ok {
		return s, nil
	}
	return s.opens(d, in.Now, Note{Event: Opened, Text: "door opened by command", By: "command"})
}

// pending is a door that opens after its delay.
type pending struct {
	door Door
	at   time.Time
	note Note
}

// later opens a door after its delay.
func (s State) later(d Door, now time.Time, note Note) (State, []Effect) {
	if d.Delay == 0 {
		return s.opens(d, now, note)
	}
	s.pending = append(slices.Clone(s.pending), pending{d, now.Add(d.Delay), note})
	return s, nil
}

func (s State) opens(d Door, now time.Time, note Note) (State, []Effect) {
	if d.Relay == s.config.Doors[0].Relay {
		s.expected = now.Add(d.Hold + passage)
	}
	note.Relay = d.Relay
	return s, []Effect{Open{Relay: d.Relay, Hold: d.Hold}, note}
}

// tick does what is due.
func (s State) tick(in Tick) (State, []Effect) {
	var effects []Effect
	waiting := s.pending
	s.pending = nil
	for _, p := range waiting {
		if in.Now.Before(p.at) {
			s.pending = append(s.pending, p)
			continue
		}
		var more []Effect
		s, more = s.opens(p.door, in.Now, p.note)
		effects = append(effects, more...)
	}
	s, more := s.heldOpen(in.Now)
	return s, append(effects, more...)
}

// Door finds a door by its relay; "" is the first.
func (s State) Door(relay string) (Door, bool) { return s.config.door(relay) }

// Opening tells that a door opens after its delay.
func (s State) Opening() bool { return len(s.pending) > 0 }

// Due is when a Tick is needed next; zero for not at all.
func (s State) Due() time.Time {
	due := s.heldDue()
	for _, p := range s.pending {
		if due.IsZero() || p.at.Before(due) {
			due = p.at
		}
	}
	return due
}
