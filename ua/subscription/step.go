package subscription

import "time"

// step is a Machine while it takes one input.
type step struct {
	Machine
	out []Action
}

func (s *step) do(a Action) { s.out = append(s.out, a) }

func (s *step) start(after time.Duration) {
	s.gen++
	s.timer = true
	s.do(StartTimer{s.gen, after})
}

func (s *step) stopTimer() {
	if s.timer {
		s.timer = false
		s.do(StopTimer{})
	}
}

// ours reports whether a transaction is the one in work, and ends it.
func (s *step) ours(tx Tx) bool {
	if tx == 0 || tx != s.tx {
		return false
	}
	s.tx = 0
	return true
}

func (s *step) send(expires time.Duration) {
	s.lastTx++
	s.tx = s.lastTx
	s.do(Send{s.tx, expires, s.dialog})
}

// subscribe opens a dialog, or refreshes in the one there is.
func (s *step) subscribe() {
	s.stopTimer()
	if s.dialog.Tag == "" {
		s.hasCSeq = false
	}
	s.phase = phaseSubscribing
	s.send(s.asked)
}

func (s *step) afresh() {
	switch s.phase {
	case phaseIdle, phaseStopping, phaseDone:
		return
	}
	s.failures, s.briefs, s.asked = 0, 0, s.config.Expires
	s.dialog = Dialog{}
	s.subscribe()
}

// again gives the dialog up and tries later.
func (s *step) again(cause string, after time.Duration) {
	s.phase, s.tx = phaseWaiting, 0
	s.dialog, s.briefs, s.asked = Dialog{}, 0, s.config.Expires
	s.tell(Changed{Cause: cause, RetryIn: after})
	s.start(after)
}

func (s *step) tell(c Changed) {
	if c.Active && s.active && s.told {
		return
	}
	s.active, s.told = c.Active, true
	s.do(c)
}

func (s *step) timerFired(gen uint32) {
	if !s.timer || gen != s.gen {
		return // stale
	}
	s.timer = false
	switch s.phase {
	case phaseActive:
		s.failures = 0 // it has lasted
		s.subscribe()
	case phaseWaiting:
		s.subscribe()
	case phaseStopping:
		s.finish()
	}
}

func (s *step) stop() {
	if s.phase == phaseStopping || s.phase == phaseDone {
		return
	}
	s.stopTimer()
	if s.phase == phaseIdle || s.phase == phaseWaiting {
		s.finish()
		return
	}
	s.phase = phaseStopping
	s.start(s.config.StopWithin)
	if s.tx == 0 {
		s.unsubscribe()
	}
}

func (s *step) unsubscribe() {
	if s.dialog.Tag == "" {
		s.finish()
		return
	}
	s.removing = true
	s.send(0)
}

func (s *step) finish() {
	s.stopTimer()
	s.phase, s.tx, s.active = phaseDone, 0, false
	s.do(Done{})
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
