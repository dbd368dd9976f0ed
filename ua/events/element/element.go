package element

import (
	"errors"
	"strings"
)

// Bounds of what Parse takes.
const (
	MaxOctets   = 1 << 16
	maxElements = 4096
	maxDepth    = 16
)

// Errors of Parse.
var (
	ErrSyntax = errors.New("element: not well-formed XML")
	ErrLarge  = errors.New("element: XML that is too large or too deep")
)

// Element is an element; names are without their prefix.
type Element struct {
	Name     string
	Attrs    []Attr
	Text     string // character data of the element itself, trimmed
	Children []Element
}

// Attr is an attribute.
type Attr struct{ Name, Value string }

// Attr returns the value of an attribute, "" when it is not there.
func (e *Element) Attr(name string) string {
	for _, a := range e.Attrs {
		if a.Name == name {
			return a.Value
		}
	}
	return ""
}

// Child returns the first child of that name, or one that is empty.
func (e *Element) Child(name string) *Element {
	for i := range e.Children {
		if e.Children[i].Name == name {
			return &e.Children[i]
		}
	}
	return &Element{}
}

// Parse reads a document and returns its root.
func Parse(body []byte) (Element, error) {
	if len(body) > MaxOctets {
		return Element{}, ErrLarge
	}
	s := scanner{rest: strings.TrimPrefix(string(body), "\ufeff")}
	if err := s.misc(); err != nil {
		return Element{}, err
	}
	root, err := s.element(0)
	if err != nil {
		return Element{}, err
	}
	if err := s.misc(); err != nil {
		return Element{}, err
	}
	if s.rest != "" {
		return Element{}, ErrSyntax
	}
	return root, nil
}

// Escape writes text so that it may stand in an attribute or between tags.
// Characters that XML cannot have are left out.
func Escape(text string) string {
	clean := strings.Map(func(r rune) rune {
		if !isChar(r) {
			return -1
		}
		return r
	}, text)
	return escaper.Replace(clean)
}

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&apos;")
