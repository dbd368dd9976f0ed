package dialect

import (
	"strings"
	"testing"
)

func TestLookup(t *testing.T) {
	const list = "|a b=1|=none|c=2|"
	for name, want := range map[string]string{"a b": "1", "": "none", "c": "2", "b": "", "a": "", "1": "", "c=2": "", "|c": "", "a b=1|": ""} {
		if got, ok := Lookup(list, name); got != want || ok != (want != "") {
			t.Errorf("%q: %q %v", name, got, ok)
		}
	}
	// No name stands for two things, and each is found.
	for _, list := range []string{zoneNames, countries, languageNames, countryCodes, codecNames} {
		for _, pair := range strings.Split(strings.Trim(list, "|"), "|") {
			name, want, ok := strings.Cut(pair, "=")
			if got, has := Lookup(list, name); !ok || !has || got != want {
				t.Errorf("%q is %q, want %q", name, got, want)
			}
		}
	}
}
