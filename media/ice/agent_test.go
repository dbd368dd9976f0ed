package ice

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"offhook/media/ice/stun"
)

func TestAgent_ways(t *testing.T) {
	for _, row := range []struct {
		name       string
		natA, natB *nat
		reflexive  bool
		works      bool
		typeB      Type // of A's remote candidate
	}{
		{"one network: host to host", nil, nil, false, true, Host},
		{"cone NAT before one: host and peer-reflexive", newNAT("198.51.100.1", false), nil, false, true, Host},
		{"cone NATs before both: server-reflexive", newNAT("198.51.100.1", false), newNAT("198.51.100.2", false), true, true, ServerReflexive},
		{"one symmetric NAT, one cone: peer-reflexive", newNAT("198.51.100.1", false), newNAT("198.51.100.2", true), true, true, PeerReflexive},
		{"NATs before both and no server: failed", newNAT("198.51.100.1", false), newNAT("198.51.100.2", false), false, false, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			w := newWorld(t)
			addrA, addrB := "203.0.113.1:5000", "203.0.113.2:6000"
			var moreA, moreB []Candidate
			if row.natA != nil {
				addrA = "10.1.0.1:5000"
			}
			if row.natB != nil {
				addrB = "172.16.0.1:6000"
			}
			if row.reflexive {
				moreA, moreB = []Candidate{w.reflexive(addrA, row.natA)}, []Candidate{w.reflexive(addrB, row.natB)}
			}
			a := w.party(Config{Controlling: true}, addrA, row.natA, moreA...)
			b := w.party(Config{}, addrB, row.natB, moreB...)
			meet(w, a, b)
			w.run(3*time.Second, a, b)
			if !row.works {
				w.run(40*time.Second, a, b)
				if a.State() != Failed || b.State() != Failed || !a.Next().IsZero() {
					t.Errorf("%v, %v", a.State(), b.State())
				}
				return
			}
			_, remote, _ := a.Selected()
			if a.State() != Completed || b.State() != Completed || remote.Type != row.typeB {
				t.Fatalf("%v, %v, %+v", a.State(), b.State(), remote)
			}
			w.run(time.Minute, a, b)
			if a.State() != Completed || b.State() != Completed {
				t.Errorf("later: %v, %v", a.State(), b.State())
			}
			if !a.Believes(a.Path().Remote, Direct) || a.Believes(at("9.9.9.9:9"), Direct) {
				t.Error("believes")
			}
		})
	}
}

func TestAgent_nobody_at_the_better_address(t *testing.T) {
	w := newWorld(t)
	a := w.party(Config{Controlling: true}, "10.0.0.1:5000", nil)
	nobody := NewCandidate(Host, at("10.0.0.3:6000"), netip.AddrPort{}, netip.Addr{}, 0)
	nobody.Priority++
	b := w.party(Config{}, "10.0.0.2:6000", nil, nobody)
	meet(w, a, b)
	w.run(250*time.Millisecond, a, b)
	if a.State() != Connected || a.Path().Remote != b.addr { // media need not wait
		t.Errorf("%+v %v", a.Path(), a.State())
	}
	w.run(time.Second, a, b)
	if a.Path().Remote != b.addr || a.State() != Completed || b.State() != Completed {
		t.Errorf("%+v %v", a.Path(), a.State())
	}
}

func TestAgent_checks_are_paced_and_ordered(t *testing.T) {
	a := New(Config{Controlling: true, Local: Description{Ufrag: "abcd", Pwd: "0123456789012345678901", Candidates: []Candidate{
		NewCandidate(Host, at("10.0.0.1:5000"), netip.AddrPort{}, netip.Addr{}, 0),
		NewCandidate(Relay, at("192.0.2.9:7000"), netip.AddrPort{}, netip.Addr{}, 0)}}})
	remote := []Candidate{
		NewCandidate(ServerReflexive, at("198.51.100.7:1"), at("10.9.9.9:1"), netip.MustParseAddr("192.0.2.1"), 0),
		NewCandidate(Host, at("10.9.9.9:1"), netip.AddrPort{}, netip.Addr{}, 0),
		NewCandidate(Host, at("10.9.9.9:1"), netip.AddrPort{}, netip.Addr{}, 0), // twice
		NewCandidate(Host, at("[2001:db8::1]:1"), netip.AddrPort{}, netip.Addr{}, 0),
		NewCandidate(Host, at("127.0.0.1:631"), netip.AddrPort{}, netip.Addr{}, 0), // a service of ours
	}
	now := time.Unix(1e9, 0)
	a.Describe(Description{Ufrag: "wxyz", Pwd: "9876543210987654321098", Candidates: remote}, now)
	var order []Send
	for range 20 {
		order = append(order, a.Take()...)
		now = now.Add(pace / 2)
		a.Tick(now)
	}
	want := []Send{{To: at("10.9.9.9:1"), Via: Direct}, {To: at("198.51.100.7:1"), Via: Direct}, {To: at("10.9.9.9:1"), Via: Relayed}, {To: at("198.51.100.7:1"), Via: Relayed}}
	if len(order) < len(want) {
		t.Fatal(len(order))
	}
	for i, s := range want {
		if order[i].To != s.To || order[i].Via != s.Via {
			t.Errorf("check %d to %v, %v, want %v, %v", i, order[i].To, order[i].Via, s.To, s.Via)
		}
	}
	if len(a.pairs) != len(want) {
		t.Errorf("%d pairs", len(a.pairs))
	}
}

