package phone

import (
	"slices"

	"offhook/ua"
)

type listKind uint8

const (
	listCalls listKind = iota
	listMissed
	listStatus // accounts, network and watched telephones, to be read
)

// list is a list on the screen.
type list struct {
	on   bool
	kind listKind
	at   int
}

func (l *list) move(by, length int) {
	if length == 0 {
		return
	}
	l.at = (l.at + by + length) % length
}

// openList shows a list, unless there is a call or a number to look at.
func (t *turn) openList(kind listKind) {
	if t.live() != nil || t.ringing() != nil || (t.entry.on && t.path == "") {
		return
	}
	t.list = list{on: true, kind: kind}
	if kind == listMissed {
		t.markSeen()
	}
}

func (t *turn) toggleList(kind listKind) {
	if t.list.on && t.list.kind == kind {
		t.list = list{}
		return
	}
	t.openList(kind)
}

// listEntries are the history's entries that the list shows.
func (s *State) listEntries() []Entry {
	switch s.list.kind {
	case listMissed:
		return slices.DeleteFunc(slices.Clone(s.history), func(e Entry) bool { return e.Kind != Missed })
	case listCalls:
		return s.history
	}
	return nil
}

func (s *State) listLength() int {
	if s.list.kind == listStatus {
		return len(s.statusItems())
	}
	return len(s.listEntries())
}

func (s *State) item() (Entry, bool) {
	entries := s.listEntries()
	if !s.list.on || s.list.at >= len(entries) {
		return Entry{}, false
	}
	return entries[s.list.at], true
}

// dialItem calls the chosen entry back, by the account that it came by.
func (t *turn) dialItem() {
	e, ok := t.item()
	if !ok || e.Number == "" {
		return
	}
	t.list, t.entry = list{}, entry{}
	if a := t.account(e.Account); a != nil && t.whyNot(a) == "" {
		t.line = e.Account
	}
	t.place(e.Number)
}

func (t *turn) deleteItem() {
	e, ok := t.item()
	if !ok {
		return
	}
	if i := slices.Index(t.history, e); i >= 0 {
		t.history = slices.Delete(t.history, i, i+1)
		t.saveHistory()
	}
	t.list.at = max(0, min(t.list.at, len(t.listEntries())-1))
}

func (t *turn) saveHistory() { t.do(History{Entries: slices.Clone(t.history)}) }

func (t *turn) markSeen() {
	if t.missed() == 0 {
		return
	}
	for i := range t.history {
		t.history[i].New = false
	}
	t.saveHistory()
}

func (s *State) missed() int {
	n := 0
	for _, e := range s.history {
		if e.New {
			n++
		}
	}
	return n
}

// restore puts the entries of before a restart behind those since.
func (t *turn) restore(entries []Entry) {
	t.history = append(t.history, entries...)
	t.history = t.history[:min(len(t.history), historyLimit)]
}

// record notes a call that is over.
func (t *turn) record(c *call) {
	if c.aside || c.lost { // the one that was answered, or shown, is told of
		return
	}
	e := Entry{Kind: Received, Account: c.Account, Name: c.party().Name, Number: c.party().Number, Time: c.Started}
	if e.Time.IsZero() {
		e.Time = t.now
	}
	if !c.Answered.IsZero() && t.now.After(c.Answered) {
		e.Length = t.now.Sub(c.Answered)
	}
	switch {
	case c.caller != (ua.Party{}): // theirs, whoever was called
	case !c.Incoming:
		e.Kind = Dialled
		if c.number != "" {
			e.Number = c.number
		}
	case c.unheard:
		e.Kind, e.New = Missed, true
	case !c.answering && !c.leaving && c.Answered.IsZero() && c.Cause != ua.AnsweredOther:
		e.Kind, e.New = Missed, true
	}
	if e.Number == "" && e.Name == "" || c.caller != (ua.Party{}) && c.Answered.IsZero() {
		return
	}
	t.history = slices.Insert(t.history, 0, e)
	t.history = t.history[:min(len(t.history), historyLimit)]
	t.saveHistory()
}

func (s *State) lastDialled() string {
	for _, e := range s.history {
		if e.Kind == Dialled && e.Number != "" {
			return e.Number
		}
	}
	return ""
}
