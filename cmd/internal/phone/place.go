package phone

import (
	"slices"
	"strings"

	"offhook/ua"
)

// place calls a number by the account that is due.
func (t *turn) place(text string) {
	number := cleanNumber(text)
	if number == "" {
		return
	}
	t.stop(timerInterDigit)
	if t.entry.on && t.entry.purpose == forTransfer {
		if !t.isEmergency(number) {
			t.consult(number)
			return
		}
	}
	if t.entry.on && t.entry.purpose == forDeflect && !t.isEmergency(number) {
		t.deflect(number)
		return
	}
	t.takePath()
	number, withheld := t.withheld(number)
	t.placeCall(call{number: number, emergency: t.isEmergency(number), anonymous: withheld, intercom: t.intercom})
}

// placeCall sends a call out by the account that is due; c tells whom and why.
func (t *turn) placeCall(c call) {
	t.takePath()
	account, why := t.accountFor(c.emergency)
	if why != "" {
		t.entry, t.list = entry{}, list{}
		t.parkLive()
		t.showEnd(ended{failed: true, title: t.texts().NotSent, text: why, party: Party{Number: c.number}, tone: ToneCongestion})
		return
	}
	if t.open() >= maxCalls && !c.emergency {
		t.complain(t.texts().TooMany)
		return
	}
	t.parkLive()
	t.entry, t.ended, t.list = entry{}, ended{}, list{}
	t.invite(c, account)
}

// withheld takes the prefix off by which a person withholds our number.
func (s *State) withheld(number string) (string, bool) {
	rest, ok := strings.CutPrefix(number, s.config.Withhold)
	if !ok || s.config.Withhold == "" || rest == "" {
		return number, false
	}
	return rest, true
}

// invite sends a call out; c tells whom and why.
func (t *turn) invite(c call, account ua.AccountID) {
	t.serial++
	c.serial = t.serial
	c.Call = ua.Call{Account: account, State: ua.Trying, Remote: c.caller, Started: t.now}
	if c.caller == (ua.Party{}) {
		c.Remote = ua.Party{User: c.number, DisplayName: t.nameOf(c.number)}
	}
	t.calls = append(t.calls, c)
	t.focus = c.serial
	if c.emergency {
		t.helpSought = t.now
	}
	t.do(Invite{Ref: uint64(c.serial), Account: account, Target: ua.Target(c.number), Anonymous: c.anonymous, Emergency: c.emergency,
		Intercom: c.intercom && !c.emergency, Pickup: c.pickup})
}

// nameOf finds a number's name in the phone book, or in the history.
func (s *State) nameOf(number string) string {
	if number == "" {
		return ""
	}
	if name := s.bookName(number); name != "" {
		return name
	}
	for i := range s.history {
		if e := &s.history[i]; e.Number == number && e.Name != "" {
			return e.Name
		}
	}
	return ""
}

// accountFor chooses the account of the next call: the chosen line, else the
// first that is ready. An emergency call takes any, one that is ready before
// the chosen line. why tells a person what is wrong if there is none.
func (s *State) accountFor(emergency bool) (id ua.AccountID, why string) {
	if len(s.config.Accounts) == 0 {
		return "", s.texts().NoAccount
	}
	chosen := s.account(s.line)
	if chosen != nil {
		why = s.whyNot(chosen)
		if why == "" {
			return chosen.ID, ""
		}
		if !emergency {
			return "", why
		}
	}
	for i := range s.config.Accounts {
		if a := &s.config.Accounts[i]; s.whyNot(a) == "" {
			return a.ID, ""
		}
	}
	first := &s.config.Accounts[0]
	switch {
	case emergency && chosen != nil:
		return chosen.ID, ""
	case emergency:
		return first.ID, ""
	}
	return "", s.whyNot(first)
}

func (s *State) account(id ua.AccountID) *Account {
	for i := range s.config.Accounts {
		if s.config.Accounts[i].ID == id {
			return &s.config.Accounts[i]
		}
	}
	return nil
}

// whyNot tells why an account cannot call, "" if it can.
func (s *State) whyNot(a *Account) string {
	if !a.Register {
		return ""
	}
	x := s.texts()
	for _, b := range s.bindings {
		if b.Account != a.ID || b.good {
			continue
		}
		switch {
		case b.Cause != "":
			return x.NotRegistered + ": " + b.Cause
		case b.State == ua.Registering:
			return x.StillRegistering
		}
	}
	for _, b := range s.bindings {
		if b.Account == a.ID && b.good {
			return ""
		}
	}
	if !s.network.Up && s.network.Cause != "" {
		return x.NetworkDown + ": " + s.network.Cause
	}
	return x.NotRegistered
}

// emergencyAgain tries a failed emergency call on the next account: one that
// is ready first, then any.
func (t *turn) emergencyAgain(before call, u ua.Call) bool {
	if !worthAnotherAccount(u) {
		return false
	}
	tried := append(slices.Clone(before.tried), before.Account)
	var next *Account
	for i := range t.config.Accounts {
		a := &t.config.Accounts[i]
		if slices.Contains(tried, a.ID) {
			continue
		}
		if next == nil || (t.whyNot(next) != "" && t.whyNot(a) == "") {
			next = a
		}
	}
	if next == nil || t.path == "" {
		return false
	}
	t.invite(call{number: before.number, emergency: true, tried: tried}, next.ID)
	return true
}

// worthAnotherAccount: not if the called party itself has refused.
func worthAnotherAccount(u ua.Call) bool {
	return !slices.Contains([]int{busyHere, 487, 600, 603}, u.Status)
}
