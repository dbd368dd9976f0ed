package subscription

import (
	"slices"
	"time"

	"offhook/ua/refresh"
)

// step is a Machine while it takes one input.
type step struct {
	Machine
	out []Action
}

func (s *step) do(a Action) { s.out = append(s.out, a) }

func (s *step) start(after time.Duration) { s.do(StartTimer{s.timer.Start(), after}) }

func (s *step) stopTimer() {
	if s.timer.Stop() {
		s.do(StopTimer{})
	}
}

// send sends a SUBSCRIBE, in a dialog with what is to be told to the server.
func (s *step) send(expires time.Duration) {
	out := Send{Tx: s.tx.Begin(), Expires: expires, Dialog: s.dialog}
	if len(s.news) > 0 && s.dialog.Tag != "" && expires > 0 {
		out.Content = s.news[0]
	}
	s.do(out)
}

// subscribe opens a dialog, or refreshes in the one there is.
func (s *step) subscribe() {
	s.stopTimer()
	if s.dialog.Tag == "" {
		s.hasCSeq, s.heard = false, false
	}
	s.phase = phaseSubscribing
	if s.config.Once {
		s.send(0)
		return
	}
	s.send(s.expiry.Asked())
}

func (s *step) afresh() {
	switch s.phase {
	case phaseIdle, phaseStopping, phaseDone:
		return
	}
	s.pace.Failures, s.gaps = 0, 0
	s.forget()
	s.subscribe()
}

// forget gives the dialog up.
func (s *step) forget() {
	s.dialog, s.left = Dialog{}, 0
	s.expiry = refresh.Ask(s.config.Expires)
}

// refetch asks for the full state, which every SUBSCRIBE brings
// (RFC 6665 §4.1.2.2), in the dialog that there is.
func (s *step) refetch() {
	if s.phase != phaseActive && s.phase != phaseSilent {
		return // a SUBSCRIBE is under way, or will be
	}
	if s.gaps++; s.gaps > maxTurns {
		s.again("what the server tells does not fit together", s.pace.Quick())
		return
	}
	s.subscribe()
}

// tellServer sends a body, now or with the next SUBSCRIBE in a dialog.
func (s *step) tellServer(content Content) {
	if s.phase == phaseStopping || s.phase == phaseDone {
		return
	}
	s.news = append(slices.Clone(s.news), content)
	if len(s.news) > maxNews {
		s.news = s.news[1:]
	}
	if s.phase == phaseActive || s.phase == phaseSilent {
		s.subscribe()
	}
}

// again gives the dialog up and tries later.
func (s *step) again(cause string, after time.Duration) {
	s.forget()
	s.tx.Drop()
	s.gaps = 0
	if s.config.Once {
		s.tell(Changed{Cause: cause})
		s.finish()
		return
	}
	s.phase = phaseWaiting
	s.tell(Changed{Cause: cause, RetryIn: after})
	s.start(after)
}

// refused gives the subscription up for good: only another network, or another
// registration, asks again, as a telephone would that was started then.
func (s *step) refused(cause string) {
	s.forget()
	s.tx.Drop()
	s.stopTimer()
	s.phase = phaseRefused
	s.tell(Changed{Cause: cause})
}

// settled: there will be no news, and what was told stays true.
func (s *step) settled() {
	s.forget()
	s.tx.Drop()
	s.stopTimer()
	s.phase = phaseRefused
}

// retry refreshes later while the subscription still stands, and else gives it
// up: a refresh that failed for now does not end it (RFC 6665 §4.1.2.2).
func (s *step) retry(cause string, after time.Duration) {
	if s.dialog.Tag == "" || after >= s.left {
		s.again(cause, after)
		return
	}
	s.phase, s.left = phaseActive, s.left-after
	s.start(after)
}

func (s *step) tell(c Changed) {
	if c.Active && s.active && s.told {
		return
	}
	s.active, s.told = c.Active, true
	s.do(c)
}

func (s *step) timerFired() {
	switch s.phase {
	case phaseSilent:
		s.silent()
	case phaseActive:
		if !s.heard {
			s.silent()
			return
		}
		s.pace.Failures, s.gaps = 0, 0 // it has lasted
		s.subscribe()
	case phaseWaiting:
		s.subscribe()
	case phaseStopping:
		s.finish()
	}
}

// silent: Timer N has fired (RFC 6665 §4.1.2.4).
func (s *step) silent() {
	s.again("the server accepted the subscription and told nothing", s.pace.Quick())
}

func (s *step) stop() {
	if s.phase == phaseStopping || s.phase == phaseDone {
		return
	}
	s.stopTimer()
	if s.phase == phaseIdle || s.phase == phaseWaiting || s.phase == phaseRefused || s.config.Once {
		s.finish()
		return
	}
	s.phase = phaseStopping
	s.start(s.config.StopWithin)
	if !s.tx.Busy() {
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
	s.tx.Drop()
	s.phase, s.active, s.news = phaseDone, false, nil
	s.do(Done{})
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
