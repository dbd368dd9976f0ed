package dialect

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"offhook/provisioning"
)

// Result is what files of a dialect come to.
type Result struct {
	Tree   *provisioning.Node // for provisioning.DecodeOver
	Report Report
}

// Decode reads files and lays each over those before it. base is the document
// that the result is to be laid over. An error is of a file that cannot be read
// at all; faults of single parameters are in the Report.
func (d Dialect) Decode(base provisioning.Document, files ...File) (Result, error) {
	d, err := d.Loaded()
	if err != nil {
		return Result{}, err
	}
	e := &engine{dialect: d, index: d.index(), base: base, schema: schema(), settings: map[string]*setting{}}
	e.report.Dialect = d.Name
	for _, f := range files {
		e.report.Files = append(e.report.Files, f.Name)
		if err := e.file(f, files); err != nil {
			return Result{Report: e.report}, err
		}
	}
	tree := e.finish()
	return Result{Tree: tree, Report: e.report}, nil
}

// engine is the state of one Decode.
type engine struct {
	dialect  Dialect
	index    *index
	base     provisioning.Document
	schema   map[string]provisioning.Setting
	settings map[string]*setting
	report   Report
	clears   bool // a parameter without a value takes back that of an earlier file
}

// setting is a value for a path of the document, or a part.
type setting struct {
	path  string
	value Value
	key   string
	entry int // in the report; -1: implied
	weak  bool
	how   string
	over  string // what it was laid over
}

// schema is the document's settings by path, with [] for every element.
func schema() map[string]provisioning.Setting {
	all := map[string]provisioning.Setting{}
	for _, s := range provisioning.Settings() {
		all[s.Path] = s
	}
	return all
}

// generic is a path with [] for every element.
func generic(path string) string {
	var out strings.Builder
	inside := false
	for _, r := range path {
		switch {
		case r == '[':
			inside = true
			out.WriteString("[]")
		case r == ']':
			inside = false
		case !inside:
			out.WriteRune(r)
		}
	}
	return out.String()
}

func (e *engine) warn(n Notice) { e.report.Warnings = append(e.report.Warnings, n) }

func (e *engine) file(f File, all []File) error {
	reading, err := e.dialect.Read(f)
	if err != nil {
		return err
	}
	for _, n := range reading.Notices {
		n.File = f.Name
		e.warn(n)
	}
	for _, include := range reading.Includes {
		if !fetched(include.Name, all) {
			e.warn(Notice{f.Name, include.Line, "", fmt.Sprintf("the file %s, which it includes, was not read", Clip(include.Name))})
		}
	}
	e.clears = e.clears || reading.Clears // of the files that it includes, too
	first := map[string]int{}
	for _, item := range reading.Items {
		e.item(f.Name, item, e.clears, first)
	}
	return nil
}

// fetched tells whether an included file is among those at hand.
func fetched(name string, files []File) bool {
	for _, f := range files {
		if f.Name == name || strings.HasSuffix(f.Name, "/"+strings.TrimPrefix(name, "/")) {
			return true
		}
	}
	return false
}

func (e *engine) item(file string, item Item, clears bool, first map[string]int) {
	at := len(e.report.Entries)
	e.report.Entries = append(e.report.Entries, Entry{File: file, Line: item.Line, Key: Clip(item.name()), User: item.User})
	entry := &e.report.Entries[at]
	row, m, ok := e.index.find(item.Key)
	entry.Secret = ok && e.secret(row, m)
	entry.given = entry.Key + "=" + show(item.Value, !ok || len(row.rules) == 0 || entry.Secret)
	if strings.Contains(item.Value, "PRIVATE KEY-----") {
		entry.Fate, entry.Why = Refused, "a private key in a file that others can fetch is nobody's secret; give the phone its own by the agent's file"
		e.warn(Notice{file, item.Line, entry.Key, entry.Why})
		return
	}
	if line, twice := first[item.Key]; twice {
		e.warn(Notice{file, item.Line, entry.Key, fmt.Sprintf("is given twice, first on line %d; the last one counts", line)})
	}
	first[item.Key] = item.Line
	switch {
	case !ok:
		entry.Fate = Unknown
	case item.Idle != "":
		entry.Fate, entry.Why = Idle, item.Idle
	case len(row.rules) == 0:
		entry.Fate, entry.Why = Unsupported, row.why
	case strings.TrimSpace(item.Value) == "":
		entry.Fate, entry.Why = Blank, "the default stands"
		for _, rule := range row.rules {
			e.clear(item.Key, expand(rule.To, m), at, clears)
		}
	default:
		for _, rule := range row.rules {
			e.apply(rule, item.Key, expand(rule.To, m), item.Value, at)
		}
	}
}

func (e *engine) secret(r *row, m match) bool {
	for _, rule := range r.rules {
		if rule.Secret || e.schema[generic(expand(rule.To, m))].Type == "secret" {
			return true
		}
	}
	return false
}

