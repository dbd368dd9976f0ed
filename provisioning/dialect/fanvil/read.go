package fanvil

import (
	"fmt"
	"regexp"
	"strings"
	"sync"

	"offhook/provisioning/dialect"
	"offhook/provisioning/dialect/markup"
)

// reader is the state of one read.
type reader struct {
	out dialect.Reading
	old bool // one of the older forms, where some values mean something else
}

// maxItems bounds a file: no telephone has so many parameters.
const maxItems = 50_000

func read(f dialect.File) (dialect.Reading, error) {
	if strings.HasPrefix(dialect.Head(f), "<<") {
		return readText(f)
	}
	root, notices, err := dialect.Markup(f)
	if err != nil {
		return dialect.Reading{}, err
	}
	r := &reader{out: dialect.Reading{Notices: notices, Clears: true}}
	for _, top := range root.Children {
		r.old = strings.EqualFold(top.Name, "VOIP_CONFIG_FILE")
		for _, c := range top.Children {
			r.element("", "", c)
		}
	}
	if len(r.out.Items) > maxItems {
		return r.out, dialect.Fault(f.Name, 0, "there are more than %d parameters; this is not a telephone's file", maxItems)
	}
	return r.out, nil
}

// element makes items of an element and those in it.
func (r *reader) element(path, spelled string, e *markup.Element) {
	name := plain(e.Name)
	if path == "" {
		name = module(e.Name)
	}
	if index, ok := e.Attr("index"); ok {
		name += "[" + index + "]"
		spelled += e.Name + "[" + index + "]."
	} else {
		spelled += e.Name + "."
	}
	if entry, ok := strings.CutSuffix(e.Name, "_Entry"); ok { // of an old list, named by its ID
		id := e.Child("ID")
		if id == nil {
			r.out.Notices = append(r.out.Notices, dialect.Notice{Line: e.Line, Key: e.Name, Msg: "has no ID and is passed over"})
			return
		}
		spelled = id.Text + "."
		path = path[:max(strings.LastIndexByte(path, '.'), 0)] // the list itself says nothing
		name = strings.TrimSuffix(strings.TrimPrefix(plain(entry), "sip"), "list") + "[" + number(id.Text) + "]"
	}
	at := strings.TrimPrefix(path+"."+name, ".")
	if len(e.Children) == 0 {
		r.add(at, strings.TrimSuffix(spelled, "."), e.Text, e.Line)
		return
	}
	for _, c := range e.Children {
		if c.Name != "ID" {
			r.element(at, spelled, c)
		}
	}
}

// plain is a name as all forms have it: Phone_Number, Phone Number and
// PhoneNumber are phonenumber.
func plain(name string) string {
	return strings.ToLower(strings.NewReplacer("_", "", " ", "", ".", "", "-", "").Replace(name))
}

// module is the name of a section: SIP_CONFIG_MODULE and sip are sip.
func module(name string) string {
	name = plain(name)
	name = strings.TrimSuffix(strings.TrimSuffix(name, "configmodule"), "cfgmodule")
	return name
}

// number is what is left of SIP1, P1, Fkey1.
func number(id string) string {
	return strings.TrimLeft(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz _")
}

func (r *reader) add(key, spelled, value string, line int) {
	if r.old && strings.HasSuffix(key, "].transport") {
		key += "(old)"
	}
	if value == "%NULL%" {
		value = ""
	}
	r.out.Items = append(r.out.Items, dialect.Item{Key: key, Name: spelled, Value: value, Line: line})
}

var (
	heading  = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^<([A-Za-z0-9 ]+?)(?: CONFIG| CFG)? MODULE>`) })
	setting  = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^([A-Za-z0-9#./_ -]+?)\s*:(.*)$`) })
	numbered = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^(SIP|P|Fkey|MCAST|Alert|Account|Profile)([0-9]+) +(.+)$`)
	})
)

// lists are what numbered names of the text form belong to.
var lists = map[string]string{
	"SIP": "line", "P": "portconfig", "Fkey": "functionkey", "MCAST": "mcastaddr", "Alert": "alertinforing", "Account": "mmiaccount", "Profile": "profile",
}

// readText reads the text form: <NAME CONFIG MODULE> and lines of "Name :value".
func readText(f dialect.File) (dialect.Reading, error) {
	text, notices, err := dialect.FileText(f)
	if err != nil {
		return dialect.Reading{}, err
	}
	r := &reader{out: dialect.Reading{Notices: notices, Clears: true}, old: true}
	section, line := "", 0
	for s := range strings.Lines(text) {
		line++
		s = strings.TrimSpace(s)
		switch {
		case s == "" || strings.HasPrefix(s, "<<"):
		case strings.HasPrefix(s, "--"): // the title of a list
		case heading().MatchString(s):
			section = plain(heading().FindStringSubmatch(s)[1])
		case setting().MatchString(s):
			m := setting().FindStringSubmatch(s)
			r.add(textKey(section, m[1]), m[1], strings.TrimSpace(m[2]), line)
		default:
			if len(r.out.Notices) < 200 {
				r.out.Notices = append(r.out.Notices, dialect.Notice{Line: line, Msg: "is no parameter (Name :value), and is passed over: " + dialect.Clip(s)})
			}
		}
		if len(r.out.Items) > maxItems {
			return r.out, dialect.Fault(f.Name, line, "there are more than %d parameters; this is not a telephone's file", maxItems)
		}
	}
	return r.out, nil
}

func textKey(section, name string) string {
	if m := numbered().FindStringSubmatch(name); m != nil {
		name = fmt.Sprintf("%s[%s].%s", lists[m[1]], m[2], plain(m[3]))
	} else {
		name = plain(name)
	}
	return strings.TrimPrefix(section+"."+name, ".")
}
