package provisioning

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"offhook/ua"
)

// field is what the tags of one struct field say.
type field struct {
	index    int
	name     string
	required bool
	oneof    []string
	lo, hi   string // of range
	match    string
	id       []string // fields that name an element of a list
	restart  Restart
}

// fieldsOf reads the tags of a section; what a field does not say about
// restarting it has from the section.
func fieldsOf(t reflect.Type, inherited Restart) []field {
	all := make([]field, 0, t.NumField())
	for i := range t.NumField() {
		tag := t.Field(i).Tag
		name, opts, _ := strings.Cut(tag.Get("key"), ",")
		if name == "" {
			continue
		}
		f := field{
			index: i, name: name, required: opts == "required",
			oneof: strings.Fields(tag.Get("oneof")), match: tag.Get("match"), restart: inherited,
		}
		f.lo, f.hi, _ = strings.Cut(tag.Get("range"), "..")
		if id := tag.Get("id"); id != "" {
			f.id = strings.Split(id, ",")
		}
		if restart, ok := tag.Lookup("restart"); ok {
			f.restart = Restart(restart)
		}
		all = append(all, f)
	}
	return all
}

var (
	durationType = reflect.TypeFor[time.Duration]()
	secretType   = reflect.TypeFor[ua.Secret]()
	portsType    = reflect.TypeFor[PortRange]()
	localType    = reflect.TypeFor[LocalDocument]()
)

// isSection tells the structs that hold settings from those that are values.
func isSection(t reflect.Type) bool {
	return t.Kind() == reflect.Struct && t != secretType && t != portsType && t != localType
}

// isElements tells a list of sections.
func isElements(t reflect.Type) bool {
	return t.Kind() == reflect.Slice && isSection(t.Elem())
}

// leaf is one setting of a document: a scalar or a list of scalars.
type leaf struct {
	field
	path  string
	value reflect.Value
}

// walk visits every setting of a section, in the order of the schema.
func walk(path string, section reflect.Value, inherited Restart, visit func(leaf)) {
	for _, f := range fieldsOf(section.Type(), inherited) {
		v, at := section.Field(f.index), join(path, f.name)
		switch {
		case isSection(v.Type()):
			walk(at, v, f.restart, visit)
		case isElements(v.Type()):
			for i, name := range elementPaths(at, v, f.id) {
				walk(name, v.Index(i), f.restart, visit)
			}
		default:
			visit(leaf{f, at, v})
		}
	}
}

// elementPaths names each element of a list by its identity, accounts[1001],
// or by its index where it has none or shares one.
func elementPaths(path string, list reflect.Value, id []string) []string {
	paths, seen := make([]string, list.Len()), map[string]bool{}
	for i := range paths {
		name := identity(list.Index(i), id)
		if name == "" || seen[name] {
			name = fmt.Sprint(i)
		}
		seen[name] = true
		paths[i] = path + "[" + name + "]"
	}
	return paths
}

// identity is the first of the naming fields that has a value.
func identity(element reflect.Value, id []string) string {
	t := element.Type()
	for i := range t.NumField() {
		key, _, _ := strings.Cut(t.Field(i).Tag.Get("key"), ",")
		if slices.Contains(id, key) && element.Field(i).String() != "" {
			return element.Field(i).String()
		}
	}
	return ""
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
