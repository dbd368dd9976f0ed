package idna_test

import (
	"strings"
	"testing"

	whole "golang.org/x/net/idna"

	"offhook/buildroot/slim/idna"
)

// names are of RFC 3492 §7.1, and such as a telephone's servers have.
var names = []string{
	"pbx.example.com", "PBX.Example.com", "192.0.2.1", "localhost", "_sips._tcp.example.com",
	"münchen.example", "MÜNCHEN.example", "telefon.straßenbahn.example", "école.example.fr", "пример.испытание", "例え.テスト", "例え。テスト",
	"ليهمابتكلموشعربي؟"[:len("ليهمابتكلموشعربي")], "他们为什么不说中文", "почемужеонинеговорятпорусски", "3年b組金八先生", "そのスピードで", "a.ö.b",
}

func TestLookup_name_is_the_whole_packages(t *testing.T) {
	for _, name := range names {
		want, err := whole.Lookup.ToASCII(name)
		if strings.HasPrefix(name, "_") { // which no one looks up by HTTP; it is let through
			want, err = name, nil
		}
		got, ours := idna.Lookup.ToASCII(name)
		if got != want || (ours == nil) != (err == nil) {
			t.Errorf("%s: %q, %v; the whole package: %q, %v", name, got, ours, want, err)
		}
	}
}

func TestToASCII_refuses(t *testing.T) {
	for _, name := range []string{"\xff.example", strings.Repeat("ü", 64) + ".example", strings.Repeat("\U0010ffff", 3000)} {
		if got, err := idna.ToASCII(name); err == nil {
			t.Errorf("%.20q: %.40q", name, got)
		}
	}
}

func FuzzToASCII(f *testing.F) {
	for _, name := range names {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		got, err := idna.ToASCII(name)
		if err != nil {
			return
		}
		if strings.IndexFunc(got, func(r rune) bool { return r > 0x7f }) >= 0 {
			t.Fatalf("%q: %q", name, got)
		}
		if back, err := whole.Punycode.ToUnicode(got); err == nil && strings.Contains(got, "xn--") && !strings.Contains(name, "xn--") {
			if again, err := idna.ToASCII(back); err != nil || again != got {
				t.Errorf("%q: %q, back %q, again %q, %v", name, got, back, again, err)
			}
		}
	})
}
