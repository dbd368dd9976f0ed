package phone

import (
	"errors"

	"offhook/ua"
)

const busyHere = 486

// park makes room for another call: a talk is held, and a call that nobody
// has answered yet cannot be, so it ends.
func (t *turn) park(c *call) {
	if c.State == ua.Confirmed {
		t.hold(c, true)
		return
	}
	t.hangup(c)
}

// parkLive parks every call that is heard: in a conference there are two.
func (t *turn) parkLive() {
	for range t.calls {
		c := t.live()
		if c == nil {
			return
		}
		t.park(c)
	}
}

func (t *turn) hold(c *call, on bool) {
	c.held = on
	t.do(Hold{Call: c.ID, On: on})
}

// resume brings a held call back, in place of the one that is heard.
func (t *turn) resume(c *call) {
	c.transfer = ""
	if second := t.secondOf(c); second != nil {
		second.joining = false
	}
	t.parkLive()
	t.entry, t.ended, t.list = entry{}, ended{}, list{}
	t.takePath()
	c.recall = false
	t.hold(c, false)
	t.focus = c.serial
	for _, other := range t.conference() {
		if c.joined && other.held {
			t.hold(other, false)
		}
	}
}

func (t *turn) answer(c *call) {
	t.parkLive()
	t.entry, t.ended, t.list = entry{}, ended{}, list{}
	t.takePath()
	c.answering = true
	t.focus = c.serial
	t.do(Answer{Call: c.ID})
}

func (t *turn) reject(c *call) { t.rejectWith(c, busyHere) }

func (t *turn) rejectWith(c *call, code int) {
	c.leaving = true
	t.do(Reject{Call: c.ID, Code: code})
}

// hangup ends a call. One that has no ID yet ends as soon as it gets one.
func (t *turn) hangup(c *call) {
	switch {
	case c.leaving:
	case c.ringing():
		t.reject(c)
	default:
		c.leaving = true
		t.letGo(c)
	}
}

// letGo ends a call that is leaving, once it has an ID.
func (t *turn) letGo(c *call) {
	if c.ID != 0 {
		t.do(Hangup{Call: c.ID, Elsewhere: c.lost})
	}
}

// invited gives a call its ID.
func (t *turn) invited(in Invited) {
	c := t.byRef(in.Ref)
	if c == nil || c.ID != 0 || in.Call == 0 {
		return // the call's own events were faster
	}
	if other := t.byID(in.Call); other != nil { // they came to the wrong one of two
		c.Call, other.Call = other.Call, c.Call
		return
	}
	if t.isGone(in.Call) {
		t.remove(c)
		return
	}
	c.ID = in.Call
	if c.leaving {
		t.letGo(c)
	}
}

const maxTries = 20

func (t *turn) commandFailed(in CommandFailed) {
	if errors.Is(in.Err, ua.ErrBusy) && (t.tries < maxTries || ends(in.Effect)) {
		if len(t.again) == 0 {
			t.tries = min(t.tries+1, maxTries)
			t.start(timerRetry, retryTime)
		}
		t.again = append(t.again, in.Effect)
		return
	}
	why := "unknown error"
	if in.Err != nil {
		why = in.Err.Error()
	}
	noCall := errors.Is(in.Err, ua.ErrNoCall) || errors.Is(in.Err, ua.ErrClosed)
	switch e := in.Effect.(type) {
	case Invite:
		if c := t.byRef(e.Ref); c != nil && c.ID == 0 {
			t.callLost(c, ua.CauseSetupFail, why)
		}
	case Answer:
		if c := t.byID(e.Call); c != nil && c.answering && c.State != ua.Confirmed {
			if noCall {
				t.callLost(c, ua.CauseError, why)
				return
			}
			c.answering = false
			t.complain(t.texts().AnswerFailed + ": " + why)
		}
	case Hangup:
		t.removeID(e.Call)
	case Reject:
		t.removeID(e.Call)
	case Redirect: // wherever it was to go: the caller is not left hanging
		if c := t.byID(e.Call); c != nil && !noCall {
			t.rejectWith(c, busyHere)
			return
		}
		t.removeID(e.Call)
	case Hold:
		if c := t.byID(e.Call); c != nil && noCall {
			t.callLost(c, ua.CauseError, why)
			return
		}
		if c := t.byID(e.Call); c != nil {
			c.joined = false
		}
		t.remark(t.texts().HoldFailed + ": " + why)
	case Transfer:
		if c := t.byID(e.Call); c != nil {
			t.transferFailed(c, why)
		}
	case TransferTo:
		if c := t.byID(e.Call); c != nil {
			t.transferFailed(c, why)
		}
	case SendMessage:
		t.notDelivered(why)
	default:
		t.do(Log{Warn: true, Text: "phone: a command failed: " + why})
	}
}

// ends tells the commands that are never given up: a call that the phone forgot
// and the agent did not would go on, and nobody could end it.
func ends(e Effect) bool {
	switch e.(type) {
	case Hangup, Reject, Redirect:
		return true
	}
	return false
}

// tryAgain repeats the commands that are still wanted.
func (t *turn) tryAgain() {
	again := t.again
	t.again = nil
	for _, e := range again {
		if t.wanted(e) {
			t.do(e)
		}
	}
}

func (t *turn) wanted(e Effect) bool {
	switch e := e.(type) {
	case Invite:
		c := t.byRef(e.Ref)
		if c != nil && c.leaving && c.ID == 0 { // never sent: nothing to end
			t.remove(c)
			return false
		}
		return c != nil && c.ID == 0
	case Answer:
		c := t.byID(e.Call)
		return c != nil && c.answering && !c.leaving
	case Hangup:
		return t.byID(e.Call) != nil
	case Reject:
		return t.byID(e.Call) != nil
	case Redirect:
		return t.byID(e.Call) != nil
	case Hold:
		c := t.byID(e.Call)
		return c != nil && !c.leaving && c.held == e.On
	case Transfer:
		c := t.byID(e.Call)
		return c != nil && c.transfer == string(e.Target)
	case TransferTo:
		c := t.byID(e.Call)
		return c != nil && c.transfer != ""
	case Ringing:
		c := t.byID(e.Call)
		return c != nil && c.ringing()
	case SendDigit:
		return t.byID(e.Call) != nil
	case SendMessage:
		return true
	}
	return false
}
