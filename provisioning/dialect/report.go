package dialect

import (
	"encoding/json"
	"slices"
	"strings"

	"offhook/provisioning"
)

// Fate is what became of a parameter.
type Fate string

// The fates.
const (
	Mapped      Fate = "mapped"        // it arrived in the document
	Unsupported Fate = "not supported" // known; Why tells why it has no effect
	Unknown     Fate = "unknown"
	Blank       Fate = "blank"    // without a value: the default stands
	Idle        Fate = "idle"     // belongs to what is switched off or not complete
	Replaced    Fate = "replaced" // a later one took its place
	Refused     Fate = "refused"  // its value makes no sense
)

// Entry is one parameter and its fate.
type Entry struct {
	File string `json:"file"`
	Line int    `json:"line"`
	Key  string `json:"key"`
	Fate Fate   `json:"fate"`
	Path string `json:"path,omitempty"` // in the document
	How  string `json:"how,omitempty"`  // the conversion
	Why  string `json:"why,omitempty"`
	User bool   `json:"user,omitempty"` // the user of the phone may change it
	// Secret: its value is never shown.
	Secret bool `json:"secret,omitempty"`

	given string // key and value; secrets as ***
}

// Report tells what became of every parameter of the files, in their order.
type Report struct {
	Dialect  string   `json:"dialect"`
	Files    []string `json:"files"`
	Entries  []Entry  `json:"entries"`
	Warnings []Notice `json:"warnings"`
}

// Refuse tells that a parameter was left out, for the document could not take it.
func (r *Report) Refuse(left *provisioning.FaultError) {
	for i := range r.Entries {
		e := &r.Entries[i]
		if e.File != left.File || e.Line != left.Line || e.given != left.Given || e.Fate != Mapped {
			continue
		}
		why := left.Path + ": " + left.Msg
		r.Warnings = append(r.Warnings, Notice{e.File, e.Line, e.Key, "is left out: " + why})
		rest := slices.DeleteFunc(strings.Split(e.Path, ", "), func(p string) bool { return p == "" || below(p, left.Path) || below(left.Path, p) })
		if e.Path = strings.Join(rest, ", "); e.Path == "" {
			e.Fate, e.Why = Refused, why
		}
	}
}

// below tells a path that is another, or a part of it.
func below(path, of string) bool {
	rest, ok := strings.CutPrefix(path, of)
	return ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
}

// Of lists the parameters with a fate.
func (r Report) Of(fate Fate) []Entry {
	var all []Entry
	for _, e := range r.Entries {
		if e.Fate == fate {
			all = append(all, e)
		}
	}
	return all
}

// Count counts the parameters by fate.
func (r Report) Count() map[Fate]int {
	count := map[Fate]int{}
	for _, e := range r.Entries {
		count[e.Fate]++
	}
	return count
}

// JSON is the report as a line of JSON lists without null.
func (r Report) JSON() ([]byte, error) {
	if r.Entries == nil {
		r.Entries = []Entry{}
	}
	if r.Warnings == nil {
		r.Warnings = []Notice{}
	}
	return json.Marshal(r)
}
