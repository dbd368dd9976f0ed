package session

import (
	"net/netip"
	"strings"
	"testing"
)

func TestMove(t *testing.T) {
	const home = "192.0.2.7"
	for _, test := range []struct {
		name, from, advertised, to, want string
	}{
		{"another address: offered", home, "", "192.0.2.8", "192.0.2.8"},
		{"the loopback: there is no network now", home, "", "127.0.0.1", home},
		{"of another family", home, "", "2001:db8::8", home},
		{"none", home, "", "", home},
		{"behind an address that was configured", home, "203.0.113.7", "192.0.2.8", "203.0.113.7"},
		{"from the loopback", "127.0.0.1", "", "192.0.2.8", "127.0.0.1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, _ := newSession(t, func(c *Config) { c.Advertised, _ = netip.ParseAddr(test.advertised) })
			s.cfg.Addr = netip.MustParseAddr(test.from) // which the machine that tests need not have
			if test.advertised == "" {
				s.local.Addr = s.cfg.Addr
			}
			before, err := s.Offer(false)
			if err != nil {
				t.Fatal(err)
			}
			s.Rollback()
			to, _ := netip.ParseAddr(test.to)
			s.Move(to)
			after, err := s.Offer(false)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(string(after), " "+test.want+"\r\n") {
				t.Errorf("want %s in\n%s", test.want, after)
			}
			if was, is := mediaLine(before), mediaLine(after); was != is {
				t.Errorf("%q became %q", was, is)
			}
		})
	}
}

func mediaLine(description []byte) string {
	for line := range strings.Lines(string(description)) {
		if strings.HasPrefix(line, "m=") {
			return line
		}
	}
	return ""
}

func TestWildcard(t *testing.T) {
	for address, want := range map[string]string{
		"192.0.2.7": "0.0.0.0", "2001:db8::7": "::", "127.0.0.1": "127.0.0.1", "::1": "::1", "fe80::1%2": "fe80::1%2", "169.254.1.1": "169.254.1.1",
	} {
		if got := wildcard(netip.MustParseAddr(address)); got != netip.MustParseAddr(want) {
			t.Errorf("%s: %s", address, got)
		}
	}
}
