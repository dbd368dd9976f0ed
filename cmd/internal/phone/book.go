package phone

import (
	"strings"
	"unicode"
)

// search shows the contacts that keys spell or whose number has them, those whose
// name it is first.
func (t *turn) search(keys string) {
	var named, numbered []Contact
	for _, c := range t.contacts {
		switch {
		case keys == "" || spelt(c.Name, keys):
			named = append(named, c)
		case hasDigits(c, keys):
			numbered = append(numbered, c)
		}
	}
	t.list.find, t.list.found = keys, append(named, numbered...)
	t.list.at = max(0, min(t.list.at, len(t.list.found)-1))
}

func hasDigits(c Contact, keys string) bool {
	for _, n := range c.Numbers {
		if strings.Contains(n, keys) {
			return true
		}
	}
	return false
}

// listKey is a digit that a list wants for itself; the others begin a number.
func (t *turn) listKey(d byte) bool {
	switch {
	case t.list.on && t.list.kind == listContacts && d >= '0' && d <= '9':
		if len(t.list.find) < typingLimit {
			t.list.at = 0
			t.search(t.list.find + string(rune(d)))
		}
	case t.list.on && t.list.kind == listNaming && d >= '0' && d <= '9':
		t.list.name.press(d)
		t.start(timerTyping, typingTime)
	case t.list.on && t.list.kind == listNaming:
		t.list.name.settle()
		t.list.name.caps = d == '#' && !t.list.name.caps
	default:
		return false
	}
	return true
}

// unfind takes the last key of a search back, and leaves the list without one.
func (t *turn) unfind() {
	if t.list.find == "" {
		t.back()
		return
	}
	t.search(t.list.find[:len(t.list.find)-1])
}

// openNaming asks for the name of a number.
func (t *turn) openNaming(number, name string) {
	t.list = list{on: true, kind: listNaming, number: number, name: typing{text: name}, trail: t.list.trail}
}

func (t *turn) unname() {
	if t.list.name.text == "" {
		t.back()
		return
	}
	t.list.name.erase()
}

func (t *turn) saveName() {
	name := strings.TrimFunc(t.list.name.text, unicode.IsSpace)
	if name == "" {
		return
	}
	number := t.list.number
	t.list = list{}
	t.addContact(name, number)
}

// namingView is the screen on which a name is written.
func (s *State) namingView(v *View) {
	v.Title = s.texts().NameOf + " " + s.list.number
	v.Entry = s.list.name.text
	v.Text = []string{s.texts().NamingHelp}
}

// contact is the chosen one.
func (s *State) contact() (Contact, bool) {
	if s.list.kind != listContacts || s.list.at >= len(s.list.found) {
		return Contact{}, false
	}
	return s.list.found[s.list.at], true
}

// dialContact calls somebody, or asks at which of the numbers.
func (t *turn) dialContact() {
	c, ok := t.contact()
	switch {
	case ok && len(c.Numbers) > 1:
		t.enter(listNumbers)
		t.list.who = c
	case ok:
		t.list = list{}
		t.place(c.Numbers[0])
	}
}
