package dialect

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"offhook/provisioning"
)

// finish composes the parts, makes the tree and gives every entry its fate.
func (e *engine) finish() *provisioning.Node {
	f := &finisher{engine: e, tree: newTree(), live: map[int]bool{}}
	f.switches()
	for _, n := range f.numbers("accounts") {
		f.account(n)
	}
	f.shared()
	for _, n := range f.numbers("keys") {
		f.key(n)
	}
	f.url()
	f.zone()
	f.lists()
	f.ports()
	f.door()
	f.actions()
	f.logServer()
	for _, path := range slices.Sorted(maps.Keys(e.settings)) {
		if !strings.Contains(path, "@") && !strings.HasPrefix(path, "accounts[") && !strings.HasPrefix(path, "keys[") {
			f.put(path, e.settings[path])
		}
	}
	f.userMayChange()
	for i := range e.report.Entries {
		e.settle(i, Idle, "has no effect without the parameters that it belongs to")
	}
	return f.tree.root
}

// finisher is the state of a finish.
type finisher struct {
	*engine
	tree   *tree
	live   map[int]bool // accounts that are in the document
	first  int          // the first of them
	users  []string     // settings that the user may change
	spoken []string     // settings of which the files tell whether he may
}

// logServer gives the log's server the port that another parameter has.
func (f *finisher) logServer() {
	if s := f.settings["log.server"]; s != nil && !f.decided(s) {
		f.withPort("log.server", s, f.settings["log.server@port"])
		delete(f.settings, "log.server")
	}
}

// numbers are the numbers of the accounts or keys that have settings.
func (f *finisher) numbers(list string) []int {
	seen := map[int]bool{}
	for path := range f.settings {
		rest, ok := strings.CutPrefix(path, list+"[")
		number, _, closed := strings.Cut(rest, "]")
		if n, err := strconv.Atoi(number); ok && closed && err == nil {
			seen[n] = true
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

// of is a setting of an account, or that of all accounts; nil: neither.
func (f *finisher) of(n int, name string) *setting {
	if s := f.settings[fmt.Sprintf("accounts[%d].%s", n, name)]; s != nil {
		return s
	}
	return f.settings["accounts[*]."+name]
}

func (f *finisher) at(s *setting) provisioning.Position {
	if s.entry < 0 {
		return provisioning.Position{File: f.report.Files[0], How: s.how, Given: f.dialect.Maker + "'s default"}
	}
	entry := f.report.Entries[s.entry]
	return provisioning.Position{File: entry.File, Line: entry.Line, Given: entry.given, How: s.how, Over: s.over, User: entry.User}
}

// put puts a setting into the document and tells so in the report.
func (f *finisher) put(path string, s *setting) {
	f.tree.put(path, s.value, f.at(s))
	f.used(path, s)
}

// made puts what several settings make; the first is where it comes from.
func (f *finisher) made(path string, v Value, how string, from ...*setting) {
	var main *setting
	for _, s := range from {
		if s == nil {
			continue
		}
		f.used(path, s)
		if main == nil {
			main = s
			continue
		}
		if s.entry >= 0 {
			how = joinHow(how, "with "+f.report.Entries[s.entry].given)
		}
	}
	lead := *main
	lead.how = joinHow(lead.how, how)
	f.tree.put(path, v, f.at(&lead))
}

// used tells that a setting's parameter arrived at path.
func (f *finisher) used(path string, s *setting) {
	if s == nil || s.entry < 0 {
		return
	}
	entry := &f.report.Entries[s.entry]
	switch entry.Fate {
	case "", Mapped:
	case Replaced: // for one of the settings it gave, and not for this one
		entry.Why = ""
	default:
		return
	}
	entry.Fate = Mapped
	entry.How = joinHow(slices.Compact(append(strings.Split(entry.How, "; "), s.how))...)
	if userSetting(f.schema[generic(path)]) {
		f.spoken = appendNew(f.spoken, path)
		if entry.User {
			f.users = appendNew(f.users, path)
		}
	}
	if !slices.Contains(strings.Split(entry.Path, ", "), path) {
		entry.Path = strings.TrimPrefix(entry.Path+", "+path, ", ")
	}
}

// drop tells why a setting's parameter has no effect.
func (f *finisher) drop(fate Fate, why string, from ...*setting) {
	for _, s := range from {
		if s != nil {
			f.settle(s.entry, fate, why)
		}
	}
}

// below are the settings of an account or a key, in order.
func (f *finisher) below(prefix string) []*setting {
	var all []*setting
	for _, path := range slices.Sorted(maps.Keys(f.settings)) {
		if strings.HasPrefix(path, prefix) {
			all = append(all, f.settings[path])
		}
	}
	return all
}

func no(s *setting) bool { return s != nil && s.value.Text == "false" }

func text(s *setting) string {
	if s == nil {
		return ""
	}
	return s.value.Text
}