func TestAgent_frozen_ones_follow_their_like(t *testing.T) {
	a := New(Config{Controlling: true, Local: Description{Candidates: []Candidate{NewCandidate(Host, at("10.0.0.1:5000"), netip.AddrPort{}, netip.Addr{}, 0)}}})
	like := func(addr string, rank int) Candidate {
		c := NewCandidate(Host, at(addr), netip.AddrPort{}, netip.Addr{}, rank)
		c.Foundation = "1"
		return c
	}
	a.remote = &Description{}
	a.remotes = []Candidate{like("10.0.0.2:1", 0), like("10.0.0.2:3", 1), like("10.0.0.2:5", 2)}
	a.form()
	states := func() (s []pairState) {
		for _, p := range a.pairs {
			s = append(s, p.state)
		}
		return s
	}
	if s := states(); !slices.Equal(s, []pairState{waiting, frozen, frozen}) {
		t.Errorf("at first %v", s)
	}
	a.pairs[0].state = inProgress
	if a.ordinary() != nil {
		t.Error("a frozen one is checked while its like is under way")
	}
	a.pairs[0].state = failed
	if a.ordinary() != a.pairs[1] {
		t.Error("a frozen one is not checked when its like has failed")
	}
	a.thawLike(a.pairs[0])
	if s := states(); !slices.Equal(s, []pairState{failed, waiting, waiting}) {
		t.Errorf("then %v", s)
	}
}

func TestPair_priority(t *testing.T) {
	// RFC 8445 §6.1.2.3, and the same on both sides.
	p := &pair{local: Candidate{Priority: 5}, remote: Candidate{Priority: 3}}
	q := &pair{local: Candidate{Priority: 3}, remote: Candidate{Priority: 5}}
	if p.priority(true) != 3<<32+10+1 || q.priority(false) != p.priority(true) || q.priority(true) != 3<<32+10 {
		t.Error(p.priority(true), q.priority(false), q.priority(true))
	}
}

func TestAgent_role_conflict(t *testing.T) {
	for _, row := range []struct {
		name        string
		controlling bool
		tieA, tieB  uint64
		aControls   bool
	}{
		{"both controlling, ours is more", true, 9, 5, true},
		{"both controlling, theirs is more", true, 5, 9, false},
		{"both controlled, ours is more", false, 9, 5, true},
		{"both controlled, theirs is more", false, 5, 9, false},
	} {
		w := newWorld(t)
		a := w.party(Config{Controlling: row.controlling, Tie: row.tieA}, "10.0.0.1:5000", nil)
		b := w.party(Config{Controlling: row.controlling, Tie: row.tieB}, "10.0.0.2:6000", nil)
		meet(w, a, b)
		w.run(2*time.Second, a, b)
		if a.Controlling() != row.aControls || b.Controlling() == row.aControls || a.State() != Completed || b.State() != Completed {
			t.Errorf("%s: %v %v, %v %v", row.name, a.Controlling(), a.State(), b.Controlling(), b.State())
		}
	}
}

