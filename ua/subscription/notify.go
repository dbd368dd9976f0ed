package subscription

import (
	"strconv"
	"strings"
	"time"
)

// notified takes a NOTIFY. It may come before the response to the SUBSCRIBE, and
// makes the dialog then (RFC 6665 §4.1.2.4). There is one dialog: the packages
// here have one server that knows it all, so other forks are turned away, which
// ends them there (§4.1.4).
func (s *step) notified(tx ServerTx, n Notify) {
	event, _, _ := strings.Cut(n.Event, ";")
	if !strings.EqualFold(strings.TrimSpace(event), s.config.Event) {
		s.do(Reply{tx, 489})
		return
	}
	switch s.phase {
	case phaseStopping: // the last one
		s.do(Reply{tx, 200})
		return
	case phaseSubscribing, phaseActive, phaseSilent:
	default:
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
	s.cseq, s.hasCSeq, s.heard = n.CSeq, true, true
	if n.Dialog.Target != "" {
		s.dialog.Target = n.Dialog.Target
	}
	s.do(Reply{tx, 200})
	if len(n.Body) > 0 {
		s.do(Notification{n.ContentType, n.Body})
	}
	s.state(n.State)
}

// state follows Subscription-State. Of the reasons for an end, rejected,
// noresource and invariant say not to subscribe again, and have no use for a
// retry-after (RFC 6665 §4.1.3).
func (s *step) state(value string) {
	name, parameters := stateOf(value)
	if s.config.Once {
		if name == "terminated" {
			s.finish()
		}
		return
	}
	if name != "terminated" {
		s.goesOn(parameters)
		return
	}
	retryAfter, _ := seconds(parameters["retry-after"])
	reason := parameters["reason"]
	why := "the server ended the subscription"
	if reason != "" {
		why += " (" + reason + ")"
	}
	switch reason {
	case "deactivated", "timeout":
		s.again(why, s.atOnce())
	case "rejected", "noresource":
		s.refused(why)
	case "invariant":
		s.settled()
	default: // probation, giveup, none, what is not known
		s.again(why, s.pace.After(retryAfter))
	}
}

// goesOn: the first NOTIFY ends Timer N; any may shorten the subscription.
func (s *step) goesOn(parameters map[string]string) {
	left, ok := seconds(parameters["expires"])
	switch {
	case ok && left > 0 && (s.phase == phaseActive || s.phase == phaseSilent):
		s.keep(left)
	case s.phase == phaseSilent:
		s.keep(s.left)
	}
}

func stateOf(value string) (string, map[string]string) {
	parameters := map[string]string{}
	name, rest, _ := strings.Cut(value, ";")
	for p := range strings.SplitSeq(rest, ";") {
		k, v, _ := strings.Cut(p, "=")
		parameters[strings.ToLower(strings.TrimSpace(k))] = strings.ToLower(strings.TrimSpace(v))
	}
	return strings.ToLower(strings.TrimSpace(name)), parameters
}

func seconds(text string) (time.Duration, bool) {
	n, err := strconv.ParseUint(text, 10, 32)
	return time.Duration(n) * time.Second, err == nil
}
