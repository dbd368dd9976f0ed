package phone

import "offhook/ua"

// waiting reports whether an account's mailbox has messages.
func (s *State) waiting(id ua.AccountID) bool {
	for _, m := range s.mailboxes {
		if m.Account == id && m.Waiting {
			return true
		}
	}
	return false
}

// messages counts the new messages of all mailboxes; -1 when there are some
// but not told how many.
func (s *State) messages() int {
	sum, untold := 0, false
	for _, m := range s.mailboxes {
		if m.Waiting && m.New <= 0 {
			untold = true
		}
		if m.Waiting {
			sum += max(m.New, 0)
		}
	}
	if sum == 0 && untold {
		return -1
	}
	return sum
}

// voicemail is the account whose mailbox to call: one with messages first.
func (s *State) voicemail() *Account {
	var out *Account
	for i := range s.config.Accounts {
		a := &s.config.Accounts[i]
		if a.Voicemail == "" {
			continue
		}
		if out == nil || (s.waiting(a.ID) && !s.waiting(out.ID)) {
			out = a
		}
	}
	return out
}

func (t *turn) callVoicemail() {
	a := t.voicemail()
	switch {
	case t.entry.on && t.entry.purpose == forTransfer:
	case a == nil:
		t.complain(t.texts().NoVoicemail)
	default:
		t.entry = entry{}
		t.line = a.ID
		t.place(a.Voicemail)
	}
}
