package firmware

import (
	"cmp"
	"strconv"
	"strings"
)

// version is a number such as v1.2.3-rc1+4, as far as it can be compared.
type version struct {
	numbers [3]int
	before  string // of a version that comes before the numbers': rc1
}

// parseVersion reads one; what is none, as a developer's, is not ok.
func parseVersion(text string) (v version, ok bool) {
	text, _, _ = strings.Cut(strings.TrimPrefix(text, "v"), "+")
	text, v.before, _ = strings.Cut(text, "-")
	parts := strings.Split(text, ".")
	if len(parts) > len(v.numbers) {
		return v, false
	}
	for i, part := range parts {
		n, err := strconv.ParseUint(part, 10, 16)
		if err != nil {
			return v, false
		}
		v.numbers[i] = int(n)
	}
	return v, true
}

// compare orders two versions. One that is no number is older than all that are.
func compare(a, b string) int {
	va, okA := parseVersion(a)
	vb, okB := parseVersion(b)
	switch {
	case !okA && !okB:
		return cmp.Compare(a, b)
	case !okA:
		return -1
	case !okB:
		return 1
	}
	for i := range va.numbers {
		if d := cmp.Compare(va.numbers[i], vb.numbers[i]); d != 0 {
			return d
		}
	}
	switch {
	case va.before == vb.before:
		return 0
	case va.before == "":
		return 1
	case vb.before == "":
		return -1
	}
	stem, digits := numbered(va.before)
	stemB, digitsB := numbered(vb.before)
	return cmp.Or(cmp.Compare(stem, stemB), cmp.Compare(len(digits), len(digitsB)), cmp.Compare(digits, digitsB))
}

// numbered is rc10 as rc and 10, which comes after 9.
func numbered(before string) (stem, digits string) {
	stem = strings.TrimRight(before, "0123456789")
	return stem, strings.TrimLeft(before[len(stem):], "0")
}

// same tells whether two are one version, whether they have a v or not.
func same(a, b string) bool { return strings.TrimPrefix(a, "v") == strings.TrimPrefix(b, "v") }
