package guard

import (
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"offhook/ua/wire"
)

var somebody = netip.MustParseAddr("192.0.2.1")

func TestGate_rate_of_one_source(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := NewGate(Config{Rate: 10, Burst: 5})
		allowed := func(n int) (count int) {
			for range n {
				if gate.Allow(somebody) {
					count++
				}
			}
			return count
		}
		if got := allowed(100); got != 5 {
			t.Errorf("%d at once, want the burst of 5", got)
		}
		<-time.After(time.Second) // by the bubble's clock
		if got := allowed(100); got != 5 {
			t.Errorf("%d after a second, want 5", got)
		}
		if !gate.Allow(netip.MustParseAddr("192.0.2.2")) {
			t.Error("another source pays for the first")
		}
		if got := gate.Dropped(); got != (Dropped{Source: 190}) {
			t.Errorf("%+v counted as dropped", got)
		}
	})
}

func TestGate_trusted_sources_have_more(t *testing.T) {
	gate := NewGate(Config{Rate: 1, Burst: 2, TrustedFactor: 10})
	mapped := netip.AddrFrom16(somebody.As16()) // ::ffff:192.0.2.1
	gate.Trust(mapped)
	gate.Trust(somebody)
	gate.Distrust(somebody)
	for i := range 20 {
		if !gate.Allow(somebody) {
			t.Fatalf("stopped after %d", i)
		}
	}
	gate.Distrust(somebody)
	if gate.Trusted(somebody) {
		t.Error("still trusted")
	}
}

func TestGate_memory_is_bounded(t *testing.T) {
	gate := NewGate(Config{Sources: 64, AllRate: 1e6, AllBurst: 1e6})
	gate.Trust(somebody)
	gate.Allow(somebody)
	for i := range 10000 {
		gate.Allow(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}))
	}
	if got := len(gate.sources); got > 65 {
		t.Errorf("%d sources are remembered", got)
	}
	if gate.sources[somebody] == nil {
		t.Error("the server was forgotten")
	}
}

func TestGate_large_datagrams(t *testing.T) {
	gate := NewGate(Config{MaxDatagram: 1000})
	if gate.Datagram(somebody, 1001) || !gate.Datagram(somebody, 1000) {
		t.Error("the limit is not where it is")
	}
}

func TestGate_invented_addresses_share_one_bucket(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := NewGate(Config{AllRate: 100, AllBurst: 200})
		gate.Trust(somebody)
		invented := func(n int) (count int) {
			for i := range n {
				if gate.Allow(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)})) {
					count++
				}
			}
			return count
		}
		if got := invented(20000); got != 200 {
			t.Errorf("%d of 20000 at once, want the burst of 200", got)
		}
		if got := len(gate.sources); got > 201 {
			t.Errorf("%d sources are remembered of 200 that were let in", got)
		}
		if !gate.Allow(somebody) {
			t.Error("a server pays for strangers")
		}
		<-time.After(time.Second)
		if got := invented(20000); got != 100 {
			t.Errorf("%d after a second, want 100", got)
		}
		<-time.After(10 * time.Second) // one that is loud leaves the others theirs
		for range 10000 {
			gate.Allow(netip.MustParseAddr("192.0.2.9"))
		}
		if !gate.Allow(netip.MustParseAddr("192.0.2.10")) {
			t.Error("one source takes what is all's")
		}
	})
}

func TestGate_scanners_are_muted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := NewGate(Config{Strikes: 3, Mute: time.Minute})
		refuse := func(from netip.Addr, n int) {
			for range n {
				if gate.Allow(from) {
					gate.Refused(from)
				}
			}
		}
		refuse(somebody, 3)
		if !gate.Allow(somebody) {
			t.Error("three refusals are none too many")
		}
		refuse(somebody, 5)
		if gate.Allow(somebody) {
			t.Error("it is heard after its fourth refusal")
		}
		if !gate.Allow(netip.MustParseAddr("192.0.2.2")) {
			t.Error("another source is muted")
		}
		if got := gate.Dropped(); got != (Dropped{Muted: 5, Mutes: 1}) {
			t.Errorf("%+v", got)
		}
		<-time.After(time.Minute)
		if !gate.Allow(somebody) {
			t.Error("it is muted for good")
		}
		gate.Trust(somebody)
		refuse(somebody, 30)
		if !gate.Allow(somebody) {
			t.Error("a server is muted")
		}
	})
}

