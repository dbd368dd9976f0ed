package dialog

import (
	"bytes"
	"fmt"
	"slices"

	"offhook/ua"
)

// clientInvite is the first INVITE of an outgoing call.
type clientInvite struct {
	tx          Tx
	uri         string
	route       []string
	offer       []byte
	tried       []string // targets, before the one in uri
	redirects   int
	replaces    string
	referredBy  string
	provisional bool // one came
	insist      bool
	cancel      cancelState
	why         string // Reason of the CANCEL
}

// cancelState: a CANCEL waits for a provisional response (RFC 3261 §9.1).
type cancelState uint8

const (
	cancelNone cancelState = iota
	cancelWanted
	cancelSent
)

func (s *step) dial(in Dial) {
	if s.phase != phaseNew {
		s.log("Dial in a call that has begun")
		return
	}
	s.caller, s.phase = true, phaseOffering
	s.call.State = ua.Trying
	s.invite.uri, s.invite.route = in.URI, slices.Clone(in.Route)
	s.invite.replaces, s.invite.referredBy, s.invite.insist = in.Replaces, in.ReferredBy, in.Insist
	if s.late.on = in.Late; in.Late {
		s.phase = phaseInviting
		s.sendInvite()
		return
	}
	s.makeOffer(waitDial, false)
}

func (s *step) dialOffer(in MediaDone) {
	if in.Err != nil {
		s.end(ua.CauseError, 0, "sound could not be prepared: "+in.Err.Error())
		return
	}
	s.phase = phaseInviting
	s.invite.offer = in.SDP
	s.sendInvite()
}

func (s *step) sendInvite() {
	request := Outgoing{
		Method: "INVITE", URI: s.invite.uri, Route: s.invite.route,
		Replaces: s.invite.replaces, ReferredBy: s.invite.referredBy, Supported: []string{"replaces"},
	}
	if !s.late.on {
		request.ContentType, request.Body = sdpType, s.invite.offer
	}
	if s.invite.insist {
		request.Require = append(request.Require, "replaces")
	}
	s.askReliable(&request)
	s.askSession(&request)
	s.invite.tx, s.invite.provisional = s.send(txInvite, request), false
}

// inviteAgain sends the first INVITE once more, otherwise: what its early
// dialogs were is over.
func (s *step) inviteAgain() {
	s.legs = nil
	s.call.State, s.call.EarlyMedia = ua.Trying, false
	s.sendInvite()
}

// inviteResponse takes every response to the first INVITE, in every phase.
func (s *step) inviteResponse(r Response) {
	switch {
	case r.Status < 200:
		s.inviteProvisional(r)
	case r.Status < 300:
		s.inviteSuccess(r)
	case s.closeTx(s.invite.tx):
		s.stop(TimerCancel)
		if r.Status == 422 && s.phase == phaseInviting && s.tooBrief(r) {
			s.inviteAgain()
			return
		}
		if s.redirect(r) {
			return
		}
		s.end(causeOf(r.Status), r.Status, reasonOf(r))
	}
}

func (s *step) inviteProvisional(r Response) {
	if !s.isOpen(s.invite.tx) {
		return // a final response came: §17.1.1.2
	}
	s.invite.provisional = true
	if s.invite.cancel == cancelWanted {
		s.sendCancel()
	}
	if !s.acknowledge(r) || s.phase != phaseInviting {
		return
	}
	if r.Status > 100 || !s.timers[TimerFinal].on {
		s.start(TimerFinal, s.config.FinalAfter) // as Timer C, §16.8
	}
	if r.Status == 100 {
		return
	}
	s.call.Status, s.call.Reason = r.Status, r.Reason
	s.identify(r.Party)
	// 180 means that it rings, tag or no tag.
	if r.ToTag != "" || r.Status == 180 {
		s.call.State = ua.Early
	} else if s.call.State == ua.Trying {
		s.call.State = ua.Proceeding
	}
	if r.ToTag == "" {
		return
	}
	i := s.learn(r)
	if i < 0 {
		return
	}
	if r.Status == 199 { // RFC 6228: this fork has ended
		s.legs[i].dead = true
		s.hearAnother(i)
		return
	}
	s.gate(i, r.Gate)
	if sdp := sdpOf(r.ContentType, r.Body); !s.late.on && sdp != nil && !bytes.Equal(sdp, s.legs[i].sdp) {
		s.legs[i].sdp = sdp
		s.hear(i)
	}
}

// inviteSuccess: the first 2xx makes the call, every other fork is ACKed and
// ended at once, and a repeated 2xx has its ACK repeated (RFC 3261 §13.2.2.4).
func (s *step) inviteSuccess(r Response) {
	if s.closeTx(s.invite.tx) {
		s.stop(TimerCancel)
	}
	if !s.timers[TimerForks].on {
		s.start(TimerForks, 64*s.config.T1)
	}
	i := s.learn(r)
	if i < 0 {
		s.log("a 2xx of fork %q is ignored: there are too many forks", r.ToTag)
		return
	}
	if s.late.ack && i == s.chosen {
		return // its ACK comes with the answer
	}
	if !s.late.on || s.phase != phaseInviting || s.legs[i].gone {
		s.ack(s.invite.tx, i)
	}
	if s.phase != phaseInviting {
		// Another fork has the call, or our CANCEL crossed this 2xx.
		s.legs[i].dead = true
		s.bye(i, "")
		return
	}
	s.phase, s.chosen = phaseConfirmed, i
	if s.legs[i].gone {
		s.end(ua.RemoteBye, 0, "the other telephone hung up")
		return
	}
	s.legs[i].dead = false // whatever a 199 said
	s.allows(r.Allow)
	s.agreedSession(r.Session)
	s.call.Status, s.call.Reason = r.Status, r.Reason
	s.identify(r.Party)
	s.stop(TimerFinal)
	if s.late.on {
		s.lateSuccess(i, r)
		return
	}
	sdp := sdpOf(r.ContentType, r.Body)
	if sdp == nil {
		sdp = s.legs[i].sdp // told in a 18x; RFC 3261 wants it again, not all do
	}
	if sdp == nil {
		s.bye(i, reasonHeader(488, "No answer to the offer"))
		s.end(ua.CauseError, 0, "the other telephone answered without saying how to hear it (no SDP in its 200)")
		return
	}
	if s.keep.offer && s.keep.leg != i {
		s.do(Rollback{})
	}
	if s.legs[i].updated || s.keep.offer && s.keep.leg == i {
		// Nothing after the answer counts in a response to INVITE (RFC 3261 §13.2.1).
		s.call.State, s.call.EarlyMedia = ua.Confirmed, false
		return
	}
	s.quiet = true // until it is known whether the answer is of use
	s.acceptAnswer(wait{what: waitAnswered}, sdp)
}

