package dialog

import (
	"time"

	"offhook/ua"
)

// serverInvite is the INVITE of the far end that is being answered: the first
// one, or a re-INVITE. There is at most one (RFC 3261 §14.2).
type serverInvite struct {
	tx       ServerTx
	state    serverState
	first    bool
	cseq     uint32
	contact  string        // takes effect when the INVITE is accepted
	bare     bool          // no offer in it: ours is in the 2xx, theirs in the ACK
	sdp      []byte        // answer to the offer, ready
	ready    bool          // the offer can be answered
	accept   bool          // Accept came before it was ready
	ring     bool          // Ring came before it was ready
	early    bool          // with early media
	answer   Answer        // the response to be repeated
	interval time.Duration // until it is repeated
	byeAfter bool          // hang up when the ACK has come
	terms    SessionTimer  // of the 2xx
	knows    bool          // they know session timers
	tells    bool          // they want to know how they were answered
}

type serverState uint8

const (
	serverIdle serverState = iota
	serverPending
	serverAnswered // 2xx sent, no ACK (the moratorium of RFC 5407)
)

// incoming takes the first INVITE. Its offer is looked at before anybody is
// disturbed: what cannot be answered does not ring.
func (s *step) incoming(tx ServerTx, r Request) {
	s.phase, s.quiet = phaseIncoming, true
	s.call.Incoming, s.call.State = true, ua.Proceeding
	if r.Party != (ua.Party{}) {
		s.call.Remote = r.Party
	}
	s.call.AutoAnswer, _ = r.autoAnswer()
	s.call.AnswerByHand = r.byHand()
	if len(r.AlertInfo) > 0 {
		s.call.AlertInfo = r.AlertInfo[0]
	}
	s.call.DivertedBy, s.call.CallBack = r.DivertedBy, r.CallBack
	s.legs = append(s.legs, leg{
		tag: r.FromTag, target: r.Contact, route: trimmed(r.RecordRoute), remoteSeq: r.CSeq, hasSeq: true,
	})
	s.chosen = 0
	s.server = serverInvite{tx: tx, state: serverPending, first: true, cseq: r.CSeq, tells: r.tellsAnswerMode()}
	s.allows(r.Allow)
	if answer, refused := s.config.Refuses(r); refused {
		s.reply(tx, answer)
		s.answeredFinally(answer.Status)
		return
	}
	s.rel.mode, s.rel.cseq = s.config.reliability(r), r.CSeq
	s.server.terms, s.server.knows = s.grantSession(r), has(r.Supported, "timer")
	if r.Contact == "" { // §8.1.1.8: nothing could ever be sent in this dialog
		s.reply(tx, Answer{Status: 400, Reason: "Missing Contact"})
		s.answeredFinally(400)
		return
	}
	sdp, ok := offerOf(r.ContentType, r.Body)
	if !ok {
		s.reply(tx, Answer{Status: 415, Accept: sdpType})
		s.answeredFinally(415)
		return
	}
	ringFor := s.config.RingFor
	if r.Expires > 0 && (ringFor < 0 || r.Expires < ringFor) {
		ringFor = r.Expires // §13.3.1
	}
	s.start(TimerFinal, ringFor)
	if sdp == nil {
		s.server.bare, s.server.ready, s.quiet = true, true, false
		return
	}
	s.makeAnswer(wait{what: waitIncoming}, sdp)
}

// answeredFinally ends an incoming call after its final response was sent.
func (s *step) answeredFinally(status int) {
	s.server = serverInvite{}
	s.end(ua.CauseError, status, phrase(status))
}

func (s *step) incomingReady(in MediaDone) {
	if s.phase != phaseIncoming {
		return
	}
	if in.Err != nil {
		s.refuse(s.server.tx, 488)
		s.server = serverInvite{}
		s.end(ua.CauseError, 488, "no common way to speak: "+in.Err.Error())
		return
	}
	s.quiet = false
	s.server.ready, s.server.sdp = true, in.SDP
	if s.server.ring {
		s.ring(s.server.early)
	}
	if s.server.accept {
		s.accept()
	}
}

func (s *step) ring(early bool) {
	if s.phase != phaseIncoming {
		s.log("Ring in a call that does not come in")
		return
	}
	if !s.server.ready {
		s.server.ring, s.server.early = true, early
		return
	}
	status := 180
	if early && s.server.sdp != nil {
		status = 183
	}
	s.provisional(status, early)
}

func (s *step) accept() {
	if s.phase != phaseIncoming {
		s.log("Accept in a call that does not come in")
		return
	}
	// A 2xx must not overtake a description that waits for its PRACK (RFC 3262 §3).
	described := s.rel.open && (s.rel.answers || s.rel.offers && !s.rel.agreed)
	if !s.server.ready || described || s.waiting(waitIncomingBare, waitReliable, waitPrack, waitPrackAnswer) {
		s.server.accept = true
		return
	}
	if s.rel.agreed { // nothing more is to be said (RFC 3261 §13.2.1)
		s.sendSuccess(nil)
		return
	}
	if s.server.bare {
		s.makeOffer(waitIncomingBare, false)
		return
	}
	s.sendSuccess(s.server.sdp)
}

func (s *step) incomingOffer(in MediaDone) {
	if s.phase != phaseIncoming {
		return
	}
	if in.Err != nil {
		s.noSound(in.Err)
		return
	}
	s.sendSuccess(in.SDP)
}

