package publish

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"offhook/ua/refresh"
)

// step is a Machine while it takes one input.
type step struct {
	Machine
	out []Action
}

func (s *step) do(a Action)               { s.out = append(s.out, a) }
func (s *step) start(after time.Duration) { s.do(StartTimer{s.timer.Start(), after}) }

func (s *step) stopTimer() {
	if s.timer.Stop() {
		s.do(StopTimer{})
	}
}

func (s *step) put(body []byte) {
	if s.phase >= phaseStopping || s.body != nil && bytes.Equal(body, s.body) {
		return
	}
	s.body, s.stale = body, true
	// One PUBLISH at a time, or their order at the server is anybody's guess
	// (RFC 3903 §4); while the server is being left alone the state waits.
	if !s.tx.Busy() && s.phase != phaseWaiting {
		s.publish()
	}
}

// publish sends what the server does not have, or refreshes.
func (s *step) publish() {
	s.stopTimer()
	s.phase = phasePublished
	s.sent = nil
	if s.stale || s.etag == "" {
		s.sent = s.body
		s.stale = false
	}
	s.do(Send{s.tx.Begin(), s.expiry.Asked(), s.etag, s.sent})
}

func (s *step) afresh() {
	if s.phase == phaseIdle || s.phase >= phaseStopping {
		return
	}
	s.pace.Failures = 0
	s.forget()
	s.publish()
}

// forget: the server may or may not have it still; it goes by itself.
func (s *step) forget() {
	s.etag, s.stale = "", true
	s.expiry = refresh.Ask(s.config.Expires)
}

func (s *step) responded(r Response) {
	if s.phase == phaseStopping {
		s.stopped(r)
		return
	}
	switch {
	case r.Status/100 == 2 && r.ETag != "":
		s.success(r)
	case r.Status == 412 && s.etag != "": // RFC 3903 §4.1: it has expired there
		s.forget()
		s.publish()
	case r.Status == 423 && s.expiry.TooBrief(r.MinExpires, refresh.MaxExpires):
		s.stale = s.stale || s.sent != nil
		s.publish()
	case r.Status/100 == 2:
		s.again("the server answers without a SIP-ETag", s.pace.Slow())
	case refresh.NoService(r.Status), r.Status == 415:
		s.again(cause(r), s.pace.Slow())
	default:
		s.again(cause(r), s.pace.After(r.RetryAfter))
	}
}

func (s *step) success(r Response) {
	granted := s.expiry.Asked()
	if r.HasExpires && r.Expires > 0 {
		granted = r.Expires
	}
	s.etag = r.ETag
	s.expiry.Granted()
	s.pace.Failures = 0
	s.tell(Changed{Active: true})
	if s.stale {
		s.publish()
		return
	}
	s.start(s.pace.Refresh(granted))
}

func (s *step) failed(cause string) {
	if s.phase == phaseStopping {
		s.finish()
		return
	}
	s.again(cause, s.pace.Quick())
}

// again tries later, from the beginning: whether the server took the last one is
// not known, and without the right entity-tag it refuses the next (§4.1).
func (s *step) again(cause string, after time.Duration) {
	s.forget()
	s.phase = phaseWaiting
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

func (s *step) timerFired() {
	if s.phase == phaseStopping {
		s.finish()
		return
	}
	s.publish()
}

func (s *step) stop() {
	if s.phase >= phaseStopping {
		return
	}
	s.stopTimer()
	if !s.tx.Busy() && s.etag == "" {
		s.finish()
		return
	}
	s.phase = phaseStopping
	s.start(s.config.StopWithin)
	if !s.tx.Busy() {
		s.remove()
	}
}

// stopped: a PUBLISH that was in work when Stop came made what has to go again;
// or this ends it.
func (s *step) stopped(r Response) {
	if r.Status/100 == 2 && r.ETag != "" {
		s.etag = r.ETag
	}
	if s.removing || s.etag == "" {
		s.finish()
		return
	}
	s.remove()
}

// remove takes the state away (RFC 3903 §4.5).
func (s *step) remove() {
	s.removing = true
	s.do(Send{Tx: s.tx.Begin(), ETag: s.etag})
}

func (s *step) finish() {
	s.stopTimer()
	s.tx.Drop()
	s.phase, s.active = phaseDone, false
	s.do(Done{})
}

func cause(r Response) string {
	if r.Cause != "" {
		return r.Cause
	}
	text := "the server refuses what is published"
	if r.Status == 489 || r.Status == 405 || r.Status == 501 {
		text = "the server does not take what is published"
	}
	return strings.TrimSuffix(fmt.Sprintf("%s (%d %s", text, r.Status, r.Reason), " ") + ")"
}
