package dialect

import "strings"

// DigitMap makes a digit map of the document of another maker's, which is one of
// theirs in round or curly brackets or none, patterns with | between. A pattern
// that changes the number, bars it, or has letters to be dialled is left out,
// with a warning.
func DigitMap(s string) (Value, error) {
	s = strings.TrimSpace(s)
	for _, pair := range []string{"()", "{}"} {
		if len(s) > 1 && s[0] == pair[0] && s[len(s)-1] == pair[1] {
			s = s[1 : len(s)-1]
		}
	}
	out := ListValue()
	var without []string
	for _, pattern := range strings.Split(s, "|") {
		pattern = strings.TrimSpace(pattern)
		if pattern == "" {
			continue
		}
		ours, ok := digitPattern(pattern)
		if !ok || len(ours) > 128 {
			without = append(without, Clip(pattern))
			continue
		}
		out.List = appendNew(out.List, ours)
	}
	if len(without) > 0 {
		out.Warning = "patterns that this phone does not have are left out: " + Clip(strings.Join(without, " | "))
	}
	if len(out.List) == 0 {
		return out, NoSuch("it has no pattern of this phone: digits, * # +, x, [2-9], a dot or plus for repeating, T")
	}
	return out, nil
}

// digitPattern translates one pattern: x+ is xx. here, a comma (another dial
// tone) is nothing, S0 at the end (dial at once) is what happens without T.
func digitPattern(s string) (string, bool) {
	var out strings.Builder
	last := "" // that a dot or a plus repeats
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c >= '0' && c <= '9', c == '*', c == '#', c >= 'A' && c <= 'D':
			last = s[i : i+1]
		case c == 'x' || c == 'X':
			last = "x"
		case c == '[':
			end := strings.IndexByte(s[i:], ']')
			if end < 2 || !digitSet(s[i+1:i+end]) {
				return "", false
			}
			last = s[i : i+end+1]
		case c == '.' && last != "":
			out.WriteByte('.')
			last = ""
			i++
			continue
		case c == '+' && last != "" && i > 0:
			out.WriteString(last + ".")
			last = ""
			i++
			continue
		case c == '+' && i == 0:
			last = "+"
		case c == ',' || c == ' ':
			i++
			continue
		case (c == 'T' || c == 't') && out.Len() > 0 && i == len(s)-1:
			return out.String() + "T", true
		case c == 'S' && s[i:] == "S0" && out.Len() > 0:
			return out.String(), true
		default:
			return "", false
		}
		out.WriteString(last)
		i += len(last)
	}
	return out.String(), out.Len() > 0
}

// digitSet tells a set between brackets: digits, ranges that run upwards, * and #.
func digitSet(s string) bool {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c >= '0' && c <= '9' && i+2 < len(s) && s[i+1] == '-':
			if s[i+2] < c || s[i+2] > '9' {
				return false
			}
			i += 2
		case c >= '0' && c <= '9', c >= 'A' && c <= 'D', c == '*', c == '#':
		default:
			return false
		}
	}
	return s != ""
}
