package locate

import (
	"cmp"
	"slices"
)

// SRV is a record of RFC 2782.
type SRV struct {
	Priority, Weight, Port uint16
	Target                 string // without the last dot; "" for "not offered here"
}

// Order sorts by priority and, among equals, draws by weight: record after
// record, each with a chance of its weight in the sum of those left (RFC 2782,
// "Usage rules"). random(n) is a number in [0, n). The argument is left alone.
func Order(records []SRV, random func(n int) int) []SRV {
	left := slices.Clone(records)
	// Weight 0 goes first, so that it has its small chance.
	sort(left, func(a, b SRV) int {
		return cmp.Or(cmp.Compare(a.Priority, b.Priority), cmp.Compare(min(a.Weight, 1), min(b.Weight, 1)))
	})
	out := make([]SRV, 0, len(left))
	for len(left) > 0 {
		i := draw(left, random)
		out = append(out, left[i])
		left = slices.Delete(left, i, i+1)
	}
	return out
}

// draw chooses among the records of the first priority.
func draw(left []SRV, random func(int) int) int {
	sum, group := 0, 0
	for group < len(left) && left[group].Priority == left[0].Priority {
		sum += int(left[group].Weight)
		group++
	}
	if group == 1 {
		return 0
	}
	at := random(sum + 1)
	for i := range group {
		if at -= int(left[i].Weight); at <= 0 {
			return i
		}
	}
	return 0
}

// sort is stable, for a few: a twentieth of the code that slices has for many.
func sort[T any](all []T, compare func(a, b T) int) {
	for i := 1; i < len(all); i++ {
		for j := i; j > 0 && compare(all[j], all[j-1]) < 0; j-- {
			all[j], all[j-1] = all[j-1], all[j]
		}
	}
}
