// Package markup reads the XML of other makers' telephone files, which is not
// always XML: attributes given twice, bare ampersands and stray end tags are
// taken and noted. Nothing is ever expanded: entities are the five and
// characters by number, a document type is a fault.
package markup

import "fmt"

// What a file may have.
const (
	maxDepth    = 32
	maxElements = 100_000
)

// Element is a piece of the file with its place.
type Element struct {
	Name       string
	Line       int
	Attributes []Attribute // in order, those given twice included
	Text       string      // of the element itself, blanks around it cut off
	Children   []*Element
}

// Attribute is one of an element.
type Attribute struct {
	Name, Value string
	Line        int
}

// Notice is something that is not well-formed and was taken all the same.
type Notice struct {
	Line int
	Msg  string
}

// Error is what makes a file unreadable.
type Error struct {
	Line int
	Msg  string
}

func (e *Error) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Msg) }

// Attr is the first attribute of a name, and whether there is one.
func (e *Element) Attr(name string) (string, bool) {
	for _, a := range e.Attributes {
		if a.Name == name {
			return a.Value, true
		}
	}
	return "", false
}

// Child is the first child of a name, or nil.
func (e *Element) Child(name string) *Element {
	for _, c := range e.Children {
		if c.Name == name {
			return c
		}
	}
	return nil
}
