package dialog

import (
	"slices"

	"offhook/ua"
)

// lateOffer is what a call of ours without an offer owes: the far end makes the
// offer, in a reliable provisional response or in its 2xx, and we answer in the
// PRACK or in the ACK (RFC 3261 §13.2.1, RFC 3262 §5).
type lateOffer struct {
	on  bool // the INVITE has no description
	ack bool // the 2xx of the chosen leg waits for its ACK: the answer is being made
}

// lateProvisional answers the offer in a reliable provisional response, or
// acknowledges one that brings none. What an unreliable one describes is no offer:
// nothing could answer it.
func (s *step) lateProvisional(r Response, i int) {
	sdp := sdpOf(r.ContentType, r.Body)
	if sdp == nil || s.legs[i].answers || s.phase != phaseInviting {
		s.prack(i, r.RSeq, nil)
		return
	}
	s.legs[i].answers, s.legs[i].sdp = true, sdp
	s.makeAnswer(wait{what: waitLatePrack, leg: i, rseq: r.RSeq}, sdp)
}

// latePrack: the answer to an offer in a provisional response. Who cannot make
// one does not want the call.
func (s *step) latePrack(w wait, in MediaDone) {
	if w.leg >= len(s.legs) {
		return
	}
	s.prack(w.leg, w.rseq, in.SDP)
	if w.leg == s.chosen {
		s.answered(in)
		return
	}
	if s.phase != phaseInviting {
		return
	}
	if in.Err != nil {
		s.invite.why = reasonHeader(488, "Not Acceptable Here") // RFC 3326
		s.cancelInvite()
		s.end(ua.CauseError, 488, "no common way to speak: "+in.Err.Error())
		return
	}
	s.earlyMedia(w.leg, in)
}

// prack acknowledges a provisional response of a leg.
func (s *step) prack(i int, rseq uint32, answer []byte) {
	l := &s.legs[i]
	request := l.request("PRACK")
	request.RSeq, request.For = rseq, s.invite.tx
	if answer != nil {
		request.ContentType, request.Body = sdpType, answer
	}
	l.pracked = answer
	l.prack = s.send(txPrack, request)
}

// lateSuccess takes the 2xx that makes the call. Its offer is answered in the
// ACK, unless offer and answer were exchanged before: then nothing that it
// describes counts (RFC 3261 §13.2.1).
func (s *step) lateSuccess(i int, r Response) {
	sdp := sdpOf(r.ContentType, r.Body)
	switch l := s.legs[i]; {
	case l.answers:
		s.ack(s.invite.tx, i)
		s.lateAgreed(i)
	case sdp == nil:
		s.ack(s.invite.tx, i)
		s.bye(i, reasonHeader(488, "No offer"))
		s.end(ua.CauseError, 0, "the other telephone answered without saying how to hear it (no SDP in its 200)")
	default:
		s.quiet, s.late.ack = true, true
		s.makeAnswer(wait{what: waitLateAck}, sdp)
	}
}

// lateAgreed: offer and answer were exchanged before the 2xx, or the answer is
// being made.
func (s *step) lateAgreed(i int) {
	l := s.legs[i]
	if s.keep.offer && s.keep.leg != i {
		s.do(Rollback{})
	}
	answering := slices.ContainsFunc(s.waits, func(w wait) bool { return w.what == waitLatePrack && w.leg == i })
	switch {
	case answering:
		s.quiet = true
	case s.early == i, l.updated, s.keep.offer && s.keep.leg == i:
		s.call.State, s.call.EarlyMedia = ua.Confirmed, false
	default: // another fork was heard last: back to what this one offered
		s.quiet = true
		s.makeAnswer(wait{what: waitAnswered}, l.sdp)
	}
}

// lateAck sends the ACK with the answer. What cannot be answered is acknowledged
// all the same, and ended (RFC 3261 §13.2.2.4).
func (s *step) lateAck(in MediaDone) {
	if !s.late.ack {
		return
	}
	s.acknowledgeLate(in.SDP)
	s.answered(in)
}

// acknowledgeLate sends the ACK that is owed.
func (s *step) acknowledgeLate(answer []byte) {
	if !s.late.ack {
		return
	}
	s.late.ack = false
	ack := s.legs[s.chosen].request("ACK")
	if answer != nil {
		ack.ContentType, ack.Body = sdpType, answer
	}
	s.acks = append(s.acks, sentAck{s.invite.tx, ack})
	s.do(Ack{s.invite.tx, ack})
}
