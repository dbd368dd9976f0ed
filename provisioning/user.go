package provisioning

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"
)

// UserSetting is a setting that the phone's user has changed. It is laid over
// the documents as long as they let him.
type UserSetting struct {
	Path  string    `json:"path"`
	Value string    `json:"value"` // as a document would say it
	At    time.Time `json:"at"`
	Reset int       `json:"reset"` // phone.user-reset when it was set
}

// userSections are what a document may leave to the user: nothing that decides
// whom the phone trusts, who it is, or what a call for help needs.
var userSections = []string{"phone", "screen", "audio"}

// notForUsers are settings of those sections that are the operator's alone, or
// that the phone keeps in a way of its own.
var notForUsers = []string{"phone.emergency", "phone.user-may-change", "phone.user-reset", "phone.do-not-disturb"}

// userPath reports whether a setting can be the user's.
func userPath(path string) bool {
	section, _, _ := strings.Cut(path, ".")
	return slices.Contains(userSections, section) && !slices.Contains(notForUsers, path)
}

// UserMay reports whether the document leaves the setting at path to the user.
func (d Document) UserMay(path string) bool {
	return userPath(path) && slices.ContainsFunc(d.Phone.UserMayChange, func(p string) bool { return within(path, p) })
}

// userSettings checks phone.user-may-change.
func (c *checker) userSettings(d Document) {
	if len(d.Phone.UserMayChange) == 0 {
		return
	}
	known := Settings()
	for i, path := range d.Phone.UserMayChange {
		if path == "" || !slices.ContainsFunc(known, func(s Setting) bool { return within(s.Path, path) && userPath(s.Path) && s.Type != "list" }) {
			c.fault(fmt.Sprintf("phone.user-may-change[%d]", i), "%q is not what a user may change; give settings or sections of phone, screen and audio, such as audio.volume", clip(path))
		}
	}
}

// withUser lays what the user has set over a document: what it leaves to him,
// and was not set before it reset that. What does not fit any more is left out.
func (d Document) withUser(settings []UserSetting) Document {
	out := d
	for _, s := range settings {
		if s.Reset < d.Phone.UserReset || !d.UserMay(s.Path) {
			continue
		}
		if next, err := out.set(s); err == nil {
			out = next
		}
	}
	return out
}

// set is the document with one setting of the user's.
func (d Document) set(s UserSetting) (Document, error) {
	out, at := d, Position{File: "the setting"}
	v, f, ok := find(reflect.ValueOf(&out).Elem(), s.Path)
	if !ok || v.Kind() == reflect.Slice {
		return d, &FaultError{Path: s.Path, Msg: "is not a setting of the telephone; offhook explain lists them"}
	}
	dec := decoder{file: at.File, origin: map[string]Position{}}
	dec.scalar(s.Path, &Node{Kind: kindOf(v, s.Value), Value: s.Value}, v)
	check := newChecker(&dec.faults, func(string) Position { return Position{} }, "")
	check.setting(s.Path, v, f)
	if err := dec.faults.err(); err != nil {
		return d, err
	}
	if err := out.Validate(); err != nil && d.Validate() == nil {
		return d, err
	}
	out.user = maps.Clone(d.user)
	if out.user == nil {
		out.user = map[string]time.Time{}
	}
	out.user[s.Path] = s.At
	return out, nil
}

// kindOf is what text is read as where v is wanted.
func kindOf(v reflect.Value, text string) Kind {
	switch {
	case v.Kind() == reflect.Bool && (text == "true" || text == "false"):
		return Bool
	case v.Kind() == reflect.Int && v.Type() != durationType:
		return Int
	}
	return Text
}

// find is the setting at a path of plain sections.
func find(section reflect.Value, path string) (reflect.Value, field, bool) {
	name, rest, more := strings.Cut(path, ".")
	for _, f := range fieldsOf(section.Type(), RestartNone) {
		v := section.Field(f.index)
		switch {
		case f.name != name:
		case more && isSection(v.Type()):
			return find(v, rest)
		case !more && !isSection(v.Type()) && !isElements(v.Type()):
			return v, f, true
		}
	}
	return reflect.Value{}, field{}, false
}
