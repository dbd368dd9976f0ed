package phone

import (
	"slices"
	"sort"
	"strings"
	"unicode"
)

// Contact is somebody with a name.
type Contact struct {
	Name    string   `json:"name"`
	Numbers []string `json:"numbers"` // the usual one first
	Own     bool     `json:"-"`       // made on this phone; the others are the organisation's
}

// Contacts tells of the phone book's contacts: those that were made here as they
// were kept, or the organisation's, in place of those before. Nobody changes the
// slices any more.
type Contacts struct {
	Own bool
	All []Contact
}

// KeepContacts replaces the contacts to be kept over a restart.
type KeepContacts struct{ All []Contact }

func (Contacts) input()      {}
func (KeepContacts) effect() {}

const (
	ownContacts = 200  // that can be made here
	allContacts = 2000 // that are taken from elsewhere
)

// contactsTold takes contacts; a name without a number is nobody's.
func (t *turn) contactsTold(in Contacts) {
	most := allContacts
	if in.Own {
		most = ownContacts
	}
	all := slices.DeleteFunc(slices.Clone(t.contacts), func(c Contact) bool { return c.Own == in.Own })
	for _, c := range in.All[:min(len(in.All), most)] {
		c.Own, c.Name = in.Own, strings.Join(strings.Fields(c.Name), " ")
		if c.Name != "" && len(c.Numbers) > 0 {
			all = append(all, c)
		}
	}
	t.setContacts(all)
}

// setContacts sorts them as a person looks for them.
func (t *turn) setContacts(all []Contact) {
	sort.SliceStable(all, func(i, j int) bool { // no generic one: that is code for this type alone
		a, b := sortName(all[i].Name), sortName(all[j].Name)
		return a < b || a == b && all[i].Name < all[j].Name
	})
	t.contacts = all
	if t.list.on && t.list.kind == listContacts {
		t.search(t.list.find)
	}
}

// sortName is a name without what does not count in its place: Öztürk is at O.
func sortName(name string) string {
	return strings.Map(func(r rune) rune { return plainLetter(unicode.ToLower(r)) }, name)
}

// keepOwn has the contacts that were made here kept.
func (t *turn) keepOwn() {
	t.do(KeepContacts{slices.DeleteFunc(slices.Clone(t.contacts), func(c Contact) bool { return !c.Own })})
}

// addContact makes a contact; one of the same name gets another number.
func (t *turn) addContact(name, number string) {
	all := slices.Clone(t.contacts)
	i := slices.IndexFunc(all, func(c Contact) bool { return c.Own && strings.EqualFold(c.Name, name) })
	switch {
	case i >= 0 && slices.Contains(all[i].Numbers, number):
	case i >= 0:
		all[i].Numbers = append(slices.Clone(all[i].Numbers), number)
	case t.owned() >= ownContacts:
		t.complain(t.texts().BookFull)
		return
	default:
		all = append(all, Contact{Name: name, Numbers: []string{number}, Own: true})
	}
	t.setContacts(all)
	t.keepOwn()
	t.remark(t.texts().Saved + ": " + name)
}

func (s *State) owned() int {
	n := 0
	for _, c := range s.contacts {
		if c.Own {
			n++
		}
	}
	return n
}

// deleteContact takes away one that was made here.
func (t *turn) deleteContact(gone Contact) {
	all := slices.Clone(t.contacts)
	t.setContacts(slices.DeleteFunc(all, func(c Contact) bool { return c.Own && c.Name == gone.Name }))
	t.keepOwn()
}

// bookName is whom the phone book has at a number; one made here goes before the
// organisation's.
func (s *State) bookName(number string) string {
	name := ""
	for _, c := range s.contacts {
		if (name == "" || c.Own) && slices.ContainsFunc(c.Numbers, func(n string) bool { return sameNumber(n, number) }) {
			if name = c.Name; c.Own {
				break
			}
		}
	}
	return name
}

// sameDigits is how many digits two ways to write a number have in common at
// least: with a country's code, with an area's, or without.
const sameDigits = 7

// sameNumber: +44 20 7946 0018 and 02079460018 are.
func sameNumber(a, b string) bool {
	if a = cleanNumber(a); a == b && a != "" {
		return true
	}
	a, b = strings.TrimLeft(a, "+0"), strings.TrimLeft(cleanNumber(b), "+0")
	if len(a) > len(b) {
		a, b = b, a
	}
	return len(a) >= sameDigits && strings.Trim(b, "0123456789") == "" && strings.HasSuffix(b, a)
}

// named gives a call the name that the phone book has.
func (s *State) named(c *call) {
	if name := s.bookName(c.party().Number); name != "" {
		c.Remote.DisplayName = name
	}
}
