package ice

import (
	"errors"
	"net/netip"
	"testing"
	"time"

	"offhook/media/ice/stun"
)

func TestParse(t *testing.T) {
	for _, row := range []struct {
		value string
		want  string // "": as value
		err   error
	}{
		{"1 1 UDP 2130706431 10.0.1.1 8998 typ host", "", nil},
		{"2 1 udp 1694498815 192.0.2.3 45664 typ srflx raddr 10.0.1.1 rport 8998", "2 1 UDP 1694498815 192.0.2.3 45664 typ srflx raddr 10.0.1.1 rport 8998", nil},
		{"f 2 UDP 1 2001:db8::1 9 typ relay raddr 0.0.0.0 rport 0 generation 0 network-id 1", "f 2 UDP 1 2001:db8::1 9 typ relay", nil},
		{"1 1 TCP 1 10.0.1.1 9 typ host tcptype active", "", ErrForeign},
		{"1 1 UDP 1 4d3c.local 9000 typ host", "", ErrForeign},
		{"1 1 UDP 1 fe80::1%eth0 9000 typ host", "", ErrForeign},
		{"1 1 UDP 1 10.0.1.1 0 typ host", "", ErrForeign},
		{"1 1 UDP 1 224.0.0.1 9 typ host", "", ErrForeign},
		{"1 1 UDP 1 10.0.1.1 9 typ quantum", "", ErrForeign},
		{"1 0 UDP 1 10.0.1.1 9 typ host", "", ErrSyntax},
		{"1 1 UDP 0 10.0.1.1 9 typ host", "", ErrSyntax},
		{"1 1 UDP 99999999999 10.0.1.1 9 typ host", "", ErrSyntax},
		{"1 1 UDP 1 10.0.1.1 99999 typ host", "", ErrSyntax},
		{"1 1 UDP 1 10.0.1.1 9", "", ErrSyntax},
		{"", "", ErrSyntax},
	} {
		c, err := Parse(row.value)
		if !errors.Is(err, row.err) {
			t.Errorf("%q: %v", row.value, err)
			continue
		}
		want := row.want
		if want == "" {
			want = row.value
		}
		if err == nil && c.String() != want {
			t.Errorf("%q: %q", row.value, c)
		}
	}
}

func TestFoundation(t *testing.T) {
	one, other := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")
	a := NewCandidate(ServerReflexive, at("198.51.100.1:1"), at("10.0.0.1:1"), one, 0)
	for name, row := range map[string]struct {
		c    Candidate
		same bool
	}{
		"another port":    {NewCandidate(ServerReflexive, at("198.51.100.1:3"), at("10.0.0.1:3"), one, 0), true},
		"another base":    {NewCandidate(ServerReflexive, at("198.51.100.1:1"), at("10.0.0.2:1"), one, 0), false},
		"another server":  {NewCandidate(ServerReflexive, at("198.51.100.1:1"), at("10.0.0.1:1"), other, 0), false},
		"another type":    {NewCandidate(Relay, at("198.51.100.1:1"), at("10.0.0.1:1"), one, 0), false},
		"a host, no base": {NewCandidate(Host, at("10.0.0.1:1"), netip.AddrPort{}, netip.Addr{}, 0), false},
	} {
		if (row.c.Foundation == a.Foundation) != row.same {
			t.Error(name)
		}
	}
}

func TestAsker(t *testing.T) {
	now := time.Unix(1e9, 0)
	server := at("192.0.2.1:3478")
	s := Ask(server, now)
	first := s.Take()
	if len(first) != 1 || first[0].To != server {
		t.Fatal(first)
	}
	question, _ := stun.Parse(first[0].Packet)
	answer := func(to *stun.Message) *stun.Message {
		m, ok := stun.Parse(to.Reply(stun.Success).PutAddress(stun.XORMappedAddress, at("198.51.100.9:4711")).Seal())
		if !ok {
			t.Fatal("the answer cannot be read")
		}
		return m
	}
	if s.Receive(answer(stun.New(stun.Binding)), server) || s.Receive(answer(question), at("192.0.2.66:3478")) || s.Over() {
		t.Error("a forged answer is taken")
	}
	now = s.Next()
	if s.Tick(now); len(s.Take()) != 1 {
		t.Error("it is not asked again")
	}
	if !s.Receive(answer(question), server) || s.Mapped() != at("198.51.100.9:4711") || !s.Over() || !s.Next().IsZero() {
		t.Error("the answer")
	}
	silent := Ask(server, now)
	for range 10 {
		silent.Tick(silent.Next())
	}
	if n := len(silent.Take()); n != 5 || !silent.Over() || silent.Mapped().IsValid() {
		t.Errorf("%d questions to who is silent", n)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("1 1 UDP 2130706431 10.0.1.1 8998 typ host")
	f.Add("2 1 udp 1694498815 2001:db8::1 45664 typ srflx raddr 10.0.1.1 rport 8998 generation 0")
	f.Fuzz(func(t *testing.T, value string) {
		c, err := Parse(value)
		if err != nil {
			return
		}
		again, err := Parse(c.String())
		if err != nil || again.Addr != c.Addr || again.Priority != c.Priority || again.Type != c.Type || again.Foundation != c.Foundation {
			t.Errorf("%q: %q, %+v, %v", value, c, again, err)
		}
	})
}

// FuzzReceive gives an Agent what anybody may send, and what the far end may.
func FuzzReceive(f *testing.F) {
	f.Add([]byte("\x00\x01\x00\x00\x21\x12\xa4\x42abcdefghijkl"), true)
	f.Add(stun.New(stun.Binding|stun.Request).PutText(stun.Username, "abcd:wxyz").Put64(stun.ICEControlled, 1).Sign([]byte("p")).Seal(), false)
	f.Fuzz(func(t *testing.T, packet []byte, sign bool) {
		now := time.Unix(1e9, 0)
		a := New(Config{Controlling: true, Local: Description{Ufrag: "abcd", Pwd: "p", Candidates: []Candidate{NewCandidate(Host, at("10.0.0.1:5000"), netip.AddrPort{}, netip.Addr{}, 0)}}})
		a.Describe(Description{Ufrag: "wxyz", Pwd: "p"}, now)
		m, ok := stun.Parse(packet)
		if !ok {
			return
		}
		if sign && !m.Has(stun.MessageIntegrity) && !m.Has(stun.Fingerprint) {
			m, ok = stun.Parse(m.Sign([]byte("p")).Raw)
		}
		if ok {
			a.Receive(m, at("10.0.0.2:1"), Direct, now)
			a.Tick(now.Add(time.Minute))
		}
		if len(a.Take()) > 8 {
			t.Error("one packet brings forth many")
		}
	})
}
