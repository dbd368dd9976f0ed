package dialog

import (
	"time"

	"offhook/ua"
)

// RAck names a reliable provisional response (RFC 3262 §7.2).
type RAck struct {
	RSeq, CSeq uint32
	Method     string
}

// reliable are our reliable provisional responses to the first INVITE. At most
// one waits for its PRACK (RFC 3262 §3).
type reliable struct {
	mode    reliableMode
	seq     uint32
	cseq    uint32 // of the INVITE
	open    bool   // the one with seq was sent and no PRACK has come
	answers bool   // it has the answer in it
	offers  bool   // it has our offer in it
	agreed  bool   // offer and answer are exchanged, before the 2xx
	next    int    // status of the one that waits for its turn, 0 for none
	nextSDP bool
}

type reliableMode uint8

const (
	reliableNone reliableMode = iota
	reliableSDP               // those that have a description
	reliableAll
)

func (c Config) usesReliable() bool { return c.Reliable != ua.ReliableOff }

// askReliable says in an INVITE what we think of reliable provisional responses
// (RFC 3262 §4).
func (s *step) askReliable(r *Outgoing) {
	switch {
	case s.config.Reliable == ua.ReliableRequired:
		r.Require = append(r.Require, "100rel")
	case s.config.usesReliable():
		r.Supported = append(r.Supported, "100rel")
	}
}

// acknowledge sends the PRACK for a reliable provisional response, in the early
// dialog of the fork that it is from. False for one that was seen before, or
// came before its turn: those count for nothing (RFC 3262 §4).
func (s *step) acknowledge(r Response) bool {
	if !s.config.usesReliable() || r.Status == 100 || r.ToTag == "" || r.RSeq == 0 || !has(r.Require, "100rel") {
		return true
	}
	i := s.learn(r)
	if i < 0 {
		return false
	}
	l := &s.legs[i]
	if l.rseq != 0 && r.RSeq != l.rseq+1 {
		return false
	}
	l.rseq = r.RSeq
	l.update = l.update || has(r.Allow, "UPDATE")
	if s.late.on {
		s.lateProvisional(r, i)
		return true
	}
	s.prack(i, r.RSeq, nil)
	l.answers = l.answers || sdpOf(r.ContentType, r.Body) != nil
	return true
}

// prackResponse: with the answer delivered and acknowledged, either side may
// make a new offer before the call is answered (RFC 3311 §5.1).
func (s *step) prackResponse(tx Tx, r Response) {
	for i := range s.legs {
		l := &s.legs[i]
		switch {
		case l.prack != tx:
		case r.Status < 300 && l.answers:
			l.agreed = true
		case s.overtaken(tx, r) && s.phase == phaseInviting && !l.dead:
			s.prack(i, l.rseq, l.pracked)
			return
		}
	}
}

// reliability is how provisional responses to an INVITE go. What merely rings
// goes as it always did, unless the caller or the configuration insists.
func (c Config) reliability(r Request) reliableMode {
	switch {
	case !c.usesReliable():
		return reliableNone
	case has(r.Require, "100rel"), c.Reliable == ua.ReliableRequired:
		return reliableAll
	case has(r.Supported, "100rel"):
		return reliableSDP
	}
	return reliableNone
}

// provisional sends 180 or 183, with the answer in it if that is asked for.
func (s *step) provisional(status int, withSDP bool) {
	answer := Answer{Status: status}
	withSDP = withSDP && s.server.sdp != nil && !s.rel.agreed
	if withSDP {
		answer.ContentType, answer.Body = sdpType, s.server.sdp
	}
	s.call.State = ua.Early
	s.call.Status, s.call.Reason = status, phrase(status)
	if s.rel.mode == reliableNone || s.rel.mode == reliableSDP && !withSDP {
		s.server.answer, s.server.interval = answer, time.Minute
		s.reply(s.server.tx, answer)
		s.start(TimerResend, time.Minute) // keeps proxies waiting: RFC 3261 §13.3.1.1
		return
	}
	if s.rel.open || s.waiting(waitReliable, waitPrack, waitPrackAnswer) {
		s.rel.next, s.rel.nextSDP = status, withSDP
		return
	}
	if s.server.bare && !s.rel.offers && !s.rel.agreed {
		// The first reliable message has to bring the offer (RFC 3261 §13.2.1).
		s.rel.next = status
		s.makeOffer(waitReliable, false)
		return
	}
	s.rel.answers = withSDP
	s.sendReliable(answer)
}

func (s *step) reliableOffer(in MediaDone) {
	if s.phase != phaseIncoming {
		return
	}
	if in.Err != nil {
		s.noSound(in.Err)
		return
	}
	answer := Answer{Status: s.rel.next, ContentType: sdpType, Body: in.SDP}
	s.rel.next, s.rel.offers = 0, true
	s.sendReliable(answer)
}

