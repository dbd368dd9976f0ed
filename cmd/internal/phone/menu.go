package phone

import "strconv"

// choice is a line of a menu, and what it does.
type choice struct {
	Item
	do func(*turn)
}

// place is where a person was before a list was opened from another.
type place struct {
	kind listKind
	at   int
	find string
}

// trail is how a person came to a list.
type trail struct {
	places [4]place
	depth  int
}

// enter opens a list from the one that is open.
func (t *turn) enter(kind listKind) {
	next := list{on: true, kind: kind, trail: t.list.trail}
	if l := &t.list; l.on && next.trail.depth < len(next.trail.places) {
		next.trail.places[next.trail.depth] = place{l.kind, l.at, l.find}
		next.trail.depth++
	}
	t.showList(next)
}

// back leaves a list for the one before it.
func (t *turn) back() {
	trail := t.list.trail
	if trail.depth == 0 {
		t.list = list{}
		return
	}
	trail.depth--
	was := trail.places[trail.depth]
	t.showList(list{on: true, kind: was.kind, at: was.at, find: was.find, trail: trail})
}

func (t *turn) showList(l list) {
	t.list = l
	switch l.kind {
	case listMissed:
		t.markSeen(Missed, nil)
	case listContacts:
		t.search(l.find)
	}
}

// menu is the open list's lines, if it is a menu.
func (s *State) menu() []choice {
	switch s.list.kind {
	case listMenu:
		return s.mainMenu()
	case listCall:
		return s.callMenu()
	case listSettings:
		return s.settingsMenu()
	case listLanguages:
		return s.languageMenu()
	case listVolumes:
		return s.volumeMenu()
	case listRingTones:
		return s.ringToneMenu()
	case listLevels:
		return s.levelMenu()
	case listAbout:
		return s.aboutMenu()
	case listTests:
		return s.testMenu()
	case listReplies:
		return choices(s.texts().Replies[:], "", (*turn).reply)
	case listDeleteAll:
		x := s.texts()
		return []choice{{Item{Title: x.KeepThem}, (*turn).back}, {Item{Icon: IconBad, Title: x.DeleteThem}, (*turn).deleteAll}}
	}
	return nil
}

func (s *State) mainMenu() []choice {
	x := s.texts()
	if s.config.Street {
		return []choice{{Item{Icon: s.statusIcon(), Title: x.StatusTitle}, opens(listStatus)}, {Item{Title: x.AboutTitle, Detail: s.network.Address}, opens(listAbout)}}
	}
	return []choice{
		{Item{Icon: s.statusIcon(), Title: x.StatusTitle}, opens(listStatus)},
		{Item{Icon: IconPerson, Title: x.ContactsTitle, Detail: some(len(s.contacts))}, opens(listContacts)},
		{Item{Icon: IconIncoming, Title: x.AllCalls, Detail: ""}, opens(listCalls)},
		{Item{Icon: IconMissed, Title: x.MissedCalls, Detail: some(s.news(Missed))}, opens(listMissed)},
		{Item{Icon: IconOutgoing, Title: x.DialledCalls}, opens(listDialled)},
		{Item{Icon: IconMessage, Title: x.InboxTitle, Detail: some(s.news(Texted))}, opens(listInbox)},
		{Item{Title: x.DND[1], Detail: which(x.OnOff, s.dnd())}, func(t *turn) { t.setDND(!t.dnd()) }},
		{Item{Title: x.SettingsTitle, Detail: x.Name}, opens(listSettings)},
		{Item{Title: x.AboutTitle, Detail: s.network.Address}, opens(listAbout)},
		{Item{Title: x.TestsTitle}, opens(listTests)},
	}
}

// some is a number of things, where there are any.
func some(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// statusIcon sums up what the status list tells.
func (s *State) statusIcon() ItemIcon {
	for _, it := range s.statusItems() {
		if it.Icon == IconBad {
			return IconBad
		}
	}
	return IconGood
}

// callMenu is what can be done with a call of the history.
func (s *State) callMenu() []choice {
	x, number := s.texts(), s.list.number
	var out []choice
	if number != "" {
		out = append(out, choice{Item{Title: x.EditNumber, Detail: number}, (*turn).editNumber})
		if s.bookName(number) == "" {
			out = append(out, choice{Item{Icon: IconPerson, Title: x.SaveName}, func(t *turn) { t.openNaming(number, t.list.who.Name) }})
		}
	}
	return append(out, choice{Item{Title: x.DeleteAll}, func(t *turn) {
		trail := t.list.trail
		t.list = list{on: true, kind: listDeleteAll, trail: trail}
	}})
}

// openCallMenu opens it for the chosen call.
func (t *turn) openCallMenu() {
	e, ok := t.item()
	if !ok {
		return
	}
	t.enter(listCall)
	t.list.number, t.list.who.Name = e.Number, e.Name
}

// editNumber has a number changed before it is dialled.
func (t *turn) editNumber() {
	number := t.list.number
	t.openEntry(forCall)
	t.entry.digits = number[:min(len(number), entryLimit)]
}

// deleteAll empties the list of calls that it was asked from: what is shown there.
func (t *turn) deleteAll() {
	t.back()
	for range t.listEntries() {
		t.list.at = 0
		t.deleteItem()
	}
}

// choose does what the chosen line of a menu is for.
func (t *turn) choose() {
	if rows := t.menu(); t.list.at < len(rows) && rows[t.list.at].do != nil {
		rows[t.list.at].do(t)
	}
}

// menuView shows a menu.
func (s *State) menuView(v *View) {
	x := s.texts()
	switch s.list.kind {
	case listMenu:
		v.Title = x.MenuTitle
	case listSettings:
		v.Title = x.SettingsTitle
	case listLanguages:
		v.Title = x.LanguageTitle
	case listVolumes:
		v.Title = x.VolumesTitle
	case listRingTones:
		v.Title = x.RingToneTitle
	case listLevels:
		if v.Title = x.output(s.list.level); s.list.level == levelLight {
			v.Title = x.LightTitle
		}
	case listAbout:
		v.Title = x.AboutTitle
	case listTests:
		v.Title = x.TestsTitle
	case listReplies:
		v.Title = s.entryTitle(&s.reading)
	case listCall:
		v.Title = s.list.who.Name
		if v.Title == "" {
			v.Title = s.list.number
		}
	case listDeleteAll:
		v.Title = x.ReallyDeleteAll
	}
	for _, c := range s.menu() {
		v.List.Items = append(v.List.Items, c.Item)
	}
	v.List.Selected = max(0, min(s.list.at, len(v.List.Items)-1))
}

// contactsView shows the phone book, or one contact's numbers.
func (s *State) contactsView(v *View) {
	v.Title, v.List.Empty = s.texts().ContactsTitle, s.texts().NoContacts
	v.Entry = s.list.find
	for _, c := range s.list.found {
		detail := c.Numbers[0]
		if n := len(c.Numbers); n > 1 {
			detail += " +" + strconv.Itoa(n-1)
		}
		v.List.Items = append(v.List.Items, Item{Icon: IconPerson, Title: c.Name, Detail: detail})
	}
	v.List.Selected = s.list.at
}
