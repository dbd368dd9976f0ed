package subscription

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

func (s *step) responded(r Response) {
	if s.phase == phaseStopping {
		s.stopped(r)
		return
	}
	switch {
	case r.Status >= 200 && r.Status < 300:
		s.success(r)
	case r.Status == 423:
		s.tooBrief(r)
	case r.Status == 481 && s.dialog.Tag != "": // RFC 6665 §4.1.2.2
		s.again(cause(r), s.between(0, time.Second))
	case noService(r.Status):
		s.again(cause(r), s.slow())
	default:
		s.again(cause(r), s.after(r.RetryAfter))
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
	s.again(or(in.Cause, text), s.quick())
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
	granted := s.asked
	if r.HasExpires {
		granted = r.Expires
	}
	if granted <= 0 {
		s.again("the server ended the subscription at once", s.quick())
		return
	}
	s.phase, s.briefs = phaseActive, 0
	if s.dialog.Tag == "" {
		s.dialog = r.Dialog
	} else if r.Dialog.Target != "" && r.Dialog.Tag == s.dialog.Tag {
		s.dialog.Target = r.Dialog.Target
	}
	s.tell(Changed{Active: true})
	s.start(s.refreshAfter(granted))
}

func (s *step) tooBrief(r Response) {
	s.briefs++
	want := max(r.MinExpires, s.asked+time.Second)
	if r.MinExpires <= 0 {
		want = 2 * s.asked
	}
	if s.briefs > maxTurns || want > maxExpires {
		s.again(cause(r), s.slow())
		return
	}
	s.asked = want
	s.send(s.asked)
}

// noService: the server will not learn it in a minute.
func noService(status int) bool {
	switch status {
	case 400, 401, 402, 403, 404, 405, 407, 410, 416, 420, 489, 501:
		return true
	}
	return status >= 300 && status < 400 || status >= 600
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

// notified takes a NOTIFY. It may come before the response to the SUBSCRIBE, and
// makes the dialog then (RFC 6665 §4.1.2.4); other forks are turned away.
func (s *step) notified(tx ServerTx, n Notify) {
	event, _, _ := strings.Cut(n.Event, ";")
	if !strings.EqualFold(strings.TrimSpace(event), s.config.Event) {
		s.do(Reply{tx, 489})
		return
	}
	if s.phase == phaseStopping { // the last one
		s.do(Reply{tx, 200})
		return
	}
	if s.phase != phaseSubscribing && s.phase != phaseActive {
		s.do(Reply{tx, 481})
		return
	}
	if s.dialog.Tag == "" {
		s.dialog = n.Dialog
	}
	if s.dialog.Tag != n.Dialog.Tag {
		s.do(Reply{tx, 481})
		return
	}
	if s.hasCSeq && n.CSeq <= s.cseq {
		s.do(Reply{tx, 500})
		return
	}
	s.cseq, s.hasCSeq = n.CSeq, true
	if n.Dialog.Target != "" {
		s.dialog.Target = n.Dialog.Target
	}
	s.do(Reply{tx, 200})
	if len(n.Body) > 0 {
		s.do(Notification{n.ContentType, n.Body})
	}
	s.state(n.State)
}

// state follows Subscription-State (RFC 6665 §4.1.3).
func (s *step) state(value string) {
	name, parameters := stateOf(value)
	if name != "terminated" {
		if left, ok := seconds(parameters["expires"]); ok && left > 0 && s.phase == phaseActive {
			s.start(s.refreshAfter(left))
		}
		return
	}
	retryAfter, _ := seconds(parameters["retry-after"])
	why := "the server ended the subscription"
	if reason := parameters["reason"]; reason != "" {
		why += " (" + reason + ")"
	}
	switch parameters["reason"] {
	case "deactivated", "timeout":
		// Anew at once, but never in a tight circle.
		if s.failures++; s.failures > maxTurns {
			s.again(why, s.quick())
			return
		}
		s.again(why, s.between(0, 2*time.Second))
	case "rejected", "noresource", "invariant":
		s.again(why, s.slow())
	default: // probation, giveup, what is not known
		s.again(why, s.after(retryAfter))
	}
}

func stateOf(value string) (string, map[string]string) {
	parameters := map[string]string{}
	name, rest, _ := strings.Cut(value, ";")
	for _, p := range strings.Split(rest, ";") {
		k, v, _ := strings.Cut(p, "=")
		parameters[strings.ToLower(strings.TrimSpace(k))] = strings.ToLower(strings.TrimSpace(v))
	}
	return strings.ToLower(strings.TrimSpace(name)), parameters
}

func seconds(text string) (time.Duration, bool) {
	n, err := strconv.ParseUint(text, 10, 32)
	return time.Duration(n) * time.Second, err == nil
}
