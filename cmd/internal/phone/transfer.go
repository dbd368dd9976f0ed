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

func (t *turn) sendTransfer(number string) {
	c := t.bySerial(t.entry.of)
	t.entry = entry{}
	if c == nil || c.leaving {
		t.complain(t.texts().NothingToTransfer)
		return
	}
	t.transferCall(c, number)
}

func (t *turn) transferCall(c *call, number string) {
	if !c.held {
		t.hold(c, true)
	}
	c.transfer = number
	t.focus = c.serial
	t.do(Transfer{Call: c.ID, Target: ua.Target(number)})
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
}

// transferTimedOut: nobody told what came of it; the caller is still here.
func (t *turn) transferTimedOut() {
	for i := range t.calls {
		t.transferFailed(&t.calls[i], t.texts().NoReply)
	}
}
