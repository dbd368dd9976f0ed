package snom

import (
	"fmt"
	"regexp"
	"strings"
	"sync"

	"offhook/provisioning/dialect"
	"offhook/provisioning/dialect/markup"
)

// flat is a line of the text form: a name, who may change it, a value.
var flat = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^([a-z][a-z0-9_]*)([!&$]?)\s*:\s?(.*)$`) })

// numbered is a name of the text form that ends in the number of an identity.
var numbered = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(user_[a-z0-9_]*[a-z]|codec[0-9]_[a-z]+|fkey|fkey_context|fkey_label|record_missed_calls|stun_server|keepalive_interval|codec_priority_list)([0-9]{1,2})$`)
})

func read(f dialect.File) (dialect.Reading, error) {
	if !strings.HasPrefix(dialect.Head(f), "<") || strings.HasPrefix(dialect.Head(f), "<html><pre>") {
		return readFlat(f)
	}
	root, notices, err := dialect.Markup(f)
	if err != nil {
		return dialect.Reading{}, err
	}
	r := &reader{out: dialect.Reading{Notices: notices, Clears: true}}
	r.sections(root)
	return r.out, nil
}

// reader is the state of one read.
type reader struct{ out dialect.Reading }

// remains tells what perm says: "!" leaves a value to the user for good; "$",
// "RW" and nothing let him change it until the next file, which is always soon.
func remains(perm string) bool { return strings.Contains(perm, "!") }

func (r *reader) sections(e *markup.Element) {
	for _, c := range e.Children {
		switch strings.ToLower(c.Name) {
		case "settings":
			r.sections(c)
		case "phone-settings":
			for _, s := range c.Children {
				r.setting(s.Name, s)
			}
		case "functionkeys":
			for _, s := range c.Children {
				r.fkey(s)
			}
		case "setting-files":
			r.files(c)
		default:
			r.tree(c.Name, c)
		}
	}
}

func (r *reader) add(key, value string, line int, e *markup.Element) {
	item := dialect.Item{Key: key, Value: value, Line: line}
	for _, a := range e.Attributes {
		item.Attributes = append(item.Attributes, dialect.Attribute{Name: a.Name, Value: a.Value})
		if a.Name == "perm" {
			item.User = remains(a.Value)
		}
	}
	r.out.Items = append(r.out.Items, item)
}

// setting is one of phone-settings: user_name[1] with an idx, language without.
func (r *reader) setting(name string, e *markup.Element) {
	if idx, ok := e.Attr("idx"); ok {
		name = fmt.Sprintf("%s[%s]", name, idx)
	}
	r.add(name, e.Text, e.Line, e)
	for _, c := range e.Children {
		r.setting(name+"."+c.Name, c)
	}
}

// fkey is a key: its text is a kind and what it is about, its attributes an
// account and a label.
func (r *reader) fkey(e *markup.Element) {
	idx, _ := e.Attr("idx")
	key := "fkey[" + idx + "]"
	kind, value, _ := strings.Cut(e.Text, " ")
	r.add(key+".type", kind, e.Line, e)
	if value = strings.TrimSpace(value); value != "" {
		r.add(key+".value", value, e.Line, e)
	}
	for _, a := range e.Attributes {
		if a.Value != "" && (a.Name == "context" || a.Name == "label" || a.Name == "short_label") {
			r.add(key+"."+a.Name, a.Value, a.Line, e)
		}
	}
}

// files are other files, laid over this one.
func (r *reader) files(e *markup.Element) {
	for _, c := range e.Children {
		url, ok := c.Attr("url")
		if !ok || url == "" {
			r.out.Notices = append(r.out.Notices, dialect.Notice{Line: c.Line, Key: "setting-files", Msg: "names no url"})
			continue
		}
		r.out.Includes = append(r.out.Includes, dialect.Include{Name: url, Line: c.Line})
	}
}

// tree is any other section: tbook.item.number.
func (r *reader) tree(path string, e *markup.Element) {
	if len(e.Children) == 0 {
		r.add(path, e.Text, e.Line, e)
	}
	for _, c := range e.Children {
		r.tree(path+"."+c.Name, c)
	}
}

// readFlat reads the text form.
func readFlat(f dialect.File) (dialect.Reading, error) {
	text, notices, err := dialect.FileText(f)
	if err != nil {
		return dialect.Reading{}, err
	}
	out := dialect.Reading{Notices: notices, Clears: true}
	line := 0
	for s := range strings.Lines(text) {
		line++
		s = strings.TrimSpace(s)
		s = strings.TrimPrefix(strings.TrimSuffix(s, "</pre></html>"), "<html><pre>")
		if s == "" || s[0] == '#' || strings.HasPrefix(s, "<") {
			continue
		}
		m := flat().FindStringSubmatch(s)
		if m == nil {
			if len(out.Notices) < 200 {
				out.Notices = append(out.Notices, dialect.Notice{Line: line, Msg: "is no setting (name!: value), and is passed over: " + dialect.Clip(s)})
			}
			continue
		}
		out.Items = append(out.Items, flatItems(m[1], m[2], strings.TrimSpace(m[3]), line)...)
		if len(out.Items) > maxItems {
			return out, dialect.Fault(f.Name, line, "there are more than %d settings; this is not a telephone's file", maxItems)
		}
	}
	return out, nil
}

// maxItems bounds a file: no telephone has so many settings.
const maxItems = 50_000

// flatItems brings a line into the form of the XML: user_name1 is user_name[1],
// and a key's value is a kind and what it is about.
func flatItems(name, perm, value string, line int) []dialect.Item {
	item := dialect.Item{Key: name, Value: value, Line: line, User: remains(perm), Attributes: []dialect.Attribute{{Name: "perm", Value: perm}}}
	m := numbered().FindStringSubmatch(name)
	if m == nil {
		return []dialect.Item{item}
	}
	item.Key = m[1] + "[" + m[2] + "]"
	switch m[1] {
	case "fkey_context", "fkey_label":
		item.Key = "fkey[" + m[2] + "]." + strings.TrimPrefix(m[1], "fkey_")
	case "fkey":
		kind, rest, _ := strings.Cut(value, " ")
		second := item
		item.Key, item.Value = item.Key+".type", kind
		if rest = strings.TrimSpace(rest); rest != "" {
			second.Key, second.Value = second.Key+".value", rest
			return []dialect.Item{item, second}
		}
	}
	return []dialect.Item{item}
}
