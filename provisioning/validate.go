package provisioning

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"offhook/ua"
)

// Validate reports every fault of the document, each with its path and, where
// the document was decoded from a file, its place.
func (d Document) Validate() error {
	var f faults
	d.check(&f, func(path string) Position {
		at, _ := lookup(d.origin, path)
		return at
	}, "")
	return f.err()
}

// checker collects faults at the places of the settings.
type checker struct {
	faults *faults
	place  func(path string) Position
	prefix string
	had    map[string]bool // paths that had a fault before: one is enough
}

func newChecker(f *faults, place func(string) Position, prefix string) *checker {
	had := map[string]bool{}
	for _, fault := range *f {
		had[fault.Path] = true
	}
	return &checker{f, place, prefix, had}
}

func (c *checker) fault(path, format string, args ...any) {
	full := join(c.prefix, path)
	if c.had[full] || c.had[element(full)] {
		return
	}
	c.had[full] = true
	c.faults.add(c.place(path), full, format, args...)
}

// element is the entry of a list that a setting is in: what is wrong with the
// entry as a whole needs no more words about what it lacks.
func element(path string) string { return path[:strings.LastIndexByte(path, ']')+1] }

func (d Document) check(f *faults, place func(string) Position, prefix string) {
	c := newChecker(f, place, prefix)
	if d.Version != SchemaVersion {
		c.fault("offhook", "is version %d, and this program reads version %d", d.Version, SchemaVersion)
	}
	c.settings(reflect.ValueOf(d))
	c.accounts(d)
	c.references(d)
	c.rest(d)
}

// settings checks each setting by its tags.
func (c *checker) settings(section reflect.Value) {
	walk("", section, RestartNone, func(l leaf) {
		if l.value.Type() == localType {
			return
		}
		if l.value.Kind() != reflect.Slice {
			c.setting(l.path, l.value, l.field)
			return
		}
		for i := range l.value.Len() {
			c.setting(fmt.Sprintf("%s[%d]", l.path, i), l.value.Index(i), l.field)
		}
	})
}

func (c *checker) setting(path string, v reflect.Value, f field) {
	if secret, ok := v.Interface().(ua.Secret); ok {
		c.secret(path, secret, f)
		return
	}
	if v.IsZero() && f.required {
		c.fault(path, "is missing; add it")
	}
	if f.lo != "" {
		c.inRange(path, v, f)
	}
	if v.IsZero() {
		return // not given
	}
	if len(f.oneof) > 0 && !slices.Contains(f.oneof, format(v)) {
		c.fault(path, "%q is not known; use one of %s", clip(format(v)), strings.Join(f.oneof, ", "))
	}
	if f.match != "" {
		if wrong := matchers[f.match](v.String()); wrong != "" {
			c.fault(path, "%s", wrong)
		}
	}
}

func (c *checker) secret(path string, secret ua.Secret, f field) {
	switch {
	case secret.IsZero() && f.required:
		c.fault(path, "is missing; add it")
	case secret.IsZero():
	case f.match != "":
		if wrong := matchers[f.match](secret.Reveal()); wrong != "" {
			c.fault(path, "%s", wrong)
		}
	case !printable(secret.Reveal()):
		c.fault(path, "holds a control character or a broken one; write it in UTF-8 on one line")
	}
}

func (c *checker) inRange(path string, v reflect.Value, f field) {
	bound := func(s string) int64 {
		if v.Type() == durationType {
			d, _ := time.ParseDuration(s)
			return int64(d)
		}
		n, _ := strconv.ParseInt(s, 10, 64)
		return n
	}
	if n := v.Int(); n < bound(f.lo) || n > bound(f.hi) {
		c.fault(path, "%s is out of range; use %s to %s", format(v), f.lo, f.hi)
	}
}
