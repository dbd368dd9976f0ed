package wire

import "strings"

// IsToken reports whether the text is a token (RFC 3261 §25.1).
func IsToken(text string) bool {
	if text == "" {
		return false
	}
	for i := range len(text) {
		if !tokenByte(text[i]) {
			return false
		}
	}
	return true
}

func tokenByte(c byte) bool {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		return true
	}
	return strings.IndexByte("-.!%*_+`'~", c) >= 0
}

// Split cuts at a separator that stands neither in quotes nor in angle
// brackets, and trims the parts.
func Split(text string, separator byte) []string {
	var out []string
	start, quoted, angle := 0, false, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"' && !angle:
			quoted = !quoted
		case quoted:
		case c == '<':
			angle = true
		case c == '>':
			angle = false
		case c == separator && !angle:
			out = append(out, strings.TrimSpace(text[start:i]))
			start = i + 1
		}
	}
	return append(out, strings.TrimSpace(text[start:]))
}

// Param is a parameter; Value is unquoted.
type Param struct{ Name, Value string }

// Params is a list of parameters.
type Params []Param

// Get returns a parameter's value and whether it is there; names compare
// without regard to case (RFC 3261 §7.3.1).
func (p Params) Get(name string) (string, bool) {
	for _, param := range p {
		if strings.EqualFold(param.Name, name) {
			return param.Value, true
		}
	}
	return "", false
}

// ParseParams reads ";name=value;name" (the first ';' may be missing).
func ParseParams(text string) (Params, error) {
	text = strings.TrimSpace(text)
	text = strings.TrimPrefix(text, ";")
	if text == "" {
		return nil, nil
	}
	var out Params
	for _, part := range Split(text, ';') {
		name, value, _ := strings.Cut(part, "=")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if !IsToken(name) {
			return out, malformed("a parameter has no name")
		}
		if strings.HasPrefix(value, `"`) {
			unquoted, rest, ok := cutQuoted(value)
			if !ok || rest != "" {
				return out, malformed("a quoted parameter does not end")
			}
			value = unquoted
		} else if strings.ContainsAny(value, " \t,\"<>") {
			return out, malformed("parameter %s has a wrong value", name)
		}
		out = append(out, Param{name, value})
	}
	return out, nil
}

// cutQuoted reads a quoted-string at the start of text (RFC 3261 §25.1).
func cutQuoted(text string) (unquoted, rest string, ok bool) {
	var out strings.Builder
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			if i++; i < len(text) {
				out.WriteByte(text[i])
			}
		case '"':
			return out.String(), text[i+1:], true
		default:
			out.WriteByte(text[i])
		}
	}
	return "", "", false
}

// Quote makes a quoted-string. Control characters become spaces.
func Quote(text string) string {
	var out strings.Builder
	out.WriteByte('"')
	for i := range len(text) {
		switch c := text[i]; {
		case c == '"' || c == '\\':
			out.WriteByte('\\')
			out.WriteByte(c)
		case c < ' ' || c == 0x7f:
			out.WriteByte(' ')
		default:
			out.WriteByte(c)
		}
	}
	out.WriteByte('"')
	return out.String()
}
