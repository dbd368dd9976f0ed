package registration

import (
	"time"

	"offhook/ua"
	"offhook/ua/refresh"
)

// step is a Machine while it takes one input.
type step struct {
	Machine
	out []Action
}

func (s *step) do(a Action) { s.out = append(s.out, a) }

func (s *step) tell(c Changed) {
	if c != s.told {
		s.told = c
		s.do(c)
	}
}

// start arms the timer; its callers have given the interval its jitter.
func (s *step) start(after time.Duration) { s.do(StartTimer{s.timer.Start(), after}) }

func (s *step) stopTimer() {
	if s.timer.Stop() {
		s.do(StopTimer{})
	}
}

// regID is that of the next REGISTER.
func (s *step) regID() int {
	if s.plain {
		return 0
	}
	return s.config.RegID
}

func (s *step) send(expires time.Duration) {
	s.do(Send{Tx: s.tx.Begin(), Expires: expires, Target: s.target, RegID: s.regID()})
}

// register sends a REGISTER. A refresh is not told: the binding stands.
func (s *step) register() {
	s.stopTimer()
	s.phase = phaseRegistering
	s.bound = true // from here on, whatever is heard of it
	if s.told.State != ua.Registered {
		s.tell(Changed{State: ua.Registering, Cause: s.told.Cause})
	}
	s.send(s.expiry.Asked())
}

// afresh forgets failures and what the server wanted, and registers now.
func (s *step) afresh() {
	if s.phase == phaseIdle || s.phase == phaseStopping {
		return
	}
	s.pace.Failures, s.redirects, s.losses, s.refused = 0, 0, 0, 0
	s.target, s.plain, s.expiry = "", false, refresh.Ask(s.config.Expires)
	s.register()
}

// flowLost: nothing reaches us any more, so the binding is worth nothing. The
// first attempt comes soon, but not from a whole building at once.
func (s *step) flowLost(cause string) {
	switch s.phase {
	case phaseRegistered:
		after := s.own(0, s.config.Reconnect)
		if s.losses++; s.losses > maxTurns {
			after = s.later() // a server that throws everybody out
		}
		s.fail(0, or(cause, "the connection to the server was lost"), after)
	case phaseRegistering:
		s.tx.Drop() // a server that restarts is back soon
		s.fail(0, or(cause, "the connection to the server was lost"), s.refusedAfter())
	}
}

// fail tells why there is no binding and waits for the next attempt.
func (s *step) fail(status int, cause string, after time.Duration) {
	s.phase = phaseFailed
	s.target, s.redirects = "", 0
	s.expiry.Granted()
	s.told = Changed{State: ua.RegistrationFailed, Status: status, Cause: cause, RetryIn: after}
	s.do(s.told)
	s.start(after)
}

func (s *step) timerFired(gen uint32) {
	if !s.timer.Fired(gen) {
		return // stale
	}
	switch s.phase {
	case phaseRegistered:
		s.losses = 0
		s.register()
	case phaseFailed:
		s.register()
	case phaseStopping:
		s.finish()
	}
}

// stop removes the binding. One REGISTER at a time: RFC 3261 §10.2.
func (s *step) stop() {
	if s.phase == phaseStopping {
		return
	}
	s.stopTimer()
	if !s.bound {
		s.finish()
		return
	}
	s.phase = phaseStopping
	s.target = ""
	s.start(s.config.StopWithin)
	if !s.tx.Busy() {
		s.remove()
	}
}

func (s *step) remove() {
	s.bound = false
	s.send(0)
}

func (s *step) finish() {
	s.stopTimer()
	s.phase = phaseDone
	s.tx.Drop()
	s.tell(Changed{State: ua.Unregistered})
	s.do(Done{})
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
