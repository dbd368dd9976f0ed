package cisco

import (
	"cmp"
	"strconv"
	"strings"

	"offhook/provisioning/dialect"
)

// Rule is a Profile_Rule: alternatives, the first whose condition holds counts.
//
//	( $SWVER lt 7.5 )? [--uid a --pwd b] https://old.example/$MA.cfg | https://new.example/$MA.cfg
type Rule []Alternative

// Alternative is where to fetch, and when.
type Alternative struct {
	Condition string // without brackets; empty: always
	Target
}

// Target is a URL with the options before it.
type Target struct {
	URL     string
	Options []Option
}

// Option is one of [--key k --uid u --pwd p --post a --alias b].
type Option struct{ Name, Value string }

// maxRule bounds what is read of a rule.
const maxRule = 4096

// ParseRule reads a rule. Its errors say what is wrong.
func ParseRule(text string) (Rule, error) {
	if len(text) > maxRule {
		return nil, wrong("the rule is longer than %d characters", maxRule)
	}
	pieces, err := split(text, '|')
	if err != nil {
		return nil, err
	}
	var rule Rule
	for _, piece := range pieces {
		one, err := alternative(strings.TrimSpace(piece))
		if err != nil {
			return nil, err
		}
		rule = append(rule, one)
	}
	return rule, nil
}

func alternative(s string) (Alternative, error) {
	var out Alternative
	if strings.HasPrefix(s, "(") {
		condition, rest, closed := strings.Cut(s[1:], ")")
		rest, asked := strings.CutPrefix(strings.TrimSpace(rest), "?")
		if !closed || !asked {
			return out, wrong("the rule has a condition without ) and ?; write (a eq b)? url")
		}
		out.Condition, s = strings.TrimSpace(condition), strings.TrimSpace(rest)
	}
	if strings.HasPrefix(s, "[") {
		end := closing(s)
		if end < 0 {
			return out, wrong("the rule has [ without ]")
		}
		options, err := options(s[1:end])
		if err != nil {
			return out, err
		}
		out.Options, s = options, strings.TrimSpace(s[end+1:])
	}
	out.URL = strings.Trim(s, `"`)
	if strings.ContainsAny(out.URL, " \t\n[]()\"") {
		return out, wrong("the rule has %q where a URL is wanted", dialect.Clip(out.URL))
	}
	return out, nil
}

// closing is where the bracket that s begins with is closed, outside of quotes.
func closing(s string) int {
	quoted := false
	for i := range len(s) {
		switch {
		case s[i] == '"':
			quoted = !quoted
		case s[i] == ']' && !quoted:
			return i
		}
	}
	return -1
}

// split splits at a byte outside of quotes and of round and square brackets.
func split(s string, at byte) ([]string, error) {
	var out []string
	depth, start, quoted := 0, 0, false
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '(' || c == '[':
			depth++
		case c == ')' || c == ']':
			depth--
		case c == at && depth == 0:
			out = append(out, s[start:i])
			start = i + 1
		}
	}
	if quoted || depth != 0 {
		return nil, wrong("the rule has a quote or a bracket that is not closed")
	}
	return append(out, s[start:]), nil
}

// options reads --name value pairs; a value may be in quotes.
func options(s string) ([]Option, error) {
	words, err := fields(s)
	if err != nil {
		return nil, err
	}
	var out []Option
	for i := 0; i < len(words); i++ {
		name, ok := strings.CutPrefix(words[i], "--")
		if !ok {
			return nil, wrong("the rule has an option without --; the known are --key, --uid, --pwd, --post and --alias")
		}
		o := Option{Name: strings.ToLower(name)}
		if i+1 < len(words) && !strings.HasPrefix(words[i+1], "--") {
			i++
			o.Value = strings.Trim(words[i], `"`)
		}
		out = append(out, o)
	}
	return out, nil
}

// fields splits at blanks outside of quotes.
func fields(s string) ([]string, error) {
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == '\t' || r == '\n' }), " ")
	pieces, err := split(s, ' ')
	var out []string
	for _, p := range pieces {
		if p != "" {
			out = append(out, p)
		}
	}
	return out, err
}

// Choose is the target of the first alternative whose condition holds. expand
// puts values into macros.
func (r Rule) Choose(expand func(string) string) (Target, error) {
	for _, a := range r {
		holds, err := holds(expand(a.Condition))
		if err != nil {
			return Target{}, err
		}
		if holds {
			return a.Target, nil
		}
	}
	return Target{}, wrong("no condition of the rule holds for this phone")
}

// holds evaluates one comparison: of versions by their numbers, of other words
// as text.
func holds(condition string) (bool, error) {
	if condition == "" {
		return true, nil
	}
	words, err := fields(condition)
	if err != nil || len(words) != 3 {
		return false, wrong("the condition (%s) is more than one comparison, which is not evaluated here", dialect.Clip(condition))
	}
	a, b := strings.Trim(words[0], `"`), strings.Trim(words[2], `"`)
	if strings.Contains(a+b, "$") {
		return false, wrong("the condition (%s) asks for what is not known here", dialect.Clip(condition))
	}
	order := versions(a, b)
	switch strings.ToLower(words[1]) {
	case "eq", "=", "==":
		return a == b, nil
	case "ne", "!=":
		return a != b, nil
	case "lt", "<":
		return order < 0, nil
	case "le", "<=":
		return order <= 0, nil
	case "gt", ">":
		return order > 0, nil
	case "ge", ">=":
		return order >= 0, nil
	}
	return false, wrong("%q is not a comparison that is known here; use eq, ne, lt, le, gt or ge", dialect.Clip(words[1]))
}

// versions compares 7.5.2 with 7.10.
func versions(a, b string) int {
	split := func(s string) []string {
		return strings.FieldsFunc(s, func(r rune) bool { return r == '.' || r == '-' || r == '(' || r == ')' })
	}
	as, bs := split(a), split(b)
	for i := range max(len(as), len(bs)) {
		x, y := "0", "0"
		if i < len(as) {
			x = as[i]
		}
		if i < len(bs) {
			y = bs[i]
		}
		n, err1 := strconv.Atoi(x)
		m, err2 := strconv.Atoi(y)
		order := cmp.Compare(n, m)
		if err1 != nil || err2 != nil {
			order = cmp.Compare(x, y)
		}
		if order != 0 {
			return order
		}
	}
	return 0
}
