package provisioning

import (
	"strings"
	"unicode/utf8"
)

// suggest says what an unknown key may have been meant to be.
func suggest(key string, fields []field) string {
	best, distance := "", 3
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.name
		if n := EditDistance(strings.ToLower(strings.ReplaceAll(key, "_", "-")), f.name, distance); n < distance {
			best, distance = f.name, n
		}
	}
	if best != "" {
		return "did you mean " + best + "?"
	}
	return "remove it, or use one of " + strings.Join(names, ", ")
}

// EditDistance counts insertions, deletions and replacements (Levenshtein); the
// answer is limit when it is that or more.
func EditDistance(a, b string, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit {
		return limit
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return min(row[len(b)], limit)
}

// clip keeps what a hostile file may put into a message short.
func clip(s string) string {
	const most = 60
	s = strings.ToValidUTF8(s, "\uFFFD")
	if len(s) <= most {
		return s
	}
	s = s[:most]
	for !utf8.ValidString(s) {
		s = s[:len(s)-1]
	}
	return s + "…"
}
