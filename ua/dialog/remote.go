package dialog

// reinvited takes a re-INVITE of the far end (RFC 3261 §14.2).
func (s *step) reinvited(tx ServerTx, r Request) {
	if s.phase != phaseConfirmed {
		s.refuse(tx, 491) // our offer, or its answer, is still under way
		return
	}
	if s.server.state == serverAnswered {
		if s.server.bare {
			s.refuse(tx, 491) // the ACK has to bring an answer first: RFC 5407 §3.1.5
			return
		}
		// Who sends a re-INVITE has our 2xx: its ACK is lost or late, and brings
		// nothing that is needed (RFC 5407 §3.1.4).
		s.ackNoMore()
	}
	switch {
	case s.server.state == serverPending || s.waiting(waitUpdate, waitAck):
		s.later(tx)
		return
	case s.local.state != reinviteIdle || s.offering():
		s.refuse(tx, 491)
		return
	}
	sdp, ok := offerOf(r.ContentType, r.Body)
	if !ok {
		s.reply(tx, Answer{Status: 415, Accept: sdpType})
		return
	}
	if s.refusedSession(tx, r) {
		return
	}
	s.identify(r.Party)
	s.allows(r.Allow)
	s.server = serverInvite{
		tx: tx, state: serverPending, cseq: r.CSeq, contact: r.Contact, bare: sdp == nil,
		terms: s.grantSession(r), knows: has(r.Supported, "timer"),
	}
	if sdp == nil {
		s.makeOffer(waitRemoteBare, s.held)
		return
	}
	s.makeAnswer(wait{what: waitRemote}, sdp)
}

// remoteReady answers a re-INVITE; a refused one changes nothing.
func (s *step) remoteReady(in MediaDone, bare bool) {
	if s.phase != phaseConfirmed || s.server.state != serverPending {
		return
	}
	if in.Err == nil {
		s.sendSuccess(in.SDP)
		return
	}
	status := 488
	if bare {
		status = 500
	}
	s.refuse(s.server.tx, status)
	s.log("re-INVITE refused: %v", in.Err)
	s.server = serverInvite{}
}

// dropRemote forgets a re-INVITE that was cancelled.
func (s *step) dropRemote() {
	kept := s.waits[:0]
	for _, w := range s.waits {
		if w.what == waitRemoteBare {
			s.do(Rollback{})
		}
		if w.what != waitRemoteBare && w.what != waitRemote {
			kept = append(kept, w)
		}
	}
	s.waits = kept
	s.server = serverInvite{}
}

// updated takes an UPDATE (RFC 3311 §5.2).
func (s *step) updated(tx ServerTx, r Request, leg int) {
	sdp, ok := offerOf(r.ContentType, r.Body)
	if !ok {
		s.reply(tx, Answer{Status: 415, Accept: sdpType})
		return
	}
	if s.refusedSession(tx, r) {
		return
	}
	s.allows(r.Allow)
	terms, knows := s.grantSession(r), has(r.Supported, "timer")
	if sdp == nil { // target refresh, or a session timer
		s.identify(r.Party)
		s.refresh(leg, r.Contact)
		s.updateDone(tx, nil, terms, knows)
		return
	}
	ours := s.offering() || s.phase == phaseInviting && !s.legs[leg].agreed || s.local.state != reinviteIdle ||
		(s.server.state == serverAnswered && s.server.bare) || s.waiting(waitAck)
	early := s.phase == phaseIncoming && s.rel.agreed && !s.rel.open
	theirs := s.server.state == serverPending && !early || s.waiting(waitUpdate, waitPrack)
	switch {
	case ours: // an offer of ours has no answer yet
		s.refuse(tx, 491)
	case theirs: // an offer of theirs has none
		s.later(tx)
	default:
		s.identify(r.Party)
		s.makeAnswer(wait{what: waitUpdate, tx: tx, leg: leg, contact: r.Contact, terms: terms, knows: knows}, sdp)
	}
}

func (s *step) updateReady(w wait, in MediaDone) {
	if in.Err != nil {
		s.refuse(w.tx, 488)
		return
	}
	s.refresh(w.leg, w.contact)
	s.legs[w.leg].updated = true
	s.updateDone(w.tx, in.SDP, w.terms, w.knows)
}

// updateDone accepts an UPDATE. Before the call is confirmed there is no session
// to keep alive.
func (s *step) updateDone(tx ServerTx, sdp []byte, terms SessionTimer, knows bool) {
	answer := Answer{Status: 200}
	if sdp != nil {
		answer.ContentType, answer.Body = sdpType, sdp
	}
	if s.phase == phaseConfirmed {
		s.grant(&answer, terms, knows)
	}
	s.reply(tx, answer)
}

// refresh sets the remote target (RFC 3261 §12.2.2).
func (s *step) refresh(leg int, contact string) {
	if contact != "" {
		s.legs[leg].target = contact
	}
}
