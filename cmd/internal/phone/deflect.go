package phone

import "offhook/ua"

// openDeflect asks where the call that rings is to go; it rings on meanwhile.
func (t *turn) openDeflect(c *call) {
	t.openEntry(forDeflect)
	t.entry.of = c.serial
	t.quiet = true // somebody has heard it
}

// deflect sends the call that rings elsewhere, by hand.
func (t *turn) deflect(number string) {
	if number == "" {
		return
	}
	c := t.bySerial(t.entry.of)
	t.entry = entry{}
	if c == nil || !c.ringing() {
		t.complain(t.texts().NothingToTransfer)
		return
	}
	t.redirect(c, number, ua.DivertByHand)
	t.remark(t.texts().Deflected + " " + number)
}

// deflections gives up asking where a call is to go that does not ring any more.
func (t *turn) deflections() {
	if t.entry.on && t.entry.purpose == forDeflect {
		if c := t.bySerial(t.entry.of); c == nil || !c.ringing() {
			t.leaveEntry()
		}
	}
}