func (s *step) answered(in MediaDone) {
	if s.phase != phaseConfirmed {
		return
	}
	if in.Err != nil {
		s.bye(s.chosen, reasonHeader(488, "Not Acceptable Here"))
		s.end(ua.CauseError, 488, "no common way to speak: "+in.Err.Error())
		return
	}
	s.quiet = false
	s.call.State, s.call.EarlyMedia = ua.Confirmed, false
}

func (s *step) sendCancel() {
	s.invite.cancel = cancelSent
	s.do(Cancel{Tx: s.invite.tx, Reason: s.invite.why})
	s.start(TimerCancel, 64*s.config.T1)
}

// cancelInvite gives an INVITE up; the call ends for the person at once.
func (s *step) cancelInvite() {
	if !s.isOpen(s.invite.tx) || s.invite.cancel != cancelNone {
		return
	}
	s.invite.cancel = cancelWanted
	if s.invite.provisional {
		s.sendCancel()
	}
}

// waitedForFinal: an outgoing call got no final response, an incoming one was
// not answered, or a re-INVITE hangs.
func (s *step) waitedForFinal() {
	switch {
	case s.phase == phaseInviting:
		s.invite.why = reasonHeader(408, "Nobody answered") // RFC 3326
		s.cancelInvite()
		s.end(ua.Timeout, 408, "nobody answered")
	case s.phase == phaseIncoming:
		s.notAnswered()
	case s.local.state == reinviteSent:
		s.do(Cancel{Tx: s.local.tx})
		s.start(TimerCancel, 64*s.config.T1)
	}
}

// waitedForCancel: 64*T1 after a CANCEL the transaction counts as over (§9.1).
func (s *step) waitedForCancel() {
	s.closeTx(s.invite.tx)
	if s.local.state != reinviteSent {
		return
	}
	s.closeTx(s.local.tx)
	switch {
	case s.phase != phaseConfirmed:
	case s.local.plain:
		s.dropOffer()
		s.refreshLater(0, Response{})
	default:
		s.holdFailed(408, "no answer")
	}
}

func (s *step) inviteFailed(in Failed) {
	s.stop(TimerCancel)
	switch {
	case in.Timeout:
		s.end(ua.Timeout, 408, or(in.Cause, "the server did not respond"))
	case s.invite.provisional:
		s.end(ua.CauseError, 503, or(in.Cause, "the connection was lost"))
	default:
		s.end(ua.CauseSetupFail, 503, or(in.Cause, "the call could not be sent"))
	}
}

func (s *step) isOpen(tx Tx) bool {
	return slices.ContainsFunc(s.open, func(c clientTx) bool { return c.tx == tx })
}

// ack acknowledges a 2xx and remembers how.
func (s *step) ack(tx Tx, leg int) {
	ack := s.legs[leg].request("ACK")
	s.acks = append(s.acks, sentAck{tx, ack})
	s.do(Ack{tx, ack})
}

// ackAgain repeats the ACK of a repeated 2xx; false when there was none.
func (s *step) ackAgain(tx Tx, tag string) bool {
	for _, a := range s.acks {
		if a.tx == tx && a.ack.ToTag == tag {
			s.do(Ack{tx, a.ack})
			return true
		}
	}
	return false
}

func (s *step) bye(leg int, reason string) {
	if leg == s.chosen {
		s.acknowledgeLate(nil)
	}
	request := s.legs[leg].request("BYE")
	request.Reason = reason
	s.send(txBye, request)
}

func (s *step) identify(p ua.Party) {
	if p.Verified {
		s.call.Remote = p
	}
}

func causeOf(status int) ua.Cause {
	switch status {
	case 408:
		return ua.Timeout
	case 487:
		return ua.Cancelled
	}
	return ua.Rejected
}

func reasonOf(r Response) string {
	// What the agent knows of a refused password stands in for the phrase.
	if (r.Status == 401 || r.Status == 407) && (r.Reason == "" || r.Reason == phrase(r.Status)) {
		return "the server does not accept this user name and password"
	}
	reason := or(r.Reason, phrase(r.Status))
	if r.Warning != "" { // RFC 3261 §20.43
		reason += ": " + r.Warning
	}
	if r.Status == 503 && r.RetryAfter > 0 {
		reason += fmt.Sprintf(" (try again in %v)", r.RetryAfter)
	}
	return reason
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func reasonHeader(status int, text string) string {
	return fmt.Sprintf("SIP;cause=%d;text=%q", status, text)
}
