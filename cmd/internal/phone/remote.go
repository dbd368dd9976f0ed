package phone

import "offhook/ua"

// remote carries out what a person asks for from elsewhere.
func (t *turn) remote(in Input) {
	switch in := in.(type) {
	case RemoteDial:
		t.remoteDial(in)
	case RemoteAnswer:
		if c := t.remoteCall(in.Call, t.toAnswer()); c != nil && c.ringing() {
			t.answer(c)
		}
	case RemoteReject:
		if c := t.remoteCall(in.Call, t.toAnswer()); c != nil && c.ringing() {
			t.reject(c)
		}
	case RemoteHangup:
		t.remoteHangup(in.Call)
	case RemoteHold:
		c := t.remoteCall(in.Call, t.byFocus())
		switch {
		case c == nil || c.leaving || c.held == in.On:
		case in.On && c.talking():
			t.hold(c, true)
		case !in.On:
			t.resume(c)
		}
	case RemoteTransfer:
		number := cleanNumber(in.Number)
		if c := t.remoteCall(in.Call, t.byFocus()); c != nil && number != "" && c.transfer == "" && (c.talking() || c.held && !c.leaving) {
			t.entry = entry{}
			t.transferCall(c, number)
		}
	case RemoteDND:
		t.setDND(in.On)
	case RemoteForward:
		t.setForward(cleanNumber(in.Number))
	case RemoteDigits:
		t.remoteDigits(in.Digits)
	case RemoteRecord:
		t.setRecording(in.On)
	case RemoteConference:
		if in.On {
			t.join()
		} else {
			t.split()
		}
	}
}

func (t *turn) remoteCall(id ua.CallID, usual *call) *call {
	if id == 0 {
		return usual
	}
	return t.byID(id)
}

// Refusal tells why the phone would not call now, "" if it would.
func (s State) Refusal(in RemoteDial) string {
	number := cleanNumber(in.Number)
	if number == "" {
		return "this is no number"
	}
	if s.account(in.Account) != nil {
		s.line = in.Account
	}
	emergency := s.isEmergency(number)
	if _, why := s.accountFor(emergency); why != "" {
		return why
	}
	if s.open() >= maxCalls && !emergency {
		return s.texts().TooMany
	}
	return ""
}

func (t *turn) remoteDial(in RemoteDial) {
	t.wake()
	t.entry = entry{}
	if t.account(in.Account) != nil {
		t.line = in.Account
	}
	t.intercom = in.Intercom
	t.place(in.Number)
}

func (t *turn) remoteHangup(id ua.CallID) {
	for i := range t.calls {
		if c := &t.calls[i]; id == 0 || c.ID == id {
			t.hangup(c)
		}
	}
	if id == 0 {
		t.entry, t.ended = entry{}, ended{}
	}
	t.freeHandsfree()
}

func (t *turn) remoteDigits(digits string) {
	c := t.live()
	if c == nil || !c.talking() {
		return
	}
	for i := range len(digits) {
		if d := digits[i]; d != '+' && symbolBit(d) != 0 {
			t.do(SendDigit{Call: c.ID, Digit: d})
		}
	}
}
