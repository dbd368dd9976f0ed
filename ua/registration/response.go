package registration

import (
	"fmt"
	"time"

	"offhook/ua"
	"offhook/ua/refresh"
)

func (s *step) responded(r Response) {
	if s.phase == phaseStopping {
		s.stopped()
		return
	}
	switch {
	case r.Status >= 200 && r.Status < 300:
		s.success(r)
	case r.Status >= 300 && r.Status < 400:
		s.redirected(r)
	case r.Status == 423:
		s.tooBrief(r)
	case r.Status == 430: // Flow Failed, RFC 5626 §11.5
		s.fail(r.Status, s.cause(r), s.flowFailed())
	case r.Status == 439 && s.regID() == 1:
		s.withoutOutbound()
	case needsPerson(r.Status):
		s.fail(r.Status, s.cause(r), s.slowly())
	default:
		s.fail(r.Status, s.cause(r), s.retryAfter(r))
	}
}

// stopped: what was in work when Stop came is over, or the removal is.
func (s *step) stopped() {
	if s.bound {
		s.remove()
		return
	}
	s.finish()
}

func (s *step) failed(in Failed) {
	if s.phase == phaseStopping {
		s.stopped()
		return
	}
	status, cause := 0, or(in.Cause, "the server could not be reached"+s.server())
	if in.Timeout {
		status, cause = 408, or(in.Cause, "the server does not respond"+s.server())
	}
	if in.Refused {
		s.fail(status, cause, s.refusedAfter())
		return
	}
	s.fail(status, cause, s.later())
}

func (s *step) success(r Response) {
	granted := Granted(r, s.expiry.Asked())
	if granted <= 0 {
		s.fail(r.Status, "the server took the registration and dropped it at once"+s.server(), s.later())
		return
	}
	s.phase, s.pace.Failures, s.redirects, s.refused = phaseRegistered, 0, 0, 0
	s.expiry.Granted()
	s.told = Changed{State: ua.Registered, Status: r.Status, ExpiresIn: granted}
	s.told.Outbound = s.regID() > 0 && r.Outbound
	if s.told.Outbound {
		s.told.KeepAlive = r.FlowTimer
	}
	s.do(s.told) // each time: the end of the binding has moved
	s.start(s.pace.Refresh(granted))
}

func (s *step) redirected(r Response) {
	s.redirects++
	if s.redirects > maxTurns || len(r.Contacts) == 0 || r.Contacts[0].URI == "" {
		s.fail(r.Status, s.cause(r), s.slowly())
		return
	}
	s.target = r.Contacts[0].URI
	s.send(s.expiry.Asked())
}

// tooBrief: RFC 3261 §10.2.8.
func (s *step) tooBrief(r Response) {
	if !s.expiry.TooBrief(r.MinExpires, maxExpires) {
		s.expiry = refresh.Ask(s.config.Expires)
		s.fail(r.Status, s.cause(r), s.slowly())
		return
	}
	s.send(s.expiry.Asked())
}

// withoutOutbound registers the account's first flow as RFC 3261 has it: the
// edge proxy does not keep flows (RFC 5626 §4.2.1). A further flow would be a
// second telephone then, so it fails.
func (s *step) withoutOutbound() {
	s.plain = true
	s.send(s.expiry.Asked())
}

// flowFailed is quick once.
func (s *step) flowFailed() time.Duration {
	if s.pace.Failures == 0 {
		s.pace.Failures++
		return s.pace.Between(0, time.Second)
	}
	return s.later()
}

// retryAfter obeys the server, within reason, and spreads what it sent away.
func (s *step) retryAfter(r Response) time.Duration {
	if r.RetryAfter <= 0 {
		return s.later()
	}
	return s.pace.Obey(r.RetryAfter, maxInterval)
}

// needsPerson: asking again soon brings nothing, and may lock the account.
func needsPerson(status int) bool {
	switch status {
	case 400, 401, 402, 403, 404, 405, 406, 407, 410, 416, 420, 421, 439, 493, 494:
		return true
	}
	return status >= 600
}

// cause says what happened and what to do, for a person.
func (s *step) cause(r Response) string {
	if r.Cause != "" {
		return r.Cause
	}
	line := fmt.Sprintf("%d %s", r.Status, r.Reason)
	if r.Reason == "" {
		line = fmt.Sprint(r.Status)
	}
	var text string
	switch r.Status {
	case 401, 407:
		text = "the server does not accept this user name and password: check both"
	case 403:
		text = "the server forbids it: check user name, password and whether the account may be used here"
	case 404, 410:
		text = "the server does not know this user: check user name and domain"
	case 408, 504:
		text = "the server did not hear from the one behind it in time"
	case 430:
		text = "the proxy lost the connection that the server would call over"
	case 439:
		text = "the proxy before the server does not keep connections (RFC 5626), so there can be no second one"
	case 423:
		text = "the server wants a longer registration than can be asked for"
	case 500, 502:
		text = "the server has a fault"
	case 503:
		text = "the server is overloaded or under maintenance"
	default:
		text = "the server refuses the registration"
		if r.Status < 400 {
			text = "the server points elsewhere without saying where, or in a circle"
		}
	}
	return text + " (" + line + s.at() + ")"
}

func (s *step) at() string {
	if s.config.Server == "" {
		return ""
	}
	return ", " + s.config.Server
}

func (s *step) server() string {
	if s.config.Server == "" {
		return ""
	}
	return " (" + s.config.Server + ")"
}
