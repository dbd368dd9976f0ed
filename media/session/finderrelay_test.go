package session

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"offhook/media/ice"
	"offhook/media/ice/icetest"
	"offhook/media/keying"
	"offhook/media/sdp"
)

// relayed is a description with one address alone that can be reached, the relay's
// or none.
func relayed(t *testing.T, text []byte, by netip.AddrPort) []byte {
	t.Helper()
	d, err := sdp.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	m := &d.Media[0]
	var kept []sdp.Attribute
	dead := ice.NewCandidate(ice.Host, netip.MustParseAddrPort("127.0.0.1:1"), netip.AddrPort{}, netip.Addr{}, 0)
	at := dead
	for _, a := range m.Attributes {
		if a.Name != "candidate" {
			kept = append(kept, a)
		} else if c, err := ice.Parse(a.Value); err == nil && c.Addr == by {
			at = c
		}
	}
	d.Address, m.Port = at.Addr.Addr().String(), int(at.Addr.Port())
	m.Attributes = append(kept, sdp.Attribute{Name: "candidate", Value: at.String()})
	return d.Marshal()
}

// relay is where a side's server relays for it, when it is known.
func (s *side) relay(t *testing.T) (at netip.AddrPort) {
	t.Helper()
	s.finder.gathered()
	if err := s.finder.do(func() { at = s.finder.relay.Relayed() }); err != nil || !at.IsValid() {
		t.Fatal(at, err)
	}
	return at
}

func TestFinder_relay(t *testing.T) {
	for _, row := range []struct {
		name   string
		policy sdp.Policy
		keying []keying.Method
		offers bool // the side with the relay
	}{
		{"in the clear, the relayed side offers", sdp.Off, nil, true},
		{"in the clear, the relayed side answers", sdp.Off, nil, false},
		{"DTLS", sdp.Mandatory, []keying.Method{keying.DTLS}, true},
		{"SDES", sdp.Mandatory, []keying.Method{keying.SDES}, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			server := icetest.NewServer(t, loopback)
			a := newSide(t, loopback, func(c *Config) {
				c.SRTP, c.Keying = row.policy, row.keying
				c.ICE = ICE{Mode: ice.Full, Gather: 5 * time.Second, STUN: server.Addr.String(),
					TURN: []TURN{{"127.0.0.1:nowhere", "", ""}, {server.Addr.String(), icetest.User, icetest.Password}}}
			})
			b := newSide(t, loopback, func(c *Config) { c.SRTP, c.Keying, c.ICE.Mode = row.policy, row.keying, ice.Full })
			by := a.relay(t)
			first, second := a, b
			if !row.offers {
				first, second = b, a
			}
			offer, err := first.Offer(false)
			if err != nil {
				t.Fatal(err)
			}
			if row.offers && !strings.Contains(string(offer), "typ relay raddr 127.0.0.1") {
				t.Errorf("%s", offer)
			}
			answer, err := second.Answer(relayed(t, offer, by))
			if err != nil {
				t.Fatal(err)
			}
			if err := first.Accept(relayed(t, answer, by)); err != nil {
				t.Fatal(err)
			}
			talk(t, a, b)
			if spec := a.engine.last(); spec.Relay != server.Addr || spec.Channel == 0 || b.placed() != by {
				t.Errorf("%+v, %v", spec, b.placed())
			}
			until(t, "reports both ways", func() bool { return a.Stats().RemoteReports > 0 && b.Stats().RemoteReports > 0 })
			if server.Allocations() != 1 {
				t.Errorf("%d allocations", server.Allocations())
			}
			if !row.offers { // the server lets go of it: a new way is looked for at once
				if err := a.finder.do(func() { a.finder.leave(time.Now()); a.finder.relay = nil }); err != nil {
					t.Fatal(err)
				}
				until(t, "a need for an offer", a.OfferDue)
				until(t, "silence until there is one", func() bool { spec := a.engine.last(); return spec.ICE && !spec.Remote.IsValid() })
			}
			if err := a.Close(); err != nil {
				t.Fatal(err)
			}
			until(t, "the allocation's end", func() bool { return server.Allocations() == 0 })
		})
	}
}