// sendSuccess sends the 2xx to an INVITE and repeats it until the ACK comes
// (RFC 3261 §13.3.1.4, §14.2).
func (s *step) sendSuccess(sdp []byte) {
	s.stop(TimerFinal)
	s.server.state, s.server.interval = serverAnswered, s.config.T1
	s.stop(TimerPrack)
	s.server.answer = Answer{Status: 200, Reason: phrase(200)}
	if sdp != nil {
		s.server.answer.ContentType, s.server.answer.Body = sdpType, sdp
	}
	s.grant(&s.server.answer, s.server.terms, s.server.knows)
	s.refresh(s.chosen, s.server.contact)
	if s.server.first {
		s.server.answer.AnswerMode = s.answeredBy(s.call.State == ua.Early)
	}
	s.reply(s.server.tx, s.server.answer)
	s.start(TimerResend, s.config.T1)
	s.start(TimerAck, 64*s.config.T1)
	if s.server.first {
		s.phase = phaseConfirmed
		s.call.State, s.call.Status, s.call.Reason = ua.Confirmed, 200, phrase(200)
	}
}

// resend repeats a 2xx ever more slowly, a provisional response each minute.
func (s *step) resend() {
	if s.server.state != serverAnswered {
		s.resendProvisional()
		return
	}
	s.server.interval = min(2*s.server.interval, s.config.T2)
	s.reply(s.server.tx, s.server.answer)
	s.start(TimerResend, s.server.interval)
}

// acked takes an ACK to a 2xx.
func (s *step) acked(r Request) {
	if s.server.state != serverAnswered || r.CSeq != s.server.cseq || s.findLeg(r.FromTag) != s.chosen {
		return // repeated, or of an INVITE that a later request has acknowledged
	}
	server := s.server
	s.ackNoMore()
	if s.phase != phaseConfirmed {
		if server.byeAfter {
			s.bye(s.chosen, "")
		}
		return
	}
	if !server.bare {
		return
	}
	sdp := sdpOf(r.ContentType, r.Body)
	if sdp == nil {
		s.offerUnanswered(server.first, "the other telephone did not say how to hear it (no SDP in its ACK)")
		return
	}
	s.acceptAnswer(wait{what: waitAck, first: server.first}, sdp)
}

func (s *step) ackAccepted(w wait, in MediaDone) {
	if s.phase == phaseConfirmed && in.Err != nil {
		s.offerUnanswered(w.first, "no common way to speak: "+in.Err.Error())
	}
}

// offerUnanswered: without any session the call is nothing; after a re-INVITE
// what stood before still stands.
func (s *step) offerUnanswered(first bool, reason string) {
	if first {
		s.bye(s.chosen, reasonHeader(488, "No usable answer"))
		s.end(ua.CauseError, 0, reason)
		return
	}
	s.do(Rollback{})
	s.log("re-INVITE: %s", reason)
}

// ackNoMore ends the wait for an ACK.
func (s *step) ackNoMore() {
	s.stop(TimerResend)
	s.stop(TimerAck)
	s.server = serverInvite{}
}

// waitedForAck: no ACK in 64*T1 means that the far end is gone (§13.3.1.4).
func (s *step) waitedForAck() {
	s.ackNoMore()
	s.bye(s.chosen, reasonHeader(408, "No ACK"))
	s.end(ua.Timeout, 408, "the other telephone did not confirm the answer")
}

func (s *step) notAnswered() {
	s.refuse(s.server.tx, 480)
	s.server = serverInvite{}
	s.end(ua.Timeout, 480, "not answered")
}

func (s *step) reject(status int) {
	if s.phase != phaseIncoming {
		s.log("Reject in a call that does not come in")
		return
	}
	if status < 300 || status > 699 {
		status = 486
	}
	s.refuse(s.server.tx, status)
	s.server = serverInvite{}
	s.end(ua.Rejected, status, phrase(status))
}

// sendElsewhere has the caller's side call another in our place (RFC 3261 §21.3.3).
func (s *step) sendElsewhere(uri string) {
	if s.phase != phaseIncoming || uri == "" {
		s.log("Redirect in a call that does not come in")
		return
	}
	s.reply(s.server.tx, Answer{Status: 302, Contact: uri})
	s.server = serverInvite{}
	s.end(ua.Forwarded, 302, "forwarded")
}

func (s *step) cancelReceived(in CancelReceived) {
	if s.server.state != serverPending || in.Tx != s.server.tx {
		return // crossed our final response: no effect (RFC 3261 §9.2)
	}
	s.refuse(in.Tx, 487)
	if !s.server.first {
		s.dropRemote()
		return
	}
	s.server = serverInvite{}
	cause, reason := ua.Cancelled, "the caller gave up"
	if answeredElsewhere(in.Reason) {
		cause, reason = ua.AnsweredOther, "answered elsewhere"
	}
	s.end(cause, 487, reason)
}

// hangup ends the call as its state asks.
func (s *step) hangup(elsewhere bool) {
	switch s.phase {
	case phaseNew, phaseOffering:
		s.end(ua.Cancelled, 0, "")
	case phaseInviting:
		if elsewhere {
			s.invite.why = reasonHeader(200, completedElsewhere)
		}
		s.cancelInvite()
		s.end(ua.Cancelled, 0, "")
	case phaseIncoming:
		s.reject(603)
	case phaseConfirmed:
		if s.server.state == serverAnswered && s.server.first {
			// RFC 3261 §15: no BYE of the callee before the ACK.
			s.server.byeAfter = true
		} else {
			s.leave()
		}
		s.end(ua.LocalBye, 0, "")
	}
}

// leave sends the BYE of a confirmed call.
func (s *step) leave() {
	if s.server.state == serverAnswered {
		s.ackNoMore()
	}
	s.bye(s.chosen, "")
}
