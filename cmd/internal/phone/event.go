package phone

import (
	"slices"
	"strings"

	"offhook/ua"
)

const (
	maxCalls  = 8
	goneLimit = 64
)

func (t *turn) callChanged(u ua.Call) {
	if u.ID == 0 {
		return
	}
	c := t.byID(u.ID)
	if c == nil && u.State < ua.Terminated && !t.isGone(u.ID) {
		c = t.takeOver(u)
	}
	if c == nil && !u.Incoming && !t.isGone(u.ID) {
		c = t.adopt(u)
	}
	switch {
	case u.State >= ua.Terminated:
		t.terminated(c, u)
	case c != nil:
		t.update(c, u)
	case t.isGone(u.ID):
	case u.Incoming:
		t.incoming(u)
	default:
		t.do(Log{Warn: true, Text: "phone: an outgoing call that nobody dialled is ended"})
		t.do(Hangup{Call: u.ID})
	}
}

// adopt finds the dialled call that an event belongs to when the event came
// before Invited.
func (t *turn) adopt(u ua.Call) *call {
	c := t.find(func(c *call) bool { return c.ID == 0 && c.Account == u.Account })
	if c == nil {
		return nil
	}
	c.ID = u.ID
	if c.leaving && u.State < ua.Terminated {
		t.letGo(c)
	}
	return c
}

func (t *turn) update(c *call, u ua.Call) {
	incoming, was, wasTransferring, reason := c.Incoming, c.State, c.Transferring, c.Reason
	c.Call = u
	c.Incoming = incoming
	t.named(c)
	if was != ua.Confirmed && u.State == ua.Confirmed && !c.leaving {
		c.answering = false
		t.won(c)
		t.focus = c.serial
	}
	why, told := strings.CutPrefix(u.Reason, "transfer: ")
	if c.transfer != "" && !u.Transferring && (wasTransferring || told && u.Reason != reason) {
		t.transferFailed(c, why)
	}
}

func (t *turn) terminated(c *call, u ua.Call) {
	if c == nil {
		if u.Incoming && !t.isGone(u.ID) && u.Cause != ua.AnsweredOther { // came and went at once
			t.record(&call{Call: u})
		}
		t.forgetID(u.ID)
		return
	}
	u.Incoming = c.Incoming
	if u.Answered.IsZero() {
		u.Answered = c.Answered
	}
	if u.Started.IsZero() {
		u.Started = c.Started
	}
	if u.Remote == (ua.Party{}) {
		u.Remote = c.Remote
	}
	before := *c
	c.Call = u
	t.remove(c)
	if u.ID == 0 || t.find(func(c *call) bool { return c.Replaces == u.ID && !c.leaving }) == nil {
		t.farewell(before, u)
	}
}

// callLost ends a call of which the agent will tell no more.
func (t *turn) callLost(c *call, cause ua.Cause, why string) {
	u := c.Call
	u.State, u.Cause, u.Reason = ua.Terminated, cause, why
	t.terminated(c, u)
}

// remove takes a call out of the state and notes it in the history.
func (t *turn) remove(c *call) {
	t.record(c)
	t.forgetID(c.ID)
	serial := c.serial
	t.calls = slices.DeleteFunc(t.calls, func(c call) bool { return c.serial == serial })
}

func (t *turn) removeID(id ua.CallID) {
	if c := t.byID(id); c != nil {
		t.remove(c)
	}
}

// forgetID remembers that a call is over: a late event must not revive it.
func (t *turn) forgetID(id ua.CallID) {
	if id == 0 || t.isGone(id) {
		return
	}
	if len(t.gone) == goneLimit {
		t.gone = t.gone[1:]
	}
	t.gone = append(t.gone, id)
}

func (s *State) isGone(id ua.CallID) bool { return slices.Contains(s.gone, id) }

// incoming: a new call asks for a person.
func (t *turn) incoming(u ua.Call) {
	if t.diverted(u) {
		return
	}
	t.serial++
	c := call{Call: u, serial: t.serial}
	t.named(&c)
	inUse := t.inUse()
	t.calls = append(t.calls, c)
	t.wake()
	t.list = list{}
	if t.entry.on && t.path == "" && t.entry.purpose == forCall && t.entry.digits == "" {
		t.entry = entry{}
	}
	added := t.bySerial(c.serial)
	if !inUse && t.answersByItself(u) {
		t.answer(added)
		t.signal(Tone{Kind: ToneConfirm})
		return
	}
	t.do(Ringing{Call: u.ID})
	t.ringsFor(added)
	if t.ended.on { // nothing to hear any more
		t.ended = ended{}
		t.freeHandsfree() // let it ring aloud
	}
	// A ringing call comes to the front of everything but a call that the
	// person chose to look at and a first ringing one.
	if f := t.byFocus(); f == nil || !f.ringing() {
		t.focus = c.serial
	}
}

func (s *State) answersByItself(u ua.Call) bool {
	if s.entry.on {
		return false
	}
	switch s.config.AutoAnswer {
	case AutoAnswerAlways:
		return true
	case AutoAnswerAllowed:
		return u.AutoAnswer
	}
	return false
}

func (t *turn) registrationChanged(e ua.RegistrationChanged) {
	i := slices.IndexFunc(t.bindings, func(b binding) bool { return b.Account == e.Account })
	if i < 0 {
		t.bindings = append(t.bindings, binding{})
		i = len(t.bindings) - 1
	}
	good := t.bindings[i].good
	switch e.State {
	case ua.Registered:
		good = true
	case ua.Unregistered, ua.RegistrationFailed:
		good = false
	}
	t.bindings[i] = binding{RegistrationChanged: e, good: good}
}

func (t *turn) messageWaiting(e ua.MessageWaiting) {
	i := slices.IndexFunc(t.mailboxes, func(m ua.MessageWaiting) bool { return m.Account == e.Account })
	if i < 0 {
		t.mailboxes = append(t.mailboxes, e)
		return
	}
	t.mailboxes[i] = e
}

// farDigit shows what the far end presses: not at a door station, whose screen
// is on the side of those that the code keeps out.
func (t *turn) farDigit(in Digit) {
	c := t.byID(in.Call)
	if c == nil || c.leaving || t.config.DoorCode || symbolBit(in.Digit) == 0 {
		return
	}
	text := t.notice
	if prefix := t.texts().FarDigits + " "; len(text) < len(prefix) || text[:len(prefix)] != prefix || len(text) > len(prefix)+16 {
		text = prefix
	}
	t.remark(text + string(rune(in.Digit)))
}
