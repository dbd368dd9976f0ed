package phone

import "offhook/ua"

// openTransfer asks for the number that the shown call goes to. The caller is
// on hold meanwhile.
func (t *turn) openTransfer() {
	c := t.byFocus()
	if c == nil || !(c.talking() || c.held) || c.transfer != "" || c.joined {
		t.complain(t.texts().NothingToTransfer)
		return
	}
	serial := c.serial
	t.openEntry(forTransfer)
	t.entry.of = serial
}

// sendTransfer transfers blindly: nobody asks there first.
func (t *turn) sendTransfer(number string) {
	if number == "" {
		return
	}
	c := t.bySerial(t.entry.of)
	t.entry = entry{}
	if c == nil || c.leaving {
		t.complain(t.texts().NothingToTransfer)
		return
	}
	t.transferCall(c, number)
}

func (t *turn) transferCall(c *call, number string) {
	t.transferring(c, number)
	t.do(Transfer{Call: c.ID, Target: ua.Target(number)})
}

// transferring shows a call that is on its way to somebody else.
func (t *turn) transferring(c *call, to string) {
	if !c.held {
		t.hold(c, true)
	}
	c.transfer, c.recall = to, false
	t.focus = c.serial
	t.start(timerTransfer, transferTime)
}

func (t *turn) transferFailed(c *call, why string) {
	if c.transfer == "" {
		return
	}
	text := t.texts().TransferFailed
	if why != "" {
		text += ": " + why
	}
	c.transfer = ""
	t.complain(text)
	t.takeBack(c)
}

// takeBack gives a person back the caller whose transfer came to nothing. Whom
// was asked first is heard again; at a phone that is on-hook it rings.
func (t *turn) takeBack(c *call) {
	if second := t.secondOf(c); second != nil && second.joining {
		second.joining = false
		if t.path != "" {
			t.focus = second.serial
			return
		}
		t.hold(second, true)
	}
	switch {
	case t.path == "":
		c.recall = true
		t.focus = c.serial
		t.wake()
		t.start(timerTransfer, recallTime)
	case c.held && t.live() == nil && !t.entry.on:
		t.resume(c)
	}
}

// recalled is the call that came back from a transfer while nobody listened.
func (s *State) recalled() *call {
	return s.find(func(c *call) bool { return c.recall && c.held && !c.leaving })
}

// transferTimedOut: nobody told what came of it; the caller is still here.
func (t *turn) transferTimedOut() {
	for i := range t.calls {
		if c := &t.calls[i]; c.recall {
			c.recall = false // on hold, and nobody comes
		} else {
			t.transferFailed(c, t.texts().NoReply)
		}
	}
}
