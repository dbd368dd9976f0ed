package cisco

import (
	"fmt"
	"strings"

	"offhook/provisioning"
	"offhook/provisioning/dialect"
	"offhook/provisioning/dialect/markup"
)

// read takes every element without children for a parameter: what is around
// them, and the attribute group, mean nothing. An element that is empty has its
// default.
func read(f dialect.File) (dialect.Reading, error) {
	root, notices, err := dialect.Markup(f)
	if err != nil {
		return dialect.Reading{}, err
	}
	x := reader{file: f, out: dialect.Reading{Clears: true, Notices: notices}, general: map[string]string{}}
	x.collect(root)
	x.walk(root)
	return x.out, nil
}

type reader struct {
	file    dialect.File
	out     dialect.Reading
	general map[string]string // GPP_A is $A in values
}

func (x *reader) collect(e *markup.Element) {
	for _, c := range e.Children {
		if name, ok := strings.CutPrefix(c.Name, "GPP_"); ok && len(name) <= 2 {
			x.general[name] = c.Text
		}
		x.collect(c)
	}
}

func (x *reader) walk(e *markup.Element) {
	for _, c := range e.Children {
		if len(c.Children) > 0 || strings.EqualFold(c.Name, "flat-profile") {
			x.walk(c)
			continue
		}
		item := dialect.Item{Key: c.Name, Value: c.Text, Line: c.Line}
		for _, a := range c.Attributes {
			item.Attributes = append(item.Attributes, dialect.Attribute{Name: a.Name, Value: a.Value})
			if a.Name == "ua" {
				item.User = a.Value == "rw" // user access
			}
		}
		if strings.EqualFold(c.Name, "Profile_Rule") && c.Text != "" {
			x.profileRule(item)
			continue
		}
		item.Value = x.expand(item.Value, x.file.Device)
		x.out.Items = append(x.out.Items, item)
	}
}

// profileRule makes items of the pieces of the rule that is chosen.
func (x *reader) profileRule(item dialect.Item) {
	rule, err := ParseRule(item.Value)
	var target Target
	if err == nil {
		target, err = rule.Choose(func(s string) string { return x.expand(s, x.file.Device) })
	}
	if err != nil {
		x.out.Notices = append(x.out.Notices, dialect.Notice{Line: item.Line, Key: item.Key, Msg: err.Error()})
		item.Value, item.Idle = "", err.Error()
		x.out.Items = append(x.out.Items, item)
		return
	}
	add := func(option, value string) {
		one := item
		one.Key, one.Value = strings.TrimSpace(item.Key+" "+option), value
		x.out.Items = append(x.out.Items, one)
	}
	add("", x.expand(braces.Replace(target.URL), provisioning.Device{}))
	for _, o := range target.Options {
		add("--"+o.Name, x.expand(o.Value, x.file.Device))
	}
}

// braces brings macros of the device into the document's form, so that the URL
// stays good for every telephone.
var braces = strings.NewReplacer("$MAU", "{MAC}", "${MAU}", "{MAC}", "$MAC", "{MAC}", "$MA", "{mac}", "${MA}", "{mac}",
	"$PSN", "{model}", "$PN", "{model}", "$SERIAL", "{serial}", "$SN", "{serial}", "$SWVER", "{version}")

// expand puts the device and the general parameters into the macros of a value;
// what is not known stays. A zero device leaves its macros.
func (x *reader) expand(s string, d provisioning.Device) string {
	if !strings.Contains(s, "$") {
		return s
	}
	var out strings.Builder
	for {
		before, rest, found := strings.Cut(s, "$")
		out.WriteString(before)
		if !found {
			return out.String()
		}
		name, after, braced := macroName(rest)
		value, ok := x.macro(name, d)
		switch {
		case ok:
			out.WriteString(value)
		case braced:
			out.WriteString("${" + name + "}")
		default:
			out.WriteString("$" + name)
		}
		s = after
	}
}

// macroName splits what follows a dollar: capital letters, or anything in braces.
func macroName(s string) (name, rest string, braced bool) {
	if inside, ok := strings.CutPrefix(s, "{"); ok {
		if name, rest, closed := strings.Cut(inside, "}"); closed {
			return name, rest, true
		}
	}
	n := 0
	for n < len(s) && s[n] >= 'A' && s[n] <= 'Z' {
		n++
	}
	return s[:n], s[n:], false
}

func (x *reader) macro(name string, d provisioning.Device) (string, bool) {
	if value, ok := x.general[name]; ok {
		return value, true
	}
	if d == (provisioning.Device{}) {
		return "", false
	}
	bare := strings.NewReplacer(":", "", "-", "", ".", "").Replace(d.MAC)
	switch name {
	case "MA":
		return strings.ToLower(bare), true
	case "MAU":
		return strings.ToUpper(bare), true
	case "MAC":
		return strings.ToLower(d.MAC), true
	case "PN", "PSN":
		return d.Model, true
	case "SN", "SERIAL":
		return d.Serial, true
	case "SWVER", "VERSION":
		return d.Version, true
	}
	return "", false
}

func wrong(format string, args ...any) error { return fmt.Errorf(format, args...) }
