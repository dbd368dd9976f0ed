package phone

import "offhook/ua"

// takeOver gives a call that came in the place of another one what that one
// had: the far end transferred itself, or somebody to us, and nobody has to
// answer or to dial for that (RFC 5589). It returns nil when there is no such call.
func (t *turn) takeOver(u ua.Call) *call {
	old := t.byID(u.Replaces)
	if old == nil || old.leaving {
		return nil
	}
	t.serial++
	c := call{Call: u, serial: t.serial, number: u.Remote.User, answering: u.Incoming, held: old.held}
	if t.focus == old.serial {
		t.focus = c.serial
	}
	t.calls = append(t.calls, c)
	return t.bySerial(c.serial)
}

// backTo takes up the call again in whose place another was tried in vain.
func (t *turn) backTo(id ua.CallID) bool {
	old := t.byID(id)
	if old == nil || old.leaving || !old.held || t.path == "" {
		return false
	}
	t.resume(old)
	return true
}
