package phonebook

import "strings"

func parseCards(text string) []Entry {
	var b book
	var c card
	for line := range strings.Lines(unfold(text)) {
		name, params, value, ok := property(strings.TrimRight(line, "\r\n"))
		switch {
		case !ok:
		case name == "BEGIN":
			c = card{}
		case name == "END":
			b.add(c.title(), c.numbers)
			c = card{}
		case name == "FN" && c.formatted == "": // several are ways to write the same name
			c.formatted = unescape(value)
		case name == "N":
			c.structured = structured(value)
		case name == "ORG":
			c.organisation, _, _ = strings.Cut(value, ";")
			c.organisation = unescape(c.organisation)
		case name == "TEL" && preferred(params):
			c.numbers = append([]string{unescape(value)}, c.numbers...)
		case name == "TEL":
			c.numbers = append(c.numbers, unescape(value))
		}
	}
	return b.entries
}

// card is what a vCard says.
type card struct {
	formatted, structured, organisation string
	numbers                             []string
}

func (c *card) title() string {
	for _, t := range []string{c.formatted, c.structured, c.organisation} {
		if strings.TrimSpace(t) != "" {
			return t
		}
	}
	return ""
}

// unfold joins lines that were folded (RFC 6350 §3.2).
func unfold(text string) string {
	return strings.NewReplacer("\r\n ", "", "\r\n\t", "", "\n ", "", "\n\t", "").Replace(text)
}

// property splits a line: group.NAME;PARAM="a:b":value.
func property(line string) (name, params, value string, ok bool) {
	quoted, end := false, -1
	for i := range len(line) {
		switch {
		case line[i] == '"':
			quoted = !quoted
		case line[i] == ':' && !quoted && end < 0:
			end = i
		}
	}
	if end < 0 {
		return "", "", "", false
	}
	name, params, _ = strings.Cut(line[:end], ";")
	if _, after, grouped := strings.Cut(name, "."); grouped {
		name = after
	}
	return strings.ToUpper(strings.TrimSpace(name)), strings.ToUpper(params), line[end+1:], true
}

// preferred: TYPE=pref of version 3, PREF=1 of version 4.
func preferred(params string) bool {
	for p := range strings.SplitSeq(params, ";") {
		k, v, _ := strings.Cut(p, "=")
		if k == "PREF" && (v == "1" || v == "") || k == "TYPE" && strings.Contains(","+strings.Trim(v, `"`)+",", ",PREF,") {
			return true
		}
	}
	return false
}

// structured is given and family name (§6.2.2: family; given; additional …).
func structured(value string) string {
	family, rest, _ := strings.Cut(value, ";")
	given, _, _ := strings.Cut(rest, ";")
	return strings.TrimSpace(unescape(given) + " " + unescape(family))
}

// unescape takes the backslashes off (§3.4).
func unescape(value string) string {
	return strings.NewReplacer(`\\`, `\`, `\,`, ",", `\;`, ";", `\n`, " ", `\N`, " ").Replace(value)
}
