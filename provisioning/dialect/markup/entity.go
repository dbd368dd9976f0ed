package markup

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

var entities = map[string]string{"amp": "&", "lt": "<", "gt": ">", "quot": `"`, "apos": "'"}

// unescape replaces the five entities and characters by number; anything else
// stays as it is, which is what telephones do with a bare ampersand.
func (p *parser) unescape(s string, line int) string {
	if !strings.Contains(s, "&") {
		return s
	}
	var out strings.Builder
	for {
		before, rest, found := strings.Cut(s, "&")
		out.WriteString(before)
		line += strings.Count(before, "\n")
		if !found {
			return out.String()
		}
		name, _, closed := strings.Cut(rest[:min(len(rest), 12)], ";")
		text, ok := entity(name)
		if !closed || !ok {
			if len(p.notices) < maxNotices {
				p.notices = append(p.notices, Notice{line, "a bare & is taken as text; write &amp;"})
			}
			out.WriteByte('&')
			s = rest
			continue
		}
		out.WriteString(text)
		s = rest[len(name)+1:]
	}
}

// entity is the text of an entity. Control characters have no place in a file
// of a telephone, by number neither.
func entity(name string) (string, bool) {
	number, numeric := strings.CutPrefix(name, "#")
	if !numeric {
		text, ok := entities[name]
		return text, ok
	}
	base := 10
	if hex, ok := strings.CutPrefix(strings.ToLower(number), "x"); ok {
		number, base = hex, 16
	}
	n, err := strconv.ParseUint(number, base, 21)
	r := rune(n)
	if err != nil || !utf8.ValidRune(r) || r < ' ' && r != '\n' && r != '\t' && r != '\r' {
		return "", false
	}
	return string(r), true
}
