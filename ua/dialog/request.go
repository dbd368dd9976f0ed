package dialog

import (
	"slices"

	"offhook/ua"
)

// known are the methods that we know and do not serve in a call: 405, not 501.
var known = []string{"PUBLISH", "REGISTER"}

// received takes every request of the far end.
func (s *step) received(tx ServerTx, r Request) {
	switch {
	case r.Method == "ACK":
		s.acked(r)
	case s.phase == phaseNew && r.Method == "INVITE" && r.ToTag == "":
		s.incoming(tx, r)
	case r.Method == "INVITE" && r.ToTag == "" && s.phase != phaseNew:
		s.refuse(tx, 482) // the same INVITE by another way: RFC 3261 §8.2.2.2
	default:
		s.inDialog(tx, r)
	}
}

func (s *step) inDialog(tx ServerTx, r Request) {
	leg := s.findLeg(r.FromTag)
	if leg < 0 {
		s.foretold(r)
		s.refuse(tx, 481)
		return
	}
	l := &s.legs[leg]
	if l.hasSeq && r.CSeq <= l.remoteSeq { // RFC 3261 §12.2.2
		s.refuse(tx, 500)
		return
	}
	l.remoteSeq, l.hasSeq = r.CSeq, true
	if r.Method == "BYE" {
		s.byeReceived(tx, r, leg)
		return
	}
	// After our BYE, or theirs, the dialog is gone: RFC 5407 §3.2.2, §3.3.3.
	// So is the early dialog of a fork that did not get the call.
	if s.phase == phaseEnded || l.dead || (s.chosen >= 0 && leg != s.chosen) {
		s.refuse(tx, 481)
		return
	}
	if s.unsupported(tx, r) {
		return
	}
	switch r.Method {
	case "INVITE":
		s.reinvited(tx, r)
	case "UPDATE":
		s.updated(tx, r, leg)
	case "OPTIONS":
		s.reply(tx, Answer{Status: 200, Accept: sdpType})
	case "INFO":
		s.info(tx, r)
	case "NOTIFY":
		if !s.controlled(tx, r) {
			s.notified(tx, r)
		}
	case "REFER":
		s.referTo(tx, r)
	case "SUBSCRIBE":
		s.reply(tx, Answer{Status: 489, AllowEvents: "refer"})
	case "PRACK":
		s.pracked(tx, r)
	case "MESSAGE":
		s.messaged(tx, r)
	default:
		if slices.Contains(known, r.Method) {
			s.refuse(tx, 405)
			return
		}
		s.refuse(tx, 501)
	}
}

// foretold remembers a BYE that has overtaken the answer of its fork: that call
// is over when the answer comes.
func (s *step) foretold(r Request) {
	if r.Method == "BYE" && s.phase == phaseInviting && r.FromTag != "" && len(s.legs) < maxLegs {
		s.legs = append(s.legs, leg{tag: r.FromTag, target: s.invite.uri, remoteSeq: r.CSeq, hasSeq: true, dead: true, gone: true})
	}
}

// byeReceived answers a BYE in every state (RFC 3261 §15.1.2).
func (s *step) byeReceived(tx ServerTx, r Request, at int) {
	s.refuse(tx, 200)
	switch s.phase {
	case phaseInviting:
		// No callee should; if the last early dialog goes, so does the call.
		s.legs[at].dead, s.legs[at].gone = true, true
		if !slices.ContainsFunc(s.legs, leg.alive) {
			s.cancelInvite()
			s.end(ua.RemoteBye, 0, "the other telephone hung up")
		}
	case phaseIncoming: // the caller may end an early dialog so; 487 by end
		s.end(ua.Cancelled, 487, "the caller gave up")
	case phaseConfirmed:
		if at != s.chosen {
			s.legs[at].dead = true
			return
		}
		if s.server.state == serverAnswered { // RFC 5407 §3.1.3, §3.1.6
			s.ackNoMore()
		}
		s.end(ua.RemoteBye, 0, byeReason(r.Reason))
	case phaseEnded:
		// Crossed our BYE, or ends the wait to send one (RFC 5407 §3.2.1).
		if at == s.chosen && s.server.state == serverAnswered {
			s.ackNoMore()
		}
	}
}

// unsupported refuses what requires an extension that we lack (§8.2.2.3).
func (s *step) unsupported(tx ServerTx, r Request) bool {
	answer, refused := s.config.lacking(r)
	if refused {
		s.reply(tx, answer)
	}
	return refused
}

func (c Config) lacking(r Request) (Answer, bool) {
	var lacking []string
	for _, tag := range r.Require {
		if !has(c.Extensions(), tag) {
			lacking = append(lacking, tag)
		}
	}
	return Answer{Status: 420, Unsupported: lacking}, lacking != nil
}

// Extensions are the option tags that we understand in a call.
func (c Config) Extensions() []string {
	tags := append(slices.Clone(c.Supported), "replaces", "norefersub", "answermode")
	if c.withDefaults().SessionExpires > 0 {
		tags = append(tags, "timer")
	}
	if c.usesReliable() {
		tags = append(tags, "100rel")
	}
	return tags
}

// Refuses says how an INVITE out of a dialog is answered that cannot become a
// call, before anybody has heard of it: what it lacks or asks for is between
// the telephones, and the next one may come at once.
func (c Config) Refuses(r Request) (Answer, bool) {
	c = c.withDefaults()
	if answer, refused := c.lacking(r); refused {
		return answer, true
	}
	if c.Reliable == ua.ReliableRequired && !has(r.Require, "100rel") && !has(r.Supported, "100rel") {
		return Answer{Status: 421, Require: []string{"100rel"}}, true // RFC 3261 §21.4.16
	}
	if _, refused := r.autoAnswer(); refused {
		return Answer{Status: 403, Reason: forbidden}, true
	}
	return c.tooBrief(r)
}

// responded takes every response.
func (s *step) responded(tx Tx, r Response) {
	if tx == 0 || tx > s.lastTx || r.Status < 100 || r.Status > 699 {
		s.log("a response %d to nothing that was sent", r.Status)
		return
	}
	if r.Status >= 200 && r.Status < 300 && s.ackAgain(tx, r.ToTag) {
		return
	}
	if tx == s.invite.tx {
		s.inviteResponse(r)
		return
	}
	if tx == s.local.last {
		s.reinviteResponse(tx, r)
		return
	}
	if r.Status < 200 || !s.closeTx(tx) {
		return
	}
	switch tx {
	case s.transfer.tx:
		s.referResponse(r)
	case s.keep.tx:
		s.updateResponse(r)
	case s.referral.tx:
		s.notifyResponse(r)
	case s.infos.tx:
		s.infoResponse(r)
	default:
		s.prackResponse(tx, r)
	}
}

func (s *step) failed(in Failed) {
	if !s.closeTx(in.Tx) {
		return
	}
	switch in.Tx {
	case s.invite.tx:
		s.inviteFailed(in)
	case s.local.last:
		s.reinviteFailed(in)
	case s.transfer.tx:
		s.referFailed(in)
	case s.keep.tx:
		s.updateFailed(in)
	case s.referral.tx:
		s.nextNotice()
	case s.infos.tx:
		s.infoFailed(in)
	}
}
