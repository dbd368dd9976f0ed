package provisioning

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"offhook/ua"
)

// DecodeOver makes a Document of a tree over a base, and validates it: what the tree
// does not give, the base does. A list replaces the base's list as a whole. The error
// joins a *FaultError for every fault.
func DecodeOver(base Document, root *Node, file string) (Document, error) {
	d := decoder{file: file, origin: maps.Clone(base.origin)}
	doc := base
	if !d.version(root, "offhook", SchemaVersion, true) {
		return doc, d.faults.err()
	}
	doc = d.document(base, root)
	return doc, d.faults.err()
}

// decoder reads a tree into structs and collects the faults.
type decoder struct {
	file   string
	prefix string // of the paths in faults, for a document inside another
	faults faults
	faulty map[string]bool // paths that have a fault
	origin map[string]Position
}

// document decodes, completes and validates.
func (d *decoder) document(base Document, root *Node) Document {
	if d.origin == nil {
		d.origin = map[string]Position{}
	}
	doc := base
	d.section("", root, reflect.ValueOf(&doc).Elem())
	doc.origin = d.origin
	doc.complete()
	doc.check(&d.faults, d.place, d.prefix)
	return doc
}

func (d *decoder) at(line, column int) Position {
	return Position{File: d.file, Line: line, Column: column}
}

// of is where a node was given.
func (d *decoder) of(n *Node) Position {
	if n.From != nil {
		return *n.From
	}
	return d.at(n.Line, n.Column)
}

// place finds where a setting, or the section around it, was given.
func (d *decoder) place(path string) Position {
	if at, ok := lookup(d.origin, path); ok {
		return at
	}
	return Position{File: d.file}
}

func (d *decoder) fault(n *Node, path, msg string, args ...any) {
	d.faultAt(d.of(n), path, msg, args...)
}

func (d *decoder) faultAt(at Position, path, msg string, args ...any) {
	if d.faulty == nil {
		d.faulty = map[string]bool{}
	}
	d.faulty[path] = true
	d.faults.add(at, join(d.prefix, path), msg, args...)
}

// version checks the top key that says which schema this is. A document of
// another version gets no other fault: they would only mislead.
func (d *decoder) version(root *Node, key string, want int, required bool) bool {
	if root == nil || root.Kind == Null {
		d.faults.add(d.at(1, 1), "", "the document is empty; start it with %s: %d", key, want)
		return false
	}
	if root.Kind != Map {
		d.fault(root, "", "the document is %s; it must be a mapping that starts with %s: %d", root.Kind, key, want)
		return false
	}
	for _, f := range root.Fields {
		if f.Key != key {
			continue
		}
		if f.Value.Kind == Int && f.Value.Value == strconv.Itoa(want) {
			return true
		}
		d.fault(f.Value, key, "is version %q, and this program reads version %d; write the document for that version or update the program", clip(f.Value.Value), want)
		return false
	}
	if required {
		d.fault(root, key, "the version of the document is missing; add the line %s: %d", key, want)
	}
	return true
}

func (d *decoder) section(path string, n *Node, v reflect.Value) {
	if n.Kind == Null {
		return
	}
	if n.Kind != Map {
		d.fault(n, path, "is %s where a section is wanted; give it settings as key: value", n.Kind)
		return
	}
	d.origin[path] = d.of(n)
	fields, first := fieldsOf(v.Type(), RestartNone), map[string]int{}
	for _, given := range n.Fields {
		at, name := d.at(given.Line, given.Column), join(path, clip(given.Key))
		i := slices.IndexFunc(fields, func(f field) bool { return f.name == given.Key })
		if i < 0 {
			d.faultAt(at, name, "is not a setting here; %s", suggest(given.Key, fields))
			continue
		}
		if line, twice := first[given.Key]; twice {
			d.faultAt(at, name, "is given twice, first on line %d; remove one of them", line)
			continue
		}
		first[given.Key] = given.Line
		d.value(name, given.Value, v.Field(fields[i].index), fields[i])
	}
	for _, f := range fields {
		if f.required && v.Field(f.index).IsZero() && !d.faulty[join(path, f.name)] {
			d.fault(n, join(path, f.name), "is missing; add it")
		}
	}
}

func (d *decoder) value(path string, n *Node, v reflect.Value, f field) {
	switch t := v.Type(); {
	case n.Kind == Null:
		return
	case t == localType:
		d.local(path, n, v.Addr().Interface().(*LocalDocument))
	case isSection(t):
		d.section(path, n, v)
	case isElements(t):
		d.elements(path, n, v, f)
	case t.Kind() == reflect.Slice:
		d.list(path, n, v, f)
	case f.match == "servers" && n.Kind == List:
		d.joined(path, n, v)
	default:
		d.origin[path] = d.of(n)
		d.scalar(path, n, v)
	}
}