// Without its servers a telephone calls as if it had none, and soon.
func TestFinder_servers_that_are_not_there(t *testing.T) {
	a := newSide(t, loopback, func(c *Config) {
		c.SRTP, c.ICE = sdp.Off, ICE{Mode: ice.Full, Gather: 50 * time.Millisecond, STUN: "127.0.0.1:9", TURN: []TURN{{"127.0.0.1:9", "u", "p"}}}
	})
	b := newSide(t, loopback, mode(ice.Full))
	exchange(t, a.Session, b.Session, false)
	talk(t, a, b)
}

func TestFinder_restart(t *testing.T) {
	a, b := newSide(t, loopback, mode(ice.Full)), newSide(t, loopback, mode(ice.Full))
	exchange(t, a.Session, b.Session, false)
	talk(t, a, b)
	names := func(s *side) (name string) {
		_ = s.finder.do(func() { name = s.finder.agent.Local().Ufrag })
		return name
	}
	wasA, wasB := names(a), names(b)
	exchange(t, a.Session, b.Session, false)
	if names(a) != wasA || names(b) != wasB {
		t.Error("a re-INVITE has new names without need")
	}
	if a.OfferDue() {
		t.Error("an offer is due without need")
	}
	_ = a.finder.do(func() { a.finder.again(ice.ErrConsent) })
	if !a.OfferDue() {
		t.Error("no offer is due and the way is lost")
	}
	if _, err := a.Offer(false); err != nil {
		t.Fatal(err)
	}
	a.Rollback() // refused: what stands goes on
	talk(t, a, b)
	offer, err := a.Offer(false)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := b.Answer(offer)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Accept(answer); err != nil {
		t.Fatal(err)
	}
	if names(a) == wasA || names(b) == wasB {
		t.Error("a restart has the old names")
	}
	talk(t, a, b)
	_ = a.finder.do(func() {
		if !a.finder.agent.Controlling() {
			t.Error("a restart changes the roles")
		}
	})
	// The far end moves to an exchange that knows nothing of ICE, and back.
	c := newSide(t, loopback, mode(ice.Off))
	exchange(t, c.Session, a.Session, false)
	talk(t, a, c)
	if a.engine.last().ICE {
		t.Error("ICE with who has none")
	}
	exchange(t, b.Session, a.Session, false)
	talk(t, a, b)
	if !a.engine.last().ICE {
		t.Error("no ICE with who has it")
	}
}

// Two far ends answer one offer: the last one counts.
func TestFinder_forks(t *testing.T) {
	a, b, c := newSide(t, loopback, mode(ice.Full)), newSide(t, loopback, mode(ice.Full)), newSide(t, loopback, mode(ice.Full))
	offer, err := a.Offer(false)
	if err != nil {
		t.Fatal(err)
	}
	for _, far := range []*side{b, c} {
		answer, err := far.Answer(offer)
		if err != nil {
			t.Fatal(err)
		}
		if err := a.Accept(answer); err != nil {
			t.Fatal(err)
		}
		talk(t, a, far)
	}
	if a.placed() != c.LocalAddr() {
		t.Error(a.placed())
	}
}

// What is selected is not what the descriptions said: an offer tells of it.
func TestFinder_tells_of_another_path(t *testing.T) {
	server := icetest.NewServer(t, loopback)
	a := newSide(t, loopback, func(c *Config) {
		c.SRTP = sdp.Off
		c.ICE = ICE{Mode: ice.Full, Gather: 5 * time.Second, TURN: []TURN{{server.Addr.String(), icetest.User, icetest.Password}}}
	})
	b := newSide(t, loopback, mode(ice.Full))
	by := a.relay(t)
	offer, err := a.Offer(false)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := b.Answer(relayed(t, offer, by))
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Accept(relayed(t, answer, by)); err != nil {
		t.Fatal(err)
	}
	talk(t, a, b)
	until(t, "a need for an offer", a.OfferDue)
	offer, err = a.Offer(false)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{fmt.Sprintf("m=audio %d ", by.Port()), "a=remote-candidates:1 127.0.0.1 ", "typ relay"} {
		if !strings.Contains(string(offer), want) {
			t.Errorf("no %q in %s", want, offer)
		}
	}
	if strings.Count(string(offer), "a=candidate:") != 1 {
		t.Errorf("other candidates in %s", offer)
	}
	answer, err = b.Answer(offer)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Accept(answer); err != nil {
		t.Fatal(err)
	}
	talk(t, a, b)
	if a.OfferDue() || b.OfferDue() {
		t.Error("asked again")
	}
}
