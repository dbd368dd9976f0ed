package flood

import (
	"net/netip"
	"strings"
	"testing"

	"offhook/ua/guard"
	"offhook/ua/wire"
)

// TestFill: what is not meant to be garbage has to get as far as it can.
func TestFill_is_well_formed(t *testing.T) {
	o := Order{UDP: netip.MustParseAddrPort("127.0.0.1:5060"), CallID: "the-call"}
	from := netip.MustParseAddrPort("127.66.0.1:40000")
	for _, a := range attacks(false) {
		if a.kind != datagrams || strings.HasPrefix(a.name, "garbage") {
			continue
		}
		if len(a.messages) == 0 {
			t.Errorf("%s sends nothing", a.name)
		}
		for _, template := range a.messages {
			one, two := fill(template, 1, from, o), fill(template, 2, from, o)
			m, err := wire.Parse([]byte(one))
			if err != nil {
				t.Fatalf("%s: %v\n%s", a.name, err, one)
			}
			if fault := guard.CheckRequest(&m); fault != nil {
				t.Errorf("%s: %v\n%s", a.name, fault, one)
			}
			if strings.Contains(one, "%") {
				t.Errorf("%s: something was not filled in:\n%s", a.name, one)
			}
			if one == two {
				t.Errorf("%s: the next one is a repetition", a.name)
			}
			if ends := strings.Contains(a.name, "of the call"); ends != (m.Get("Call-ID") == "the-call") {
				if a.name != "the same, 1000 addresses" {
					t.Errorf("%s: Call-ID %s", a.name, m.Get("Call-ID"))
				}
			}
		}
	}
}

func TestAlarming(t *testing.T) {
	for _, test := range []struct {
		answer string
		want   bool
	}{
		{"SIP/2.0 180 Ringing\r\nCSeq: 1 INVITE\r\n\r\n", true},
		{"SIP/2.0 200 OK\r\nCSeq: 1 INVITE\r\n\r\n", true},
		{"SIP/2.0 200 OK\r\ncseq : 1 BYE\r\n\r\n", true},
		{"SIP/2.0 200 OK\r\nCSeq: 1 NOTIFY\r\n\r\n", true},
		{"SIP/2.0 200 OK\r\nCSeq: 1 OPTIONS\r\n\r\n", false},
		{"SIP/2.0 100 Trying\r\nCSeq: 1 INVITE\r\n\r\n", false},
		{"SIP/2.0 404 Not Found\r\nCSeq: 1 INVITE\r\n\r\n", false},
		{"SIP/2.0 481 None\r\nCSeq: 1 BYE\r\n\r\n", false},
		{"SIP/2.0 200 OK\r\n\r\n", true},
		{"SIP/2.0 2", false},
		{"INVITE sip:a SIP/2.0\r\n", false},
		{"", false},
	} {
		if got := alarming(test.answer); got != test.want {
			t.Errorf("%q -> %v", test.answer, got)
		}
	}
}

func TestAttacks(t *testing.T) {
	kinds, names := map[kind]bool{}, map[string]bool{}
	for _, a := range attacks(false) {
		if names[a.name] {
			t.Errorf("%s is there twice: the flooder finds them by name", a.name)
		}
		kinds[a.kind], names[a.name] = true, true
	}
	if len(kinds) != 6 {
		t.Errorf("kinds %v", kinds)
	}
	for _, a := range attacks(true) {
		if !names[a.name] {
			t.Errorf("%s is only among the short", a.name)
		}
	}
}
