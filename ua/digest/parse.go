package digest

import "strings"

// maxParameters bounds what a hostile header costs.
const maxParameters = 64

type parameter struct{ name, value string }

type challenge struct {
	scheme     string
	parameters []parameter
}

// get returns the first value of a parameter.
func (c challenge) get(name string) string {
	for _, p := range c.parameters {
		if strings.EqualFold(p.name, name) {
			return p.value
		}
	}
	return ""
}

// parse reads `scheme name=value, …` (RFC 9110 §11.6), any number of them. It is
// tolerant: whatever does not fit is passed over.
func parse(s string) []challenge {
	var all []challenge
	for count := 0; count < maxParameters; count++ {
		s = strings.TrimLeft(s, " \t\r\n,;")
		word := s[:wordEnd(s)]
		if word == "" {
			if s == "" {
				return all
			}
			s = s[1:]
			continue
		}
		s = strings.TrimLeft(s[len(word):], " \t\r\n")
		switch {
		case strings.HasPrefix(s, "="):
			var value string
			value, s = readValue(s[1:])
			if len(all) > 0 {
				last := &all[len(all)-1]
				last.parameters = append(last.parameters, parameter{word, value})
			}
		case len(all) > 0 && (s == "" || s[0] == ',') && len(all[len(all)-1].parameters) > 0:
			// An unquoted list, qop=auth,auth-int: RFC 2617 forbids it, some send it.
			list := all[len(all)-1].parameters
			list[len(list)-1].value += "," + word
		default:
			all = append(all, challenge{scheme: word})
		}
	}
	return all
}

func wordEnd(s string) int {
	if i := strings.IndexAny(s, " \t\r\n,;=\""); i >= 0 {
		return i
	}
	return len(s)
}

// readValue reads a token or quoted string and returns the rest.
func readValue(s string) (value, rest string) {
	s = strings.TrimLeft(s, " \t\r\n")
	if !strings.HasPrefix(s, `"`) {
		end := strings.IndexAny(s, " \t\r\n,;")
		if end < 0 {
			end = len(s)
		}
		return s[:end], s[end:]
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			if i++; i < len(s) {
				b.WriteByte(s[i])
			}
		case '"':
			return b.String(), s[i+1:]
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String(), "" // not closed: the rest is the value
}

// quoted makes a quoted string; control characters would break the message.
func quoted(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i := range len(s) {
		switch c := s[i]; {
		case c < ' ' || c == 0x7f:
		case c == '"' || c == '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// token keeps what a token may hold (RFC 3261 §25.1).
func token(s string) string {
	return strings.Map(func(r rune) rune {
		if r <= ' ' || r >= 0x7f || strings.ContainsRune(`",;=\<>@()/:?[]{}`, r) {
			return -1
		}
		return r
	}, s)
}
