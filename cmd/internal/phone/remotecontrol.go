package phone

import "offhook/ua"

// remoteControl does what the account's server asks in the owner's name: a ringing
// call is answered, a held one taken up again, the one that is heard held. It was
// allowed by the account, so it is not asked about here; answering sounds a tone,
// because the microphone opens.
func (t *turn) remoteControl(e ua.RemoteControl) {
	c := t.byID(e.Call)
	switch {
	case c == nil || c.leaving:
	case e.Hold && c.talking():
		t.parkLive()
		t.focus = c.serial
	case e.Hold:
	case c.ringing():
		t.answer(c)
		t.signal(Tone{Kind: ToneConfirm})
	case c.held:
		t.resume(c)
	}
}
