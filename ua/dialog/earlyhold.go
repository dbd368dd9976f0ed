package dialog

// holdEarly holds or resumes before the call is answered: by UPDATE, once offer
// and answer have been exchanged reliably and the far end allows it (RFC 3311
// §5.1). Else the re-INVITE after the answer does it.
func (s *step) holdEarly() {
	if s.wantHold == s.held || s.keep.tx != 0 || s.keep.tooEarly || len(s.waits) > 0 || s.timers[TimerGlare].on {
		return
	}
	leg := s.agreedLeg()
	if leg < 0 {
		return
	}
	s.keep.leg, s.local.hold = leg, s.wantHold
	s.makeOffer(waitEarlyHold, s.wantHold)
}

// agreedLeg is the early dialog in which a new offer may be made, or -1. With
// several forks nobody could say for whom it is.
func (s *step) agreedLeg() int {
	if s.phase == phaseIncoming && s.rel.agreed && !s.rel.open && s.keep.update {
		return s.chosen
	}
	found := -1
	for i, l := range s.legs {
		switch {
		case s.phase != phaseInviting || l.dead:
		case found >= 0 || !l.agreed || !l.update:
			return -1
		default:
			found = i
		}
	}
	return found
}

// offering: an UPDATE with our offer has no answer yet.
func (s *step) offering() bool {
	return s.keep.offer || s.waiting(waitEarlyHold, waitEarlyHoldAnswer)
}

func (s *step) earlyHoldOffer(in MediaDone) {
	if s.phase != phaseInviting && s.phase != phaseIncoming {
		if in.Err == nil && s.phase == phaseConfirmed {
			s.do(Rollback{})
		}
		return
	}
	if in.Err != nil {
		s.keep.tooEarly = true
		return
	}
	request := s.legs[s.keep.leg].request("UPDATE")
	request.ContentType, request.Body = sdpType, in.SDP
	s.askSession(&request) // it may meet a call that has been answered
	s.keep.tx, s.keep.offer = s.send(txUpdate, request), true
}

// earlyHoldResponse takes the final response to an UPDATE with our offer. The
// call may have been answered meanwhile.
func (s *step) earlyHoldResponse(r Response) {
	tx := s.keep.tx
	s.keep.tx, s.keep.offer = 0, false
	if s.phase >= phaseEnded {
		return
	}
	sdp := sdpOf(r.ContentType, r.Body)
	lost := s.chosen >= 0 && s.chosen != s.keep.leg // another fork has the call
	if r.Status < 300 && sdp != nil && !lost {
		s.refresh(s.keep.leg, r.Contact)
		s.legs[s.keep.leg].updated = true
		if s.phase == phaseConfirmed && r.Session.Expires > 0 {
			s.agreedSession(r.Session)
		}
		s.acceptAnswer(wait{what: waitEarlyHoldAnswer}, sdp)
		return
	}
	if lost {
		return // was rolled back when that fork answered
	}
	s.do(Rollback{})
	after, may := s.resendable(tx, r)
	if !may || s.keep.tries >= maxReinvites {
		s.keep.tooEarly = true
		return
	}
	s.keep.tries++
	s.start(TimerGlare, after)
}

func (s *step) earlyHeld(in MediaDone) {
	if in.Err != nil {
		s.keep.tooEarly = true
		s.do(Rollback{})
		return
	}
	s.held = s.local.hold
	s.call.LocalHold = s.held
}
