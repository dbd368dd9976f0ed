package provisioning

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Restart says what a change interrupts.
type Restart string

// What may have to restart.
const (
	RestartNone    Restart = "none"    // takes effect at once, or with the next call
	RestartAccount Restart = "account" // the accounts concerned register again
	RestartAudio   Restart = "audio"   // sound stops for a moment
	RestartAgent   Restart = "agent"   // the user agent: every account registers again
	RestartReboot  Restart = "reboot"
)

// Change is one difference between two documents.
type Change struct {
	Path     string
	Old, New string // as a person would write them; secrets as ***; empty when not there
	Restart  Restart
}

func (c Change) String() string {
	s := fmt.Sprintf("%s: %q -> %q", c.Path, c.Old, c.New)
	if c.Restart != RestartNone {
		s += " (restarts: " + string(c.Restart) + ")"
	}
	return s
}

// Diff lists what is different in new, in the order of the schema. Elements of
// a list are the same when their names are: accounts[1001].
func Diff(old, new Document) []Change {
	var d differ
	d.section("", reflect.ValueOf(old), reflect.ValueOf(new), RestartNone)
	return d
}

// Restarts reports whether any change asks for r.
func Restarts(changes []Change, r Restart) bool {
	return slices.ContainsFunc(changes, func(c Change) bool { return c.Restart == r })
}

type differ []Change

func (d *differ) section(path string, old, new reflect.Value, inherited Restart) {
	for _, f := range fieldsOf(old.Type(), inherited) {
		a, b, at := old.Field(f.index), new.Field(f.index), join(path, f.name)
		switch {
		case isSection(a.Type()):
			d.section(at, a, b, f.restart)
		case isElements(a.Type()):
			d.elements(at, a, b, f)
		case !equal(a, b):
			*d = append(*d, Change{at, format(a), format(b), f.restart})
		}
	}
}

func (d *differ) elements(path string, old, new reflect.Value, f field) {
	before, after := elementPaths(path, old, f.id), elementPaths(path, new, f.id)
	for i, name := range before {
		if !slices.Contains(after, name) {
			*d = append(*d, Change{name, summary(old.Index(i)), "", f.restart})
		}
	}
	for i, name := range after {
		if j := slices.Index(before, name); j >= 0 {
			d.section(name, old.Index(j), new.Index(i), f.restart)
			continue
		}
		*d = append(*d, Change{name, "", summary(new.Index(i)), f.restart})
	}
	kept := func(these, others []string) string {
		var out []string
		for _, name := range these {
			if slices.Contains(others, name) {
				out = append(out, strings.TrimSuffix(name[len(path)+1:], "]"))
			}
		}
		return strings.Join(out, ", ")
	}
	if a, b := kept(before, after), kept(after, before); a != b {
		*d = append(*d, Change{path, a, b, RestartNone})
	}
}

// summary is the settings of an element that differ from an empty one's.
func summary(element reflect.Value) string {
	plain := reflect.New(element.Type())
	if def, ok := plain.Interface().(defaulter); ok {
		def.setDefaults()
	}
	var parts []string
	for _, f := range fieldsOf(element.Type(), RestartNone) {
		if v := element.Field(f.index); !equal(v, plain.Elem().Field(f.index)) {
			parts = append(parts, f.name+"="+format(v))
		}
	}
	return strings.Join(parts, " ")
}
