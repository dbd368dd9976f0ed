package door

import "time"

// passage is how long after the relay let go a door may still be opened: it
// takes a moment to push it.
const passage = 3 * time.Second

// contact hears the sensor of the first door.
func (s State) contact(in Contact) (State, []Effect) {
	if in.Open == !s.open.IsZero() {
		return s, nil
	}
	if !in.Open {
		return s.shut(in.Now)
	}
	s.open, s.held = in.Now, false
	if !s.config.ForcedAlarm || len(s.config.Doors) == 0 || in.AtStart || !in.Now.After(s.expected) {
		return s, nil
	}
	s.held = true // its end is told
	return s, []Effect{s.alarm(Forced, "the door was opened, and nothing here opened it")}
}

func (s State) shut(now time.Time) (State, []Effect) {
	told := s.held
	s.open, s.held = time.Time{}, false
	if !told || len(s.config.Doors) == 0 {
		return s, nil
	}
	note := s.alarm(Closed, "the door is shut again")
	note.Warn = false
	return s, []Effect{note}
}

func (s State) alarm(e Event, text string) Note {
	return Note{Event: e, Warn: true, Text: text, Relay: s.config.Doors[0].Relay, By: "contact"}
}

// heldDue is when a door that stands open has done so for too long.
func (s State) heldDue() time.Time {
	if s.open.IsZero() || s.held || s.config.HeldOpen == 0 || len(s.config.Doors) == 0 {
		return time.Time{}
	}
	return s.open.Add(s.config.HeldOpen)
}

func (s State) heldOpen(now time.Time) (State, []Effect) {
	due := s.heldDue()
	if due.IsZero() || now.Before(due) {
		return s, nil
	}
	s.held = true
	return s, []Effect{s.alarm(HeldOpen, "the door stands open for too long")}
}

func tampered(in Tamper) Note {
	if in.Open {
		return Note{Event: Tampered, Warn: true, Text: "the station's housing was opened", By: "tamper"}
	}
	return Note{Event: Tampered, Text: "the station's housing is shut again", By: "tamper"}
}
