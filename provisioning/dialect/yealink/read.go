package yealink

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"offhook/provisioning/dialect"
)

var (
	// glued is a parameter that stands where a value should: a template that
	// had nothing to write left out the end of the line, too.
	glued = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^([a-z][a-z0-9_]*(?:\.[A-Za-z0-9_%]+)+)\s*=(.*)$`) })
	// include is [T54W,T46S]include:config "name" or <name>.
	include = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(?:\[([^\]]*)\])?\s*include:\s*config\s*(.*)$`) })
	key     = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.%-]*$`) })
)

// maxItems bounds a file: no telephone has so many parameters.
const maxItems = 50_000

// reader is the state of one read.
type reader struct {
	file      dialect.File
	out       dialect.Reading
	forModels []dialect.Include // for this model alone
	forAll    []dialect.Include
	excluded  bool // specific_model.excluded_mode: files for this model shut out those for all
}

func read(f dialect.File) (dialect.Reading, error) {
	text, notices, err := dialect.FileText(f)
	if err != nil {
		return dialect.Reading{}, err
	}
	r := &reader{file: f, out: dialect.Reading{Notices: notices}}
	if !strings.HasPrefix(strings.TrimLeft(text, " \t\n"), "#!version:") {
		r.note(1, "", "the first line is not #!version:1.0.0.1; a Yealink telephone passes over such a file")
	}
	line := 0
	for s := range strings.Lines(text) {
		line++
		r.line(strings.TrimSpace(s), line)
		if len(r.out.Items) > maxItems {
			return r.out, dialect.Fault(f.Name, line, "there are more than %d parameters; this is not a telephone's file", maxItems)
		}
	}
	r.out.Includes = r.forAll
	if len(r.forModels) > 0 && r.excluded {
		r.out.Includes = nil
	}
	r.out.Includes = append(r.out.Includes, r.forModels...)
	return r.out, nil
}

func (r *reader) note(line int, key, msg string) {
	if len(r.out.Notices) < 200 {
		r.out.Notices = append(r.out.Notices, dialect.Notice{Line: line, Key: key, Msg: msg})
	}
}

func (r *reader) line(s string, line int) {
	if s == "" || s[0] == '#' || s[0] == ';' {
		return
	}
	if m := include().FindStringSubmatch(s); m != nil {
		r.include(m[1], m[2], line)
		return
	}
	name, value, found := strings.Cut(s, "=")
	name = strings.TrimSpace(name)
	if !found || !key().MatchString(name) {
		r.note(line, "", "is neither a parameter (key = value) nor a comment (#), and is passed over: "+dialect.Clip(s))
		return
	}
	r.item(name, strings.TrimSpace(value), line)
}

func (r *reader) item(name, value string, line int) {
	if m := glued().FindStringSubmatch(value); m != nil {
		r.note(line, name, "has no value, and "+dialect.Clip(m[1])+" stands behind it on the same line; both are taken, put each on a line of its own")
		r.item(name, "", line)
		r.item(m[1], strings.TrimSpace(m[2]), line)
		return
	}
	if value == "%NULL%" || value == "%EMPTY%" {
		value = ""
	}
	short := strings.TrimPrefix(name, "static.") // with and without it is the same parameter
	switch short {
	case "overwrite_mode":
		r.out.Clears = value == "1"
	case "specific_model.excluded_mode":
		r.excluded = value == "1"
	}
	r.out.Items = append(r.out.Items, dialect.Item{Key: short, Name: name, Value: value, Line: line})
}

// include notes another file, if it is for this model or for all.
func (r *reader) include(models, name string, line int) {
	name = strings.Trim(strings.TrimSpace(name), `"<>`)
	if name == "" {
		r.note(line, "include:config", "names no file")
		return
	}
	one := dialect.Include{Name: name, Line: line}
	if models == "" {
		r.forAll = append(r.forAll, one)
		return
	}
	mine := slices.ContainsFunc(dialect.Words(models), func(m string) bool { return strings.EqualFold(m, r.file.Device.Model) })
	if !mine {
		r.note(line, "include:config", dialect.Clip(name)+" is for the model "+dialect.Clip(models)+" and is passed over")
		return
	}
	r.forModels = append(r.forModels, one)
}
