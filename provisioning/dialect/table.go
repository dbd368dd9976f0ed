package dialect

import (
	"compress/gzip"
	"fmt"
	"io"
	"strings"
	"sync"
)

// Table is a dialect's rules and known parameters as text, packed by gzip. It is
// read when the dialect is first needed, and kept as long as the dialect is.
//
// A line is one parameter, its columns with tabs between; one that begins with #
// is a comment:
//
//	key	!why                           known, and why it has no effect
//	key	to	converter	note           a rule; see Rule
//	let name	converter               another name for a converter
//
// To is a path, "-" for none, with "weak" or "secret" behind a blank. Without a
// converter the value is taken as it stands. A converter's arguments follow it
// with | between: enum|0=udp|1=!why not|2=~taken, and how.
type Table struct {
	Packed     string      // table.gz
	Converters []Converter // the dialect's own, before those of all
	// Family makes what one line stands for, where that is more than one
	// parameter: a line of a rule has no why. Nil: it is one.
	Family func(r Rule, why string) ([]Rule, []Known, error)

	once  sync.Once
	rules []Rule
	known []Known
	err   error
}

// Converter is a conversion by its name in a table.
type Converter struct {
	Name string
	As   Convert
	Of   func(args []string) Convert // in place of As; nil Convert: wrong arguments
}

// maxTable bounds a table's text, in bytes.
const maxTable = 1 << 20

// Loaded is the dialect with the rules and known parameters of its Table.
func (d Dialect) Loaded() (Dialect, error) {
	if d.Table == nil {
		return d, nil
	}
	d.Table.once.Do(d.Table.load)
	d.Rules, d.Known = d.Table.rules, d.Table.known
	if d.Table.err != nil {
		return d, fmt.Errorf("the table of %s: %w", d.Maker, d.Table.err)
	}
	return d, nil
}

func (t *Table) load() {
	text, err := Unpack(t.Packed)
	if err == nil {
		err = t.Parse(text)
	}
	t.err = err
}

// Unpack is the text of a packed table.
func Unpack(packed string) (string, error) {
	r, err := gzip.NewReader(strings.NewReader(packed))
	if err != nil {
		return "", err
	}
	text, err := io.ReadAll(io.LimitReader(r, maxTable))
	return string(text), err
}

// Parse reads a table's text. Its error names the line.
func (t *Table) Parse(text string) error {
	p := parser{table: t, named: map[string]Convert{}}
	for n := 1; text != ""; n++ {
		var line string
		line, text, _ = strings.Cut(text, "\n")
		if line == "" || line[0] == '#' {
			continue
		}
		if err := p.line(line); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
	}
	return nil
}

// parser is the state of one Parse.
type parser struct {
	table *Table
	named map[string]Convert // by how the text has them: the same one is made once
}

func (p *parser) line(line string) error {
	key, rest, _ := strings.Cut(line, "\t")
	if name, ok := strings.CutPrefix(key, "let "); ok {
		as, err := p.converter(rest)
		p.named[name] = as
		return err
	}
	if err := checkPattern(key); err != nil {
		return err
	}
	if why, ok := strings.CutPrefix(rest, "!"); ok && why != "" {
		return p.add(Rule{Key: key}, why)
	}
	to, rest, _ := strings.Cut(rest, "\t")
	converter, note, _ := strings.Cut(rest, "\t")
	as, err := p.converter(converter)
	if err != nil {
		return err
	}
	r := Rule{Key: key, As: as, Note: note}
	to, marks, _ := strings.Cut(to, " ")
	for _, mark := range strings.Fields(marks) {
		r.Weak = r.Weak || mark == "weak"
		r.Secret = r.Secret || mark == "secret"
		if mark != "weak" && mark != "secret" {
			return fmt.Errorf("%q is neither weak nor secret", mark)
		}
	}
	switch to {
	case "":
		return fmt.Errorf("%s has neither a setting nor a why", key)
	case "-":
	default:
		r.To = to
	}
	return p.add(r, "")
}

func (p *parser) add(r Rule, why string) error {
	t := p.table
	if t.Family != nil {
		rules, known, err := t.Family(r, why)
		t.rules, t.known = append(t.rules, rules...), append(t.known, known...)
		return err
	}
	if why != "" {
		t.known = append(t.known, Known{r.Key, why})
		return nil
	}
	t.rules = append(t.rules, r)
	return nil
}

// checkPattern finds braces that are no placeholder.
func checkPattern(key string) error {
	rest := strings.ReplaceAll(strings.ReplaceAll(key, "{n}", ""), "{k}", "")
	if key == "" || strings.ContainsAny(rest, "{}") {
		return fmt.Errorf("%q is not a pattern: {n} and {k} are numbers, * is any text", key)
	}
	return nil
}

// converter makes what a table's text names; empty: none.
func (p *parser) converter(text string) (Convert, error) {
	if text == "" {
		return nil, nil
	}
	if as, ok := p.named[text]; ok {
		return as, nil
	}
	args := strings.Split(text, "|")
	for _, list := range [][]Converter{p.table.Converters, converters} {
		for _, c := range list {
			if c.Name != args[0] {
				continue
			}
			as := c.As
			if c.Of != nil {
				as = c.Of(args[1:])
			}
			if as == nil || c.Of == nil && len(args) > 1 {
				return nil, fmt.Errorf("the converter %s has wrong arguments: %s", c.Name, text)
			}
			p.named[text] = as
			return as, nil
		}
	}
	return nil, fmt.Errorf("there is no converter %s", args[0])
}
