package dialect

import (
	"strings"

	"offhook/provisioning/dialect/markup"
)

// Sure is the least that Sniff must say for a file to be taken for a dialect's.
const Sure = 50

// Detect finds the dialect that is surest of a file.
func Detect(dialects []Dialect, f File) (Dialect, bool) {
	best, sure := Dialect{}, Sure-1
	for _, d := range dialects {
		if s := d.Sniff(f); s > sure {
			best, sure = d, s
		}
	}
	return best, sure >= Sure
}

// ByName finds a dialect by its name.
func ByName(dialects []Dialect, name string) (Dialect, bool) {
	for _, d := range dialects {
		if strings.EqualFold(d.Name, name) {
			return d, true
		}
	}
	return Dialect{}, false
}

// Markup reads a file's text as markup. What is not well-formed is in the notices.
func Markup(f File) (*markup.Element, []Notice, error) {
	text, notices, err := FileText(f)
	if err != nil {
		return nil, nil, err
	}
	root, odd, err := markup.Parse(text)
	if e, ok := err.(*markup.Error); ok {
		return nil, nil, Fault(f.Name, e.Line, "%s", e.Msg)
	}
	for _, n := range odd {
		notices = append(notices, Notice{Line: n.Line, Msg: n.Msg})
	}
	return root, notices, nil
}

// Base is a file's name without folders and query, in lower case.
func Base(f File) string {
	name, _, _ := strings.Cut(f.Name, "?")
	return strings.ToLower(name[strings.LastIndexAny(name, `/\`)+1:])
}
