package grandstream

import (
	"regexp"
	"strconv"
	"strings"
	"sync"

	"offhook/provisioning/dialect"
	"offhook/provisioning/dialect/markup"
)

func read(f dialect.File) (dialect.Reading, error) {
	out, err := readForm(f)
	idleKeys(out.Items)
	return out, err
}

func readForm(f dialect.File) (dialect.Reading, error) {
	if isBinary(f.Data) {
		return readBinary(f)
	}
	if !strings.HasPrefix(dialect.Head(f), "<") {
		return readText(f)
	}
	root, notices, err := dialect.Markup(f)
	if err != nil {
		return dialect.Reading{}, err
	}
	x := reader{file: f, out: dialect.Reading{Clears: true, Notices: notices}}
	x.walk(root, "")
	if x.aliases > 0 && x.numbers > 0 {
		x.note(1, "holds P-values and aliases; telephones of this maker read one kind of a file alone, here both count")
	}
	return x.out, x.err
}

// keyNumber takes the kind and number of a key's parameter, in words or P-values.
func keyNumber(key string) (kind string, n int) {
	if rest, ok := strings.CutPrefix(key, "pks."); ok {
		kind, rest, _ = strings.Cut(rest, ".")
		number, _, _ := strings.Cut(rest, ".")
		n, _ = strconv.Atoi(number)
		return kind, n
	}
	p, err := strconv.Atoi(strings.TrimPrefix(key, "P"))
	switch {
	case err != nil || key[0] != 'P':
	case p >= 1363 && p < 1363+2*lineKeys:
		return "vpk", (p-1363)/2 + 1
	case p >= 301 && p < 301+3*memoryKeys:
		return "mpk", (p-301)/3 + 1
	case p >= 323 && p < 323+memoryKeys:
		return "mpk", p - 322
	}
	return "", 0
}

// idleKeys leaves out multi-purpose keys whose number a line key has already:
// this phone has one row of keys.
func idleKeys(items []dialect.Item) {
	taken := map[int]bool{}
	for _, item := range items {
		if kind, n := keyNumber(item.Key); kind == "vpk" && item.Value != "" && item.Value != "-1" && !strings.EqualFold(item.Value, "none") {
			taken[n] = true
		}
	}
	for i, item := range items {
		if kind, n := keyNumber(item.Key); kind == "mpk" && taken[n] {
			items[i].Idle = "the line key of this number has a task already"
		}
	}
}

type reader struct {
	file             dialect.File
	out              dialect.Reading
	aliases, numbers int
	err              error
}

func (x *reader) note(line int, msg string) {
	x.out.Notices = append(x.out.Notices, dialect.Notice{Line: line, Msg: msg})
}

// pName is the name of a P-value's element.
var pName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[Pp][0-9]{1,6}$`) })

// walk takes the parameters below an element. <item> and <part> may be nested,
// and their names then make one: account.1 with a part sip.userid. Elements
// between, such as <config> and a door's modules, mean nothing.
func (x *reader) walk(e *markup.Element, prefix string) {
	for _, c := range e.Children {
		switch {
		case strings.EqualFold(c.Name, "mac"):
			x.mac(c)
		case pName().MatchString(c.Name):
			x.numbers++
			x.item("P"+c.Name[1:], c)
		case strings.EqualFold(c.Name, "item"), strings.EqualFold(c.Name, "part"):
			x.named(c, prefix)
		default:
			x.walk(c, prefix)
		}
	}
}

func (x *reader) named(c *markup.Element, prefix string) {
	name, ok := c.Attr("name")
	if !ok {
		x.note(c.Line, "<"+c.Name+"> has no name and is passed over")
		return
	}
	if prefix != "" {
		name = prefix + "." + name
	}
	if len(c.Children) == 0 {
		x.aliases++
		x.item(name, c)
		return
	}
	x.walk(c, name)
}

func (x *reader) item(key string, c *markup.Element) {
	x.out.Items = append(x.out.Items, dialect.Item{Key: key, Value: c.Text, Line: c.Line})
}

// mac refuses a file that is for another telephone, as this maker's do.
func (x *reader) mac(c *markup.Element) {
	if err := forUs(x.file, c.Text, c.Line); err != nil && x.err == nil {
		x.err = err
	}
}

func forUs(f dialect.File, mac string, line int) error {
	theirs, ours := plainMAC(mac), plainMAC(f.Device.MAC)
	if theirs == "" || ours == "" || theirs == ours {
		return nil
	}
	return dialect.Fault(f.Name, line, "is for the telephone with the MAC %s and this one has %s; look why the server gives it", dialect.Clip(theirs), ours)
}

func plainMAC(s string) string {
	return strings.ToLower(strings.NewReplacer(":", "", "-", "", ".", "", " ", "").Replace(s))
}

// readText reads P-values a line each, with # before remarks.
func readText(f dialect.File) (dialect.Reading, error) {
	text, notices, err := dialect.FileText(f)
	if err != nil {
		return dialect.Reading{}, err
	}
	out := dialect.Reading{Clears: true, Notices: notices}
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		key, value, found := strings.Cut(line, "=")
		key = strings.TrimSpace(key)
		if !found || !pName().MatchString(key) {
			out.Notices = append(out.Notices, dialect.Notice{Line: i + 1, Msg: "is not P… = value and is passed over"})
			continue
		}
		out.Items = append(out.Items, dialect.Item{Key: "P" + key[1:], Value: strings.TrimSpace(value), Line: i + 1})
	}
	return out, nil
}
