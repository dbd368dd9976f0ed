package provisioning

import (
	"reflect"
	"strings"
	"time"
)

// Explanation tells one setting's value and why it is so.
type Explanation struct {
	Path  string
	Value string // secrets as ***
	Set   bool   // false: the default
	From  Position
	User  time.Time // when the user has set it; zero: he has not
	// Left are parameters of another maker's files that would have set it, and
	// that the document could not take.
	Left []*FaultError
}

// Where is "default", or the file and line, and of another maker's file the
// parameter: "cfg001565.xml:12 P32=30 (minutes), over common.xml:4 P32=60".
// What the user has set tells what it is laid over.
func (e Explanation) Where() string {
	if !e.User.IsZero() {
		at := e.User
		e.User = time.Time{}
		return "set by the user on " + at.Local().Format("2006-01-02 15:04") + ", over " + e.Where()
	}
	left := ""
	for _, f := range e.Left {
		left += "; left out: " + f.Position.String() + " " + f.Given + ": " + f.Msg
	}
	if !e.Set {
		return "default" + left
	}
	where := e.From.String()
	if e.From.Given != "" {
		where += " " + e.From.Given
	}
	if e.From.How != "" {
		where += " (" + e.From.How + ")"
	}
	if e.From.Over != "" {
		where += ", over " + e.From.Over
	}
	return where + left
}

// Explain tells of the setting at path, or of every setting below it; "" is
// the whole document. It is empty when there is no such setting.
func (d Document) Explain(path string) []Explanation {
	var all []Explanation
	walk("", reflect.ValueOf(d), RestartNone, func(l leaf) {
		if !within(l.path, path) {
			return
		}
		from, set := d.origin[l.path]
		all = append(all, Explanation{l.path, format(l.value), set, from, d.user[l.path], d.leftAt(l.path)})
	})
	return all
}

// leftAt are the parameters left out that path would have had.
func (d Document) leftAt(path string) (all []*FaultError) {
	for _, f := range d.leftOut {
		if within(f.Path, path) {
			all = append(all, f)
		}
	}
	return all
}

// Origin is where the setting at path, or the section around it, was given.
func (d Document) Origin(path string) (Position, bool) { return lookup(d.origin, path) }

// Given tells whether the setting at path itself was given, not only a section
// around it.
func (d Document) Given(path string) bool { _, ok := d.origin[path]; return ok }

// within reports whether path is at or below parent.
func within(path, parent string) bool {
	if parent == "" || path == parent {
		return true
	}
	rest, ok := strings.CutPrefix(path, parent)
	return ok && (rest[0] == '.' || rest[0] == '[')
}

// lookup finds the position of path or of the nearest section around it.
func lookup(origin map[string]Position, path string) (Position, bool) {
	for {
		if at, ok := origin[path]; ok {
			return at, true
		}
		if path == "" {
			return Position{}, false
		}
		path = path[:max(strings.LastIndexAny(path, ".["), 0)]
	}
}
