package dialect

import (
	"strconv"
	"strings"
)

// match is what the placeholders of a pattern stood for; -1: no such placeholder.
type match struct{ n, k int }

// fit matches a key against a pattern: {n} and {k} are numbers of at most four
// digits, * is any text.
func fit(pattern, key string, m match) (match, bool) {
	for pattern != "" {
		switch {
		case strings.HasPrefix(pattern, "{n}"), strings.HasPrefix(pattern, "{k}"):
			digits := leadingDigits(key)
			if digits == 0 || digits > 4 {
				return m, false
			}
			number, _ := strconv.Atoi(key[:digits])
			if pattern[1] == 'n' {
				m.n = number
			} else {
				m.k = number
			}
			pattern, key = pattern[3:], key[digits:]
		case pattern == "*":
			return m, true
		case pattern[0] == '*':
			for cut := range len(key) + 1 {
				if out, ok := fit(pattern[1:], key[cut:], m); ok {
					return out, true
				}
			}
			return m, false
		case key == "" || pattern[0] != key[0]:
			return m, false
		default:
			pattern, key = pattern[1:], key[1:]
		}
	}
	return m, key == ""
}

func leadingDigits(s string) int {
	n := 0
	for n < len(s) && '0' <= s[n] && s[n] <= '9' {
		n++
	}
	return n
}

// shape makes one word of all keys that differ in numbers alone.
func shape(key string) string {
	var out strings.Builder
	for i := 0; i < len(key); {
		if n := leadingDigits(key[i:]); n > 0 {
			out.WriteByte('#')
			i += n
			continue
		}
		out.WriteByte(key[i])
		i++
	}
	return out.String()
}

// row is a rule or a known parameter of a table.
type row struct {
	pattern string
	rules   []Rule
	why     string
}

// index finds the row for a key: a spelled-out one before one with numbers,
// and that before one with a star, the longest first.
type index struct {
	fold   bool
	exact  map[string]*row
	shapes map[string][]*row
	stars  []*row
}

func (d Dialect) index() *index {
	x := &index{fold: d.Fold, exact: map[string]*row{}, shapes: map[string][]*row{}}
	byPattern := map[string]*row{}
	at := func(pattern string) *row {
		if d.Fold {
			// Placeholders are in lower case already.
			pattern = strings.ToLower(pattern)
		}
		r := byPattern[pattern]
		if r == nil {
			r = &row{pattern: pattern}
			byPattern[pattern] = r
			x.add(r)
		}
		return r
	}
	for _, rule := range d.Rules {
		r := at(rule.Key)
		r.rules = append(r.rules, rule)
	}
	for _, known := range d.Known {
		if r := at(known.Key); r.why == "" {
			r.why = known.Why
		}
	}
	return x
}

func (x *index) add(r *row) {
	if strings.Contains(r.pattern, "*") {
		x.stars = append(x.stars, r)
		return
	}
	if !strings.Contains(r.pattern, "{") {
		x.exact[r.pattern] = r
		return
	}
	s := shape(strings.NewReplacer("{n}", "0", "{k}", "0").Replace(r.pattern))
	x.shapes[s] = append(x.shapes[s], r)
}

// longestKey is longer than any parameter's name is: looking for a longer one
// would only take a hostile file's time.
const longestKey = 160

func (x *index) find(key string) (*row, match, bool) {
	if len(key) > longestKey {
		return nil, match{}, false
	}
	if x.fold {
		key = strings.ToLower(key)
	}
	if r := x.exact[key]; r != nil {
		return r, match{-1, -1}, true
	}
	var best *row
	var found match
	for _, r := range x.shapes[shape(key)] {
		if m, ok := fit(r.pattern, key, match{-1, -1}); ok && (best == nil || strings.Count(r.pattern, "{") < strings.Count(best.pattern, "{")) {
			best, found = r, m
		}
	}
	if best != nil {
		return best, found, true
	}
	for _, r := range x.stars {
		if m, ok := fit(r.pattern, key, match{-1, -1}); ok && (best == nil || len(r.pattern) > len(best.pattern)) {
			best, found = r, m
		}
	}
	return best, found, best != nil
}

// expand puts what the placeholders stood for into a path; one that the pattern
// does not have makes it empty.
func expand(path string, m match) string {
	for _, p := range []struct {
		name  string
		value int
	}{{"{n}", m.n}, {"{n+1}", m.n + 1}, {"{k}", m.k}, {"{k+1}", m.k + 1}} {
		path = strings.ReplaceAll(path, p.name, strconv.Itoa(p.value))
	}
	return path
}
