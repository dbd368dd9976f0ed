package netwatch

import "time"

// Event is what has changed. At least one field is set.
type Event struct {
	// Network: there are other addresses or routes, and something can be
	// reached by them.
	Network bool
	// Broken, with Network: an address had gone since the last Event, so that
	// what rides on old sockets may be dead though it does not look it.
	Broken bool
	// Down, alone: nothing can be reached any more.
	Down bool
	// Clock: the time of day was set.
	Clock bool
	// Slept is how long the device was suspended; timers ran late by it.
	Slept time.Duration
}

// settle waits until a burst of changes is over, and tells what came of it. It
// is pure: times are passed in.
type settle struct {
	quiet, most time.Duration
	told        view // as of the last Event
	broken      bool
	since, last time.Time // of the changes that were not looked at yet; zero for none
}

// changed notes that something came in.
func (s *settle) changed(now time.Time) {
	if s.since.IsZero() {
		s.since = now
	}
	s.last = now
}

// due is when to look; zero for not at all.
func (s *settle) due() time.Time {
	if s.since.IsZero() {
		return time.Time{}
	}
	if by := s.since.Add(s.most); by.Before(s.last.Add(s.quiet)) {
		return by
	}
	return s.last.Add(s.quiet)
}

// look compares with what was told last. That nothing can be reached is told once,
// and nothing more until something can: whoever would act on it could do nothing.
func (s *settle) look(now view) (Event, bool) {
	s.since, s.last = time.Time{}, time.Time{}
	if now.equal(s.told) {
		return Event{}, false
	}
	s.broken = s.broken || now.lacks(s.told)
	could := s.told.usable()
	s.told = now
	if !now.usable() {
		return Event{Down: could}, could
	}
	event := Event{Network: true, Broken: s.broken}
	s.broken = false
	return event, true
}
