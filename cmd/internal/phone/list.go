package phone

import (
	"slices"

	"offhook/hal"
	"offhook/ua"
)

type listKind uint8

const (
	listCalls listKind = iota
	listMissed
	listDialled
	listStatus   // accounts, network and watched telephones, to be read
	listContacts // the phone book
	listNumbers  // of one contact
	listNaming   // no list: a name is written
	listMenu     // what there is
	listCall     // what can be done with a call of the history
	listDeleteAll
	listSettings
	listLanguages
	listVolumes
	listRingTones
	listLevels
	listAbout
	listTests
	listKeys // no list: keys are tested
	listInbox
	listReplies
	listMessage // no list: one in full
	listQR      // no list: a code to scan
	listDetail  // no list: a line in full
)

// list is a list on the screen.
type list struct {
	on   bool
	kind listKind
	at   int
	trail

	find   string    // keys that were pressed to find somebody
	found  []Contact // what they found; never changed
	who    Contact   // whose numbers these are
	number string    // that gets a name
	name   typing
	level  hal.Output // that is set
	lit    bool       // lamps are tested
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
	if t.config.Street && kind != listMenu && kind != listQR { // the menu has the rest that may be seen there
		return
	}
	t.showList(list{on: true, kind: kind})
}

func (t *turn) toggleList(kind listKind) {
	if t.list.on && (t.list.kind == kind || t.list.depth > 0) {
		t.list = list{}
		return
	}
	t.openList(kind)
}

// listEntries are the history's entries that the list shows.
func (s *State) listEntries() (out []Entry) {
	for i := range s.history {
		if e := &s.history[i]; s.lists(e, out) {
			out = append(out, *e)
		}
	}
	return out
}

// lists reports whether the list shows an entry below those before it: of dialled
// numbers each once, the last one first.
func (s *State) lists(e *Entry, before []Entry) bool {
	switch s.list.kind {
	case listCalls:
		return e.Kind != Texted
	case listMissed:
		return e.Kind == Missed
	case listInbox:
		return e.Kind == Texted
	case listDialled:
		for i := range before {
			if before[i].Number == e.Number {
				return false
			}
		}
		return e.Kind == Dialled && e.Number != ""
	}
	return false
}

func (s *State) listLength() int {
	switch s.list.kind {
	case listStatus:
		return len(s.statusItems())
	case listContacts:
		return len(s.list.found)
	case listNumbers:
		return len(s.list.who.Numbers)
	case listNaming, listKeys, listQR, listDetail:
		return 0
	case listMessage:
		_, times := s.scrolled()
		return times
	case listCalls, listMissed, listDialled, listInbox:
		return len(s.listEntries())
	}
	return len(s.menu())
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
	if t.list.kind == listMessage {
		t.list = list{}
		t.place(t.reading.Number)
		return
	}
	if t.list.kind == listNumbers {
		number := t.list.who.Numbers[min(t.list.at, len(t.list.who.Numbers)-1)]
		t.list = list{}
		t.place(number)
		return
	}
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
	if c, ok := t.contact(); ok && c.Own {
		t.deleteContact(c)
		return
	}
	e, ok := t.item()
	if !ok {
		return
	}
	left := 0
	for i := range t.history {
		o := &t.history[i]
		if !o.same(&e) && (t.list.kind != listDialled || o.Kind != Dialled || o.Number != e.Number) { // of a dialled number all go
			t.history[left] = *o
			left++
		}
	}
	t.history = t.history[:left]
	t.saveHistory()
	t.list.at = max(0, min(t.list.at, len(t.listEntries())-1))
}

func (t *turn) saveHistory() { t.do(History{Entries: slices.Clone(t.history)}) }

// markSeen has one entry of a kind be new no more, or all of them.
func (t *turn) markSeen(kind EntryKind, one *Entry) {
	if t.news(kind) == 0 {
		return
	}
	for i := range t.history {
		if e := &t.history[i]; e.Kind == kind && (one == nil || e.same(one)) {
			e.New = false
		}
	}
	t.saveHistory()
}

// news counts what nobody has looked at.
func (s *State) news(kind EntryKind) (n int) {
	for i := range s.history {
		if e := &s.history[i]; e.New && e.Kind == kind {
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
	t.named(c)
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
	t.note(e)
}

func (s *State) lastDialled() string {
	for i := range s.history {
		if e := &s.history[i]; e.Kind == Dialled && e.Number != "" {
			return e.Number
		}
	}
	return ""
}