// sendReliable sends a provisional response until its PRACK comes, ever more
// slowly (RFC 3262 §3).
func (s *step) sendReliable(answer Answer) {
	if s.rel.seq == 0 {
		s.rel.seq = uint32(s.random(1<<30)) + 1
	} else {
		s.rel.seq++
	}
	s.rel.open = true
	answer.Require, answer.RSeq = []string{"100rel"}, s.rel.seq
	s.server.answer, s.server.interval = answer, s.config.T1
	s.reply(s.server.tx, answer)
	s.start(TimerResend, s.config.T1)
	s.start(TimerPrack, 64*s.config.T1)
}

// resendProvisional repeats a reliable response, or tells after a minute once
// more that it rings.
func (s *step) resendProvisional() {
	if s.rel.mode == reliableAll && !s.rel.open {
		s.provisional(s.server.answer.Status, false)
		return
	}
	if s.rel.open {
		s.server.interval *= 2
	}
	s.reply(s.server.tx, s.server.answer)
	s.start(TimerResend, s.server.interval)
}

// waitedForPrack: the caller does not hear us (RFC 3262 §3).
func (s *step) waitedForPrack() {
	if s.phase != phaseIncoming {
		return
	}
	s.refuse(s.server.tx, 504)
	s.server = serverInvite{}
	s.end(ua.Timeout, 504, "the other telephone did not confirm that it heard of the ringing")
}

// pracked takes a PRACK.
func (s *step) pracked(tx ServerTx, r Request) {
	if !s.rel.open || r.RAck != (RAck{s.rel.seq, s.rel.cseq, "INVITE"}) {
		s.refuse(tx, 481)
		return
	}
	sdp, ok := offerOf(r.ContentType, r.Body)
	if !ok {
		s.reply(tx, Answer{Status: 415, Accept: sdpType})
		return
	}
	s.rel.open = false
	s.stop(TimerPrack)
	if s.phase != phaseIncoming { // answered meanwhile
		s.refuse(tx, 200)
		return
	}
	s.stop(TimerResend)
	s.rel.agreed = s.rel.agreed || s.rel.answers
	switch {
	case s.rel.offers && !s.rel.agreed && sdp == nil:
		s.refuse(tx, 400)
		s.noAnswer("no SDP in its PRACK")
	case s.rel.offers && !s.rel.agreed:
		s.acceptAnswer(wait{what: waitPrackAnswer, tx: tx}, sdp)
	case sdp != nil && (!s.rel.agreed || s.keep.offer): // our answer is still to come (RFC 3262 §5)
		s.refuse(tx, 491)
		s.goOn()
	case sdp != nil:
		s.makeAnswer(wait{what: waitPrack, tx: tx}, sdp)
	default:
		s.refuse(tx, 200)
		s.goOn()
	}
}

// prackAnswered: the answer to the offer in our provisional response.
func (s *step) prackAnswered(w wait, in MediaDone) {
	if s.phase != phaseIncoming {
		s.refuse(w.tx, 487)
		return
	}
	if in.Err != nil {
		s.refuse(w.tx, 488)
		s.noAnswer(in.Err.Error())
		return
	}
	s.refuse(w.tx, 200)
	s.rel.agreed, s.server.bare = true, false
	s.goOn()
}

// prackReady: the answer to a new offer in a PRACK.
func (s *step) prackReady(w wait, in MediaDone) {
	if in.Err != nil {
		s.refuse(w.tx, 488)
	} else {
		s.reply(w.tx, Answer{Status: 200, ContentType: sdpType, Body: in.SDP})
	}
	s.goOn()
}

// goOn does what waited for the PRACK: the answer, the next provisional
// response, or else to tell after a minute that it still rings.
func (s *step) goOn() {
	switch {
	case s.phase != phaseIncoming:
	case s.server.accept:
		s.accept()
	case s.rel.next != 0:
		status := s.rel.next
		s.rel.next = 0
		s.provisional(status, s.rel.nextSDP)
	default:
		s.server.answer, s.server.interval = Answer{Status: s.server.answer.Status}, time.Minute
		s.start(TimerResend, time.Minute)
	}
}

// noAnswer: an incoming call whose caller did not say how to hear it.
func (s *step) noAnswer(why string) {
	s.refuse(s.server.tx, 488)
	s.server = serverInvite{}
	s.end(ua.CauseError, 488, "no common way to speak: "+why)
}

// noSound: an incoming call for which we cannot say how to hear us.
func (s *step) noSound(err error) {
	s.refuse(s.server.tx, 500)
	s.server = serverInvite{}
	s.end(ua.CauseError, 500, "sound could not be prepared: "+err.Error())
}