func TestGate_muted_sources_are_remembered_before_others(t *testing.T) {
	gate := NewGate(Config{Strikes: 1, Sources: 8, AllRate: 1e6, AllBurst: 1e6})
	gate.Allow(somebody)
	gate.Refused(somebody)
	gate.Refused(somebody)
	for i := range 100 {
		gate.Allow(netip.AddrFrom4([4]byte{10, 0, 0, byte(i)}))
	}
	if gate.Allow(somebody) {
		t.Error("invented addresses made a scanner's be forgotten")
	}
}

func TestGate_report_once_a_minute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := NewGate(Config{Rate: 1, Burst: 1})
		gate.Allow(somebody)
		gate.Allow(somebody)
		if _, ok := gate.Report(); ok {
			t.Error("it tells before a minute has passed")
		}
		<-time.After(time.Minute)
		gate.Allow(somebody)
		gate.Allow(somebody)
		if got, ok := gate.Report(); !ok || got != (Dropped{Source: 2}) {
			t.Errorf("%+v, %v", got, ok)
		}
		if _, ok := gate.Report(); ok {
			t.Error("it tells twice")
		}
		<-time.After(time.Minute)
		if _, ok := gate.Report(); ok {
			t.Error("it tells of nothing")
		}
	})
}

func BenchmarkGate_invented_addresses(b *testing.B) {
	gate := NewGate(Config{})
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		gate.Allow(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}))
	}
}

const good = "OPTIONS sip:a@b SIP/2.0\nVia: SIP/2.0/UDP h;branch=z9hG4bKx\nFrom: <sip:c@d>;tag=1\n" +
	"To: <sip:e@f>\nCall-ID: x\nCSeq: 1 OPTIONS\nMax-Forwards: 70\n\n"

func check(t *testing.T, text string) *Fault {
	t.Helper()
	m, err := wire.Parse([]byte(strings.ReplaceAll(text, "\n", "\r\n")))
	if err != nil {
		t.Fatal(err)
	}
	if m.IsRequest() {
		return CheckRequest(&m)
	}
	return CheckResponse(&m)
}

func TestCheck(t *testing.T) {
	response := strings.Replace(good, "OPTIONS sip:a@b SIP/2.0", "SIP/2.0 200 OK", 1)
	for _, test := range []struct {
		arrow, text, old, new string
		status                int
	}{
		{"good -> taken", good, "", "", 0},
		{"RFC 2543 -> taken", good, ";branch=z9hG4bKx", "", 0},
		{"tel URI -> taken, the method is looked at first", good, "sip:a@b", "tel:1", 0},
		{"no To -> 400", good, "To: <sip:e@f>\n", "", 400},
		{"two To -> 400", good, "To: <sip:e@f>\n", "To: <sip:e@f>\nTo: <sip:g@h>\n", 400},
		{"the cookie alone -> 400", good, "z9hG4bKx", "z9hG4bK", 400},
		{"a Call-ID with a space -> 400", good, "Call-ID: x", "Call-ID: x y", 400},
		{"another method in CSeq -> 400", good, "1 OPTIONS", "1 INVITE", 400},
		{"CSeq too large -> 400", good, "1 OPTIONS", "2147483648 OPTIONS", 400},
		{"Max-Forwards no number -> 400", good, "70", "x", 400},
		{"Max-Forwards 0 -> taken", good, "70", "0", 0},
		{"another version -> 505", good, "SIP/2.0\nVia", "SIP/3.0\nVia", 505},
		{"wrong Contact -> 400", good, "Call-ID", "Contact: <sip:x\nCall-ID", 400},
		{"response -> taken", response, "", "", 0},
		{"response with two Vias -> dropped", response, "Via: SIP/2.0/UDP h;", "Via: SIP/2.0/UDP g\nVia: SIP/2.0/UDP h;", 400},
	} {
		t.Run(test.arrow, func(t *testing.T) {
			text := strings.Replace(test.text, test.old, test.new, 1)
			fault := check(t, text)
			if test.status == 0 && fault != nil || test.status != 0 && (fault == nil || fault.Status != test.status) {
				t.Errorf("got %v, want %d", fault, test.status)
			}
		})
	}
}
