package subscription

import (
	"fmt"
	"strings"
	"time"

	"offhook/ua/refresh"
)

func (s *step) responded(r Response) {
	if s.phase == phaseStopping {
		s.stopped(r)
		return
	}
	switch {
	case r.Status >= 200 && r.Status < 300:
		s.success(r)
		return
	case r.Status == 423 && s.expiry.TooBrief(r.MinExpires, refresh.MaxExpires):
		s.send(s.expiry.Asked())
		return
	}
	if s.dialog.Tag != "" && len(s.news) > 0 && r.Status/100 == 4 && r.Status != 481 {
		s.news = s.news[1:] // it was refused for what it said, as far as we can know
	}
	switch {
	case s.dialog.Tag != "" && dies(r.Status):
		s.again(cause(r), s.atOnce())
	case refresh.NoService(r.Status):
		s.again(cause(r), s.pace.Slow())
	default:
		s.retry(cause(r), s.pace.After(r.RetryAfter))
	}
}

func (s *step) failed(in Failed) {
	if s.phase == phaseStopping {
		s.stopped(Response{})
		return
	}
	text := "the server could not be reached"
	if in.Timeout {
		text = "the server does not respond"
	}
	s.retry(or(in.Cause, text), s.pace.Quick())
}

// stopped: a SUBSCRIBE that was in work when Stop came made a dialog that has to
// go again; or this ends the last one.
func (s *step) stopped(r Response) {
	if s.removing {
		s.finish()
		return
	}
	if r.Status >= 200 && r.Status < 300 && s.dialog.Tag == "" {
		s.dialog = r.Dialog
	}
	s.unsubscribe()
}

func (s *step) success(r Response) {
	if s.config.Once {
		s.phase = phaseSilent
		s.start(s.config.NotifyWithin)
		return
	}
	granted := s.expiry.Asked()
	if r.HasExpires {
		granted = r.Expires
	}
	if granted <= 0 {
		s.again("the server ended the subscription at once", s.pace.Quick())
		return
	}
	if len(s.news) > 0 && s.dialog.Tag != "" {
		s.news = s.news[1:]
	}
	s.expiry.Granted()
	if s.dialog.Tag == "" {
		s.dialog = r.Dialog
	} else if r.Dialog.Target != "" && r.Dialog.Tag == s.dialog.Tag {
		s.dialog.Target = r.Dialog.Target
	}
	s.tell(Changed{Active: true})
	if len(s.news) > 0 && s.dialog.Tag != "" {
		s.subscribe()
		return
	}
	s.keep(granted)
}

// keep waits for the time to refresh, and first for a NOTIFY if none has come.
func (s *step) keep(granted time.Duration) {
	wait := s.pace.Refresh(granted)
	s.phase, s.left = phaseActive, granted-wait
	if !s.heard && wait > 2*s.config.NotifyWithin {
		s.phase = phaseSilent
		s.left, wait = granted-s.config.NotifyWithin, s.config.NotifyWithin
	}
	s.start(wait)
}

// dies reports whether a refresh that was refused so ends what it should have
// refreshed (RFC 5057 §5.1, RFC 6665 §4.1.2.2).
func dies(status int) bool {
	switch status {
	case 404, 405, 410, 416, 480, 481, 482, 483, 484, 485, 489, 501, 502, 604:
		return true
	}
	return false
}

func cause(r Response) string {
	if r.Cause != "" {
		return r.Cause
	}
	text := "the server refuses the subscription"
	if r.Status == 489 || r.Status == 405 || r.Status == 501 {
		text = "the server does not offer this"
	}
	return strings.TrimSuffix(fmt.Sprintf("%s (%d %s", text, r.Status, r.Reason), " ") + ")"
}
