package phone

import "offhook/hal"

func (t *turn) hookMoved(state hal.HookState) {
	if state == t.hook {
		return
	}
	t.hook = state
	t.wake()
	if state == hal.OffHook {
		t.lift()
		return
	}
	if t.path == hal.Handset {
		t.onHook()
	}
}

// lift: the handset leaves its cradle.
func (t *turn) lift() {
	t.path = hal.Handset
	t.openLine()
}

// openLine is what a lifted handset or the speaker key mean: answer, or
// dial what was typed, or dial tone.
func (t *turn) openLine() {
	t.list = list{}
	switch {
	case t.live() != nil:
	case t.ringing() != nil:
		t.answer(t.toAnswer())
	case t.recalled() != nil:
		t.resume(t.recalled())
	case t.entry.on && t.entry.purpose == forCall && t.entry.digits != "":
		t.place(t.entry.digits)
	case t.entry.on && t.entry.purpose == forTransfer:
		t.restage()
	default:
		line := t.line
		t.openEntry(forCall)
		t.line = line
	}
}

// toAnswer is the ringing call that is shown, or the first.
func (t *turn) toAnswer() *call {
	if c := t.byFocus(); c != nil && c.ringing() {
		return c
	}
	return t.ringing()
}

// onHook gives the line back: the call that is heard ends, a held one stays.
// A person who has asked about a transfer and puts the handset back means it,
// if the configuration says so.
func (t *turn) onHook() {
	if first, second := t.consultation(); t.config.TransferOnHook && second != nil && second.live() {
		t.completeTransfer(first, second)
	}
	for range t.calls {
		if c := t.live(); c != nil {
			t.hangup(c)
		}
	}
	t.path = ""
	t.entry, t.ended = entry{}, ended{}
}

// handsfreeKey is the speaker or the headset key.
func (t *turn) handsfreeKey(out hal.Output) {
	switch {
	case t.path == "":
		t.headset = out == hal.Headset
		t.path = out
		t.openLine()
	case t.path != out:
		t.headset = out == hal.Headset
		t.path = out
	case t.hook == hal.OffHook:
		t.path = hal.Handset
	default:
		t.onHook()
	}
}

// plug is a headset that is plugged in or pulled out: who talks goes on by what is
// there. No line is opened by it and no call ends.
func (t *turn) plug(in bool) {
	t.headset = in
	switch {
	case in && (t.path == hal.Handset || t.path == hal.Speaker):
		t.path = hal.Headset
	case in || t.path != hal.Headset:
	case t.hook == hal.OffHook:
		t.path = hal.Handset
	default:
		t.path = hal.Speaker
	}
}
