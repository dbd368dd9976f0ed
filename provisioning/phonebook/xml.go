package phonebook

import (
	"strings"

	"offhook/provisioning/dialect/markup"
)

// What the makers call a name and a number, in elements and in attributes, in
// lower case and without marks between the words.
var (
	nameKeys   = keys("name", "displayname", "fullname")
	firstKeys  = keys("firstname", "fn", "givenname")
	lastKeys   = keys("lastname", "ln", "familyname")
	numberKeys = keys("telephone", "number", "phonenumber", "ct", "officenumber", "mobilenumber", "othernumber", "homenumber",
		"phone", "phone1", "phone2", "phone3", "mobile", "office", "other", "home", "extension")
)

func keys(names ...string) map[string]bool {
	all := map[string]bool{}
	for _, n := range names {
		all[n] = true
	}
	return all
}

func parseXML(text string) ([]Entry, error) {
	root, _, err := markup.Parse(text)
	if err != nil {
		return nil, err
	}
	var b book
	b.walk(root)
	if len(b.entries) == 0 && !isBook(root) {
		return nil, errUnknown
	}
	return b.entries, nil
}

// isBook knows an empty book by the name of its root.
func isBook(root *markup.Element) bool {
	for _, c := range root.Children {
		name := strings.ToLower(c.Name)
		for _, part := range []string{"directory", "phonebook", "addressbook", "contact", "tbook"} {
			if strings.Contains(name, part) {
				return true
			}
		}
	}
	return false
}

// walk takes every element for somebody that has a name and a number.
func (b *book) walk(e *markup.Element) {
	var p person
	for _, a := range e.Attributes {
		p.take(a.Name, a.Value)
	}
	for _, c := range e.Children {
		p.take(c.Name, c.Text)
		if numberKeys[key(c.Name)] { // Grandstream: <Phone><phonenumber>
			for _, inner := range c.Children {
				p.takeNumber(inner.Name, inner.Text)
			}
		}
	}
	if name := p.fullName(); name != "" && len(p.numbers) > 0 {
		b.add(name, p.numbers)
		return
	}
	for _, c := range e.Children {
		b.walk(c)
	}
}

// person is what an element says of somebody.
type person struct {
	name, first, last string
	numbers           []string
}

func (p *person) take(name, text string) {
	switch k := key(name); {
	case nameKeys[k]:
		p.name = text
	case firstKeys[k]:
		p.first = text
	case lastKeys[k]:
		p.last = text
	default:
		p.takeNumber(name, text)
	}
}

func (p *person) takeNumber(name, text string) {
	if numberKeys[key(name)] && strings.TrimSpace(text) != "" {
		p.numbers = append(p.numbers, text)
	}
}

func (p *person) fullName() string {
	if strings.TrimSpace(p.name) != "" {
		return p.name
	}
	return strings.TrimSpace(p.first + " " + p.last)
}

// key is a maker's word without case and marks: Phone_1, phone-1.
func key(name string) string {
	return strings.ToLower(strings.NewReplacer("_", "", "-", "", ".", "").Replace(name))
}
