package phone

import (
	"errors"
	"testing"
)

func TestDigitMap_Match(t *testing.T) {
	cases := []struct {
		plan, digits string
		want         Match
	}{
		{"", "", Partial}, {"", "1", Timed},
		{"[1-7]xxx", "", Partial}, {"[1-7]xxx", "123", Partial}, {"[1-7]xxx", "1234", Complete},
		{"[1-7]xxx", "8", NoMatch}, {"[1-7]xxx", "12345", NoMatch},
		{"0x.T", "0", Timed}, {"0x.T", "0123456789", Timed}, {"0x.T", "1", NoMatch},
		{"0x.", "0", Timed}, {"xx.", "1", Timed},
		{"112|1xxx", "112", Timed}, {"112|1xxx", "1123", Complete},
		{"*xx#", "*12", Partial}, {"*xx#", "*12#", Complete},
		{"(1x|2x)", "29", Complete}, {" 1x \n", "12", Complete}, {"[2468*]x", "*1", Complete},
		{"12T", "12", Timed}, {"12T", "123", NoMatch}, {"+x.", "+49", Timed}, {"a1", "A1", Complete},
		{"1", "?", NoMatch},
	}
	for _, c := range cases {
		t.Run(c.plan+": "+c.digits, func(t *testing.T) {
			m, err := ParseDigitMap(c.plan)
			if err != nil {
				t.Fatal(err)
			}
			if got := m.Match(c.digits); got != c.want {
				t.Errorf("got %d, want %d", got, c.want)
			}
		})
	}
}

func TestParseDigitMap_faults(t *testing.T) {
	cases := map[string]string{
		"1y":    `digit map "1y", character 2: not a digit, x, T, [..], . or |`,
		"|1":    `digit map "|1", character 1: an alternative needs a digit`,
		"1|":    `digit map "1|", character 3: an alternative needs a digit`,
		"T":     `digit map "T", character 2: an alternative needs a digit`,
		".":     `digit map ".", character 1: . repeats what is before it, and nothing is`,
		"1..":   `digit map "1..", character 3: one . is enough`,
		"1T2":   `digit map "1T2", character 3: nothing can follow T`,
		"[12":   `digit map "[12", character 1: the set is not closed: add ]`,
		"[]":    `digit map "[]", character 2: the set is empty`,
		"[9-2]": `digit map "[9-2]", character 2: not a range: write 2-9, the smaller digit first`,
		"[1?]":  `digit map "[1?]", character 3: not a digit of a set`,
		"(1":    `digit map "(1", character 1: the bracket is not closed: add ) at the end`,
	}
	for plan, want := range cases {
		t.Run(plan, func(t *testing.T) {
			_, err := ParseDigitMap(plan)
			var fault *DigitMapError
			if !errors.As(err, &fault) || err.Error() != want {
				t.Errorf("got %v, want %s", err, want)
			}
		})
	}
}

func FuzzParseDigitMap(f *testing.F) {
	f.Add("[1-7]xxx|0x.T|*xx", "0123")
	f.Add("(1.|[2-4x]T)", "9#")
	f.Fuzz(func(t *testing.T, plan, digits string) {
		if len(plan) > 200 || len(digits) > 100 {
			return
		}
		m, err := ParseDigitMap(plan)
		if err != nil {
			return
		}
		again, err := ParseDigitMap(m.String())
		if err != nil || again.Match(digits) != m.Match(digits) {
			t.Errorf("%q is not read the same again: %v", plan, err)
		}
	})
}