// show is a value on one line.
func show(value string, secret bool) string {
	if secret && value != "" {
		return "***"
	}
	return Clip(strings.Join(strings.Fields(value), " "))
}

// clear takes back what an earlier file gave.
func (e *engine) clear(key, path string, at int, clears bool) {
	old := e.settings[path]
	if old == nil || old.key != key {
		return
	}
	if !clears {
		e.report.Entries[at].Why = "what an earlier one gave stays"
		return
	}
	e.replace(old, at)
	delete(e.settings, path)
}

// replace tells that a setting's parameter does not count any more.
func (e *engine) replace(old *setting, by int) {
	if old.entry < 0 {
		return
	}
	was, now := &e.report.Entries[old.entry], e.report.Entries[by]
	if was.Fate == "" {
		was.Fate, was.Why = Replaced, fmt.Sprintf("%s:%d %s counts", now.File, now.Line, now.Key)
	}
}

func (e *engine) apply(rule Rule, key, path, text string, at int) {
	entry := &e.report.Entries[at]
	convert := rule.As
	if convert == nil {
		convert = Text
	}
	value, err := convert(text)
	if err != nil {
		no, ok := errors.AsType[*UnsupportedError](err)
		if ok {
			e.settle(at, Unsupported, no.Why)
		} else {
			e.settle(at, Refused, err.Error())
		}
		if ok && !no.Warn {
			return
		}
		e.warn(Notice{entry.File, entry.Line, entry.Key, err.Error()})
		return
	}
	value = e.clamp(path, e.coerce(path, value))
	if value.Warning == "" && strings.HasSuffix(path, "].expires") {
		value.Warning = implausible(value.Text)
	}
	if value.Warning != "" {
		e.warn(Notice{entry.File, entry.Line, entry.Key, value.Warning})
	}
	s := &setting{path: path, value: value, key: key, entry: at, weak: rule.Weak, how: joinHow(rule.Note, value.How)}
	if value.Kind == provisioning.Null || path == "" {
		entry.Fate, entry.How = Mapped, s.how
		return
	}
	if old := e.settings[path]; old != nil {
		if s.weak && !old.weak {
			e.replace(s, old.entry)
			return
		}
		e.replace(old, at)
		was := e.report.Entries[old.entry]
		s.over = fmt.Sprintf("%s:%d %s", was.File, was.Line, was.given)
		if old.over != "" && len(old.over) < mostOver {
			s.over += ", over " + old.over
		}
	}
	e.settings[path] = s
}

// mostOver bounds what is told of lines that a line was laid over, in bytes.
const mostOver = 400

// settle gives an entry a fate unless a rule of its key has done more.
func (e *engine) settle(at int, fate Fate, why string) {
	if at < 0 {
		return
	}
	if entry := &e.report.Entries[at]; entry.Fate == "" {
		entry.Fate, entry.Why = fate, why
	}
}

func joinHow(parts ...string) string {
	var all []string
	for _, p := range parts {
		if p != "" {
			all = append(all, p)
		}
	}
	return strings.Join(all, "; ")
}

// implausible tells of a registration that lasts as long as none should: behind
// it most often is a number of seconds where minutes are meant, or the reverse.
func implausible(expires string) string {
	if d, err := time.ParseDuration(expires); err != nil || d <= time.Hour {
		return ""
	}
	return expires + " is long for a registration: are the units right?"
}

// coerce makes of a text what the document has at path: Enum tells nothing of
// kinds.
func (e *engine) coerce(path string, v Value) Value {
	if v.Kind != provisioning.Text {
		return v
	}
	switch e.schema[generic(path)].Type {
	case "true/false":
		v.Kind = provisioning.Bool
	case "number":
		v.Kind = provisioning.Int
	case "list":
		v.Kind, v.List, v.Text = provisioning.List, []string{v.Text}, ""
	}
	return v
}

// clamp brings a time or a number into the range that the document allows: one
// that other telephones take must not make the whole file be refused.
func (e *engine) clamp(path string, v Value) Value {
	low, high, ok := strings.Cut(e.schema[generic(path)].Allowed, "..")
	if !ok {
		return v
	}
	parse := func(s string) (int64, bool) {
		if v.Kind == provisioning.Int {
			var n int64
			_, err := fmt.Sscan(s, &n)
			return n, err == nil
		}
		d, err := time.ParseDuration(s)
		return int64(d), err == nil
	}
	n, ok1 := parse(v.Text)
	lo, ok2 := parse(low)
	hi, ok3 := parse(high)
	if !ok1 || !ok2 || !ok3 {
		return v
	}
	was := v.Text
	switch {
	case n < lo:
		v.Text, v.Warning = low, fmt.Sprintf("%s is less than the %s that this phone takes; %s counts", was, low, low)
	case n > hi:
		v.Text, v.Warning = high, fmt.Sprintf("%s is more than the %s that this phone takes; %s counts", was, high, high)
	}
	if v.Text != was {
		v.How = joinHow(v.How, was+" made "+v.Text)
	}
	return v
}