func TestAgent_lite(t *testing.T) {
	for _, row := range []struct {
		name         string
		liteA, liteB bool
	}{{"we offer and are lite", true, false}, {"they are lite and offer", false, true}, {"both", true, true}} {
		w := newWorld(t)
		a := w.party(Config{Controlling: true, Lite: row.liteA}, "10.0.0.1:5000", nil)
		b := w.party(Config{Lite: row.liteB}, "10.0.0.2:6000", nil)
		meet(w, a, b)
		w.run(2*time.Second, a, b)
		if a.State() != Completed || b.State() != Completed || a.Path().Remote != b.addr || b.Path().Remote != a.addr {
			t.Errorf("%s: %v %v", row.name, a.State(), b.State())
		}
		if row.liteA && a.Controlling() || row.liteB && !row.liteA && !a.Controlling() {
			t.Errorf("%s: roles", row.name)
		}
		w.run(2*time.Minute, a, b)
		if a.State() != Completed || b.State() != Completed {
			t.Errorf("%s, later: %v %v", row.name, a.State(), b.State())
		}
	}
}

func TestAgent_consent(t *testing.T) {
	w := newWorld(t)
	a := w.party(Config{Controlling: true}, "10.0.0.1:5000", nil)
	b := w.party(Config{}, "10.0.0.2:6000", nil)
	meet(w, a, b)
	w.run(2*time.Second, a, b)
	w.seen = nil
	w.run(100*time.Second, a, b)
	asked := 0
	for _, f := range w.seen {
		if m, _ := stun.Parse(f.packet); f.from == a.addr && m.Type == stun.Binding|stun.Request {
			asked++
		}
	}
	if asked < 16 || asked > 26 { // RFC 7675 §5.1: every 4 to 6 s
		t.Errorf("asked %d times in 100 s", asked)
	}
	w.deaf[[2]netip.Addr{b.addr.Addr(), a.addr.Addr()}] = true
	lost := w.now
	w.run(20*time.Second, a, b)
	if a.State() != Completed {
		t.Error("consent ended too soon")
	}
	w.run(16*time.Second, a, b)
	if a.State() != Lost || a.Path() != (Path{}) {
		t.Errorf("%v after %v", a.State(), w.now.Sub(lost))
	}
	w.seen = nil
	w.run(time.Minute, a, b)
	for _, f := range w.seen {
		if f.from == a.addr {
			t.Error("something is sent without consent")
			break
		}
	}
}

func TestAgent_checks_before_the_description(t *testing.T) {
	w := newWorld(t)
	a := w.party(Config{Controlling: true}, "10.0.0.1:5000", nil)
	b := w.party(Config{}, "10.0.0.2:6000", nil)
	b.Describe(a.Local(), w.now)
	w.run(time.Second, a, b)
	if b.State() != Connected {
		t.Errorf("%v: a check was not answered before the answer came", b.State())
	}
	a.Describe(b.Local(), w.now)
	w.run(time.Second, a, b)
	if a.State() != Completed || b.State() != Completed {
		t.Errorf("%v, %v", a.State(), b.State())
	}
}

// Who does not know the password is neither answered nor believed.
func TestAgent_forgeries(t *testing.T) {
	w := newWorld(t)
	a := w.party(Config{Controlling: true}, "10.0.0.1:5000", nil)
	b := w.party(Config{}, "10.0.0.2:6000", nil)
	meet(w, a, b)
	w.run(2*time.Second, a, b)
	a.Take()
	before := a.Path()
	name, right := a.Local().Ufrag+":"+b.Local().Ufrag, stun.ShortTerm(a.Local().Pwd)
	ask := func() *stun.Message { return stun.New(stun.Binding | stun.Request) }
	for _, row := range []struct {
		name   string
		m      *stun.Message
		answer stun.Type
	}{
		{"no name", ask().Sign(right), 0},
		{"another's name", ask().PutText(stun.Username, "x:y").Sign(right), 0},
		{"no signature", ask().PutText(stun.Username, name), 0},
		{"a wrong signature", ask().PutText(stun.Username, name).Sign([]byte("x")), 0},
		{"what must be understood", ask().PutText(stun.Username, name).Put(0x7ff0, nil).Sign(right), stun.Binding | stun.Error},
		{"an answer to nothing", stun.New(stun.Binding | stun.Success).Sign(stun.ShortTerm(b.Local().Pwd)), 0},
	} {
		decoded, ok := stun.Parse(row.m.Seal())
		if !ok {
			t.Fatal(row.name)
		}
		a.Receive(decoded, at("10.0.0.66:6"), Direct, w.now)
		out := a.Take()
		var got stun.Type
		if len(out) > 0 {
			m, _ := stun.Parse(out[0].Packet)
			got = m.Type
		}
		if got != row.answer || a.Path() != before || len(out) > 1 {
			t.Errorf("%s: %v, %d answers, %v", row.name, got, len(out), a.Path())
		}
	}
}
