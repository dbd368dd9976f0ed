package notifier

// step is a Machine while it takes one input.
type step struct {
	Machine
	out []Action
}

func (s *step) do(a Action) { s.out = append(s.out, a) }

func (s *step) subscribed(in Subscribed) {
	if s.phase >= phaseEnding {
		s.do(Reply{Tx: in.Tx, Status: 481})
		return
	}
	expires := s.config.Max
	if in.HasExpires {
		expires = min(in.Expires, s.config.Max)
	}
	if expires > 0 && expires < s.config.Min {
		s.do(Reply{in.Tx, 423, s.config.Min})
		if s.phase == phaseNew {
			s.finish()
		}
		return
	}
	s.phase = phaseActive
	s.do(Reply{in.Tx, 200, expires})
	if expires == 0 { // the end, or a fetch (§4.4.3)
		s.end("timeout")
		return
	}
	s.do(StartTimer{TimerExpiry, s.expiry.Start(), expires})
	s.dirty, s.paced = true, false // every SUBSCRIBE is answered by the state (§4.2.1.2)
	s.settle()
}

// settle sends what there is to send, if nothing is under way.
func (s *step) settle() {
	if s.phase == phaseActive && s.dirty && !s.paced && !s.tx.Busy() {
		s.dirty = false
		s.do(Notify{Tx: s.tx.Begin()})
	}
}

// answered: what a subscriber refuses, or does not answer, is not told again
// (RFC 6665 §4.2.2).
func (s *step) answered(status int) {
	switch {
	case s.parted, status < 200, status >= 300:
		s.finish()
		return
	case s.phase == phaseEnding:
		s.last()
		return
	}
	s.paced = true
	s.do(StartTimer{TimerPace, s.pace.Start(), s.config.Interval})
}

func (s *step) last() {
	s.parted = true
	s.do(Notify{s.tx.Begin(), s.reason})
}

func (s *step) end(reason string) {
	if s.phase >= phaseEnding {
		return
	}
	if s.phase == phaseNew {
		s.finish()
		return
	}
	s.phase, s.reason = phaseEnding, reason
	s.stopTimers()
	if !s.tx.Busy() {
		s.last()
	}
}

func (s *step) timerFired(in TimerFired) {
	switch in.ID {
	case TimerExpiry:
		if s.expiry.Fired(in.Gen) {
			s.end("timeout")
		}
	case TimerPace:
		if s.pace.Fired(in.Gen) {
			s.paced = false
			s.settle()
		}
	}
}

func (s *step) stopTimers() {
	if s.expiry.Stop() {
		s.do(StopTimer{TimerExpiry})
	}
	if s.pace.Stop() {
		s.do(StopTimer{TimerPace})
	}
}

func (s *step) finish() {
	s.stopTimers()
	s.tx.Drop()
	s.phase = phaseDone
	s.do(Done{})
}