// joined takes a list for a text with commas, so that the account stays a value
// that can be compared.
func (d *decoder) joined(path string, n *Node, v reflect.Value) {
	if d.tooMany(path, n) {
		return
	}
	d.origin[path] = d.of(n)
	var all []string
	for i, item := range n.Items {
		if !textual(item.Kind) || strings.Contains(item.Value, ",") {
			d.fault(item, fmt.Sprintf("%s[%d]", path, i), "is %s where one server is wanted; give host or host:port", item.Kind)
			continue
		}
		all = append(all, item.Value)
	}
	v.SetString(strings.Join(all, ", "))
}

func (d *decoder) list(path string, n *Node, v reflect.Value, f field) {
	if n.Kind != List {
		d.fault(n, path, "is %s where a list is wanted; write it as [a, b] or with one \"- \" a line", n.Kind)
		return
	}
	if d.tooMany(path, n) {
		return
	}
	d.origin[path] = d.of(n)
	out := reflect.MakeSlice(v.Type(), len(n.Items), len(n.Items))
	for i, item := range n.Items {
		d.value(fmt.Sprintf("%s[%d]", path, i), item, out.Index(i), f)
		if item.Kind == Null {
			d.fault(item, fmt.Sprintf("%s[%d]", path, i), "is empty; give it a value or remove it")
		}
	}
	v.Set(out)
}

// elements decodes a list of sections. It replaces what the base had.
func (d *decoder) elements(path string, n *Node, v reflect.Value, f field) {
	if n.Kind != List {
		d.fault(n, path, "is %s where a list is wanted; start each entry with \"- \"", n.Kind)
		return
	}
	if d.tooMany(path, n) {
		return
	}
	maps.DeleteFunc(d.origin, func(p string, _ Position) bool { return within(p, path) })
	d.origin[path] = d.of(n)
	out := reflect.MakeSlice(v.Type(), len(n.Items), len(n.Items))
	names := nodeNames(n.Items, f.id)
	for i, item := range n.Items {
		if def, ok := out.Index(i).Addr().Interface().(defaulter); ok {
			def.setDefaults()
		}
		at := fmt.Sprintf("%s[%s]", path, names[i])
		if item.Kind == Null {
			d.fault(item, at, "is empty; give it settings or remove it")
			continue
		}
		d.section(at, item, out.Index(i))
	}
	v.Set(out)
}

// maxEntries bounds a list: no phone has so many of anything.
const maxEntries = 1000

func (d *decoder) tooMany(path string, n *Node) bool {
	if len(n.Items) <= maxEntries {
		return false
	}
	d.fault(n, path, "has %d entries, more than the %d that a list may have; remove what is not for this phone", len(n.Items), maxEntries)
	return true
}

// nodeNames names elements before they are decoded, as elementPaths does after.
func nodeNames(items []*Node, id []string) []string {
	names, seen := make([]string, len(items)), map[string]bool{}
	for i, item := range items {
		name := ""
		for _, key := range id {
			for _, f := range item.Fields {
				if f.Key == key && name == "" && textual(f.Value.Kind) {
					name = f.Value.Value
				}
			}
		}
		if name == "" || seen[name] {
			name = fmt.Sprint(i)
		}
		seen[name] = true
		names[i] = clip(name)
	}
	return names
}

// textual tells the kinds taken as text: a number written without quotes is
// text as it was written, so that user: 0123 keeps its zero.
func textual(k Kind) bool { return k == Text || k == Int || k == Float }

func (d *decoder) scalar(path string, n *Node, v reflect.Value) {
	want := func(what string) {
		if v.Type() == secretType || n.Kind == List || n.Kind == Map {
			d.fault(n, path, "is %s where %s is wanted", n.Kind, what)
			return
		}
		d.fault(n, path, "%q is not %s", clip(n.Value), what)
	}
	switch p := v.Addr().Interface().(type) {
	case *ua.Secret:
		if !textual(n.Kind) {
			want(`text (in "quotes")`)
			return
		}
		*p = ua.NewSecret(n.Value)
	case *time.Duration:
		out, err := time.ParseDuration(n.Value)
		if n.Kind != Text && n.Value != "0" || err != nil {
			want("a time with a unit, such as 500ms, 4s, 10m or 24h")
			return
		}
		*p = out
	case *PortRange:
		out, ok := parsePortRange(n.Value)
		if !ok || n.Kind != Text {
			want("a range of ports such as 16384-32767")
			return
		}
		*p = out
	default:
		d.basic(n, v, want)
	}
}

func (d *decoder) basic(n *Node, v reflect.Value, want func(string)) {
	switch v.Kind() {
	case reflect.String:
		if !textual(n.Kind) {
			want(`text (in "quotes")`)
			return
		}
		v.SetString(n.Value)
	case reflect.Bool:
		if n.Kind != Bool {
			want("true or false")
			return
		}
		v.SetBool(n.Value == "true")
	case reflect.Int:
		out, err := strconv.ParseInt(n.Value, 10, 32)
		if n.Kind != Int || err != nil {
			want("a whole number")
			return
		}
		v.SetInt(out)
	}
}
