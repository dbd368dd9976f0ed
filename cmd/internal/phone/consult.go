package phone

import "offhook/ua"

// consult calls the one to whom the first call is to go, so that a person can
// ask there first (RFC 5589 §7).
func (t *turn) consult(number string) {
	first := t.bySerial(t.entry.of)
	if first == nil || first.leaving {
		t.entry = entry{}
		t.complain(t.texts().NothingToTransfer)
		return
	}
	if t.open() >= maxCalls {
		t.complain(t.texts().TooMany)
		return
	}
	account := first.Account // its server knows both calls
	if a := t.account(account); a == nil || t.whyNot(a) != "" {
		other, why := t.accountFor(false)
		if why != "" {
			t.complain(why)
			return
		}
		account = other
	}
	t.takePath()
	t.entry = entry{}
	t.invite(call{number: number, consults: first.serial}, account)
}

// secondOf is the call by which somebody is asked about the first.
func (s *State) secondOf(first *call) *call {
	return s.find(func(c *call) bool { return c.consults == first.serial && !c.leaving })
}

// consultation is the call that is to be transferred and the one by which the
// person asks, if one of them is shown.
func (s *State) consultation() (first, second *call) {
	shown := s.byFocus()
	if shown == nil {
		return nil, nil
	}
	if second = shown; second.consults == 0 {
		second = s.secondOf(shown)
	}
	if second == nil || second.joining {
		return nil, nil
	}
	first = s.bySerial(second.consults)
	if first == nil || first.leaving || first.transfer != "" {
		return nil, nil
	}
	return first, second
}

// completeTransfer joins the two. Who has not answered yet is not waited for: the
// caller goes on ringing there (RFC 5589 §7.6).
func (t *turn) completeTransfer(first, second *call) {
	t.transferring(first, second.party().Number)
	switch {
	case second.ID == 0: // the agent does not know it yet: it ends when it does
		t.hangup(second)
		t.do(Transfer{Call: first.ID, Target: ua.Target(second.number)})
		return
	case second.State == ua.Confirmed:
		second.joining = true
	default:
		second.leaving = true
	}
	t.do(TransferTo{Call: first.ID, Consult: second.ID})
}

// takeFirst brings the first call back when the second is over.
func (t *turn) takeFirst(serial int) bool {
	first := t.bySerial(serial)
	if serial == 0 || first == nil || first.leaving || !first.held || first.transfer != "" || t.path == "" {
		return false
	}
	t.resume(first)
	return true
}

// joined: the first call went where it was sent, so the second has done its work.
func (t *turn) joined(first call, cause ua.Cause) {
	second := t.secondOf(&first)
	switch {
	case second == nil || !second.joining:
	case cause == ua.RemoteBye && t.path != "":
		second.joining = false // they may have given up: the other one is still there
	default:
		t.hangup(second)
	}
}

// consultations forgets of whom is gone.
func (t *turn) consultations() {
	for i := range t.calls {
		c := &t.calls[i]
		if c.consults == 0 {
			continue
		}
		first := t.bySerial(c.consults)
		gone := first == nil || first.leaving
		if gone || first.transfer == "" {
			c.joining = false
		}
		if gone {
			c.consults = 0
		}
	}
}
