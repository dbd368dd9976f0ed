package dialect_test

import (
	"slices"
	"strings"
	"testing"

	"offhook/provisioning"
	"offhook/provisioning/dialect"
)

func TestDigitMap(t *testing.T) {
	cases := []struct {
		in      string
		out     string
		warning string // part of
	}{
		{"{x+|*x+|[2-9]11}", "xx. *xx. [2-9]11", ""},
		{"(*xx|[3469]11|0|00|[2-9]xxxxxx|1xxx[2-9]xxxxxxS0|xxxxxxxxxxxx.)", "*xx [3469]11 0 00 [2-9]xxxxxx 1xxx[2-9]xxxxxx xxxxxxxxxxxx.", ""},
		{"[2-9]11|0T|011xxx.T|[0-1][2-9]xxxxxxxxx", "[2-9]11 0T 011xxx.T [0-1][2-9]xxxxxxxxx", ""},
		{"{ x+ | *x+ | *xx*x+ }", "xx. *xx. *xx*xx.", ""},
		{`{x+|\p\a\r\k\+*x+}`, "xx.", `left out: \p\a\r\k\+*x+`},
		{"(9,xxxx|<9:>1xx|0!|xx)", "9xxxx xx", "<9:>1xx | 0!"},
		{"[1-3]+|+x.|1x|1x", "[1-3][1-3]. +x. 1x", ""},
		{"X.T", "x.T", ""},
	}
	for _, c := range cases {
		v, err := dialect.DigitMap(c.in)
		if err != nil || strings.Join(v.List, " ") != c.out || !strings.Contains(v.Warning, c.warning) || (c.warning == "") != (v.Warning == "") {
			t.Errorf("%s -> %q %q %v", c.in, v.List, v.Warning, err)
		}
	}
	for _, in := range []string{"", "()", "abc", "[^1]", "[3-1]", "[", "[]", ".", "T", "S0", "R9RRxx", "+."} {
		if v, err := dialect.DigitMap(in); err == nil && !slices.Equal(v.List, []string{"+."}) {
			t.Errorf("%q -> %q", in, v.List)
		}
	}
}

// What DigitMap makes is a digit map of the document.
func FuzzDigitMap(f *testing.F) {
	for _, s := range []string{"{x+|*x+}", "(9,[2-9]xxS0|x.T)", "R9RR|+[1-3]+"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		v, err := dialect.DigitMap(s)
		if err != nil || len(v.List) > 900 {
			return
		}
		list := &provisioning.Node{Kind: provisioning.List}
		for _, one := range v.List {
			list.Items = append(list.Items, &provisioning.Node{Kind: provisioning.Text, Value: one})
		}
		root := &provisioning.Node{Kind: provisioning.Map, Fields: []provisioning.Field{
			{Key: "offhook", Value: &provisioning.Node{Kind: provisioning.Int, Value: "1"}},
			{Key: "dial-plan", Value: &provisioning.Node{Kind: provisioning.Map, Fields: []provisioning.Field{{Key: "digit-map", Value: list}}}},
		}}
		if _, err := provisioning.DecodeOver(provisioning.Default(), root, "fuzz"); err != nil {
			t.Errorf("%q -> %q: %v", s, v.List, err)
		}
	})
}
