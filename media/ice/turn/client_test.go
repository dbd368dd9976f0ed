package turn

import (
	"bytes"
	"encoding/binary"
	"errors"
	"net/netip"
	"testing"
	"time"

	"offhook/media/ice/stun"
)

var (
	server  = netip.MustParseAddrPort("192.0.2.1:3478")
	other   = netip.MustParseAddrPort("192.0.2.2:3478")
	relayed = netip.MustParseAddrPort("192.0.2.1:50000")
	mapped  = netip.MustParseAddrPort("198.51.100.1:4000")
	peerOne = netip.MustParseAddrPort("203.0.113.1:6000")
)

const (
	user, password = "phone", "correct horse"
	realm          = "there"
)

// script is a server that a test speaks for.
type script struct {
	t      *testing.T
	client *Client
	now    time.Time
	at     netip.AddrPort
	last   *stun.Message
	sent   int
}

func newScript(t *testing.T) *script {
	now := time.Unix(1e9, 0)
	return &script{t: t, client: New(Config{Server: server, User: user, Password: password}, now), now: now, at: server}
}

// asked is the newest request.
func (s *script) asked(method stun.Type) *stun.Message {
	s.t.Helper()
	for _, p := range s.client.Take() {
		m, ok := stun.Parse(p.Packet)
		if !ok {
			continue
		}
		s.last, s.sent = m, s.sent+1
		if p.To != s.at {
			s.t.Errorf("sent to %v", p.To)
		}
	}
	if s.last == nil || s.last.Type != method|stun.Request {
		s.t.Fatalf("asked %v, want %v", s.last, method)
	}
	return s.last
}

func (s *script) signed() {
	s.t.Helper()
	if !s.last.Verify(stun.LongTerm(user, realm, password)) {
		s.t.Errorf("not signed: %v", s.last)
	}
}

// put adds to an answer.
type put func(*stun.Message)

func (s *script) reply(class stun.Type, sign bool, more ...put) {
	m := s.last.Reply(class)
	for _, p := range more {
		p(m)
	}
	if sign {
		m.Sign(stun.LongTerm(user, realm, password))
	}
	got, ok := stun.Parse(m.Seal())
	if !ok {
		s.t.Fatal("reply")
	}
	s.client.Receive(got, s.at, s.now)
}

func (s *script) challenge(n int, nonce string) {
	s.reply(stun.Error, false, code(n), func(m *stun.Message) { m.PutText(stun.Realm, realm).PutText(stun.Nonce, nonce) })
}

func code(n int) put { return func(m *stun.Message) { m.PutError(n) } }

func seconds(n uint32) put { return func(m *stun.Message) { m.Put32(stun.Lifetime, n) } }

// alternate names another server, which is not masked.
func alternate(a netip.AddrPort) put {
	return func(m *stun.Message) {
		m.Put(stun.AlternateServer, append([]byte{0, 1, byte(a.Port() >> 8), byte(a.Port())}, a.Addr().AsSlice()...))
	}
}

func (s *script) allocated() {
	s.reply(stun.Success, true, seconds(600), func(m *stun.Message) {
		m.PutAddress(stun.XORRelayedAddress, relayed).PutAddress(stun.XORMappedAddress, mapped)
	})
}

// up goes on until there is an allocation.
func up(t *testing.T) *script {
	s := newScript(t)
	s.asked(stun.Allocate)
	s.challenge(401, "one")
	s.asked(stun.Allocate)
	s.signed()
	s.allocated()
	if s.client.Relayed() != relayed || s.client.Mapped() != mapped || !s.client.Ready() {
		t.Fatal(s.client.Err())
	}
	return s
}

func TestClient_refusals(t *testing.T) {
	for _, row := range []struct {
		name string
		play func(*script)
		want error
	}{
		{"allocating: 401 twice -> credentials", func(s *script) {
			s.challenge(401, "one")
			s.asked(stun.Allocate)
			s.challenge(401, "one")
		}, ErrCredentials},
		{"allocating: 401 without a nonce -> credentials", func(s *script) { s.reply(stun.Error, false, code(401)) }, ErrCredentials},
		{"allocating: 401 for ever, each time another nonce -> credentials", func(s *script) {
			for _, nonce := range []string{"1", "2", "3", "4"} {
				s.challenge(401, nonce)
				if s.client.Err() == nil {
					s.asked(stun.Allocate)
				}
			}
		}, ErrCredentials},
		{"allocating: 441 -> credentials", func(s *script) { s.reply(stun.Error, false, code(441)) }, ErrCredentials},
		{"allocating: 486 -> capacity", func(s *script) { s.reply(stun.Error, false, code(486)) }, ErrCapacity},
		{"allocating: 508 -> capacity", func(s *script) { s.reply(stun.Error, false, code(508)) }, ErrCapacity},
		{"allocating: 403 -> refused", func(s *script) { s.reply(stun.Error, false, code(403)) }, ErrRefused},
		{"allocating: success without an address -> refused", func(s *script) { s.reply(stun.Success, false) }, ErrRefused},
		{"allocating: nothing -> silent", func(s *script) {
			for !s.client.Next().IsZero() {
				s.now = s.client.Next()
				s.client.Tick(s.now)
			}
			if s.asked(stun.Allocate); s.sent != transmits {
				s.t.Errorf("asked %d times", s.sent)
			}
		}, ErrSilent},
		{"allocating: 300 without an address -> refused", func(s *script) { s.reply(stun.Error, false, code(300)) }, ErrRefused},
	} {
		s := newScript(t)
		s.asked(stun.Allocate)
		row.play(s)
		if !errors.Is(s.client.Err(), row.want) || s.client.Relayed().IsValid() || !s.client.Next().IsZero() || !s.client.Ready() {
			t.Errorf("%s: %v", row.name, s.client.Err())
		}
	}
}

func TestClient_stale_nonce(t *testing.T) {
	s := up(t)
	s.client.Send([]byte("x"), peerOne, s.now)
	s.asked(stun.ChannelBind)
	s.challenge(438, "two")
	m := s.asked(stun.ChannelBind)
	s.signed()
	if nonce, _ := m.Get(stun.Nonce); string(nonce) != "two" {
		t.Errorf("%q", nonce)
	}
}

func TestClient_another_allocation_stands_in_the_way(t *testing.T) {
	s := newScript(t)
	s.asked(stun.Allocate)
	s.challenge(401, "one")
	s.asked(stun.Allocate)
	s.reply(stun.Error, true, code(437))
	m := s.asked(stun.Refresh)
	if b, _ := m.Get(stun.Lifetime); !bytes.Equal(b, []byte{0, 0, 0, 0}) {
		t.Errorf("%x", b)
	}
	s.reply(stun.Success, true, seconds(0))
	s.asked(stun.Allocate)
	s.allocated()
	if s.client.Relayed() != relayed {
		t.Error(s.client.Err())
	}
}

func TestClient_alternate_server(t *testing.T) {
	s := newScript(t)
	s.asked(stun.Allocate)
	s.reply(stun.Error, false, code(300), alternate(other))
	s.at = other
	s.asked(stun.Allocate)
	s.reply(stun.Error, false, code(300), alternate(server))
	if !errors.Is(s.client.Err(), ErrRefused) {
		t.Error("it is sent around for ever", s.client.Err())
	}
}

func TestClient_channel(t *testing.T) {
	s := up(t)
	s.client.Send([]byte("first"), peerOne, s.now)
	s.client.Send([]byte("second"), peerOne, s.now)
	m := s.asked(stun.ChannelBind)
	s.signed()
	if number, _ := m.Get(stun.ChannelNumber); binary.BigEndian.Uint16(number) != firstChannel || m.Address(stun.XORPeerAddress) != peerOne {
		t.Errorf("%x, %v", number, m)
	}
	if s.client.Channel(peerOne) != 0 {
		t.Error("bound before it is")
	}
	s.reply(stun.Success, false)
	if s.client.Channel(peerOne) != 0 {
		t.Error("a forged success is believed")
	}
	s.reply(stun.Success, true)
	out := s.client.Take()
	if len(out) != 1 || out[0].To != server || string(out[0].Packet) != "\x40\x00\x00\x06second" {
		t.Fatalf("%q", out)
	}
	number, data, ok := Unwrap(append(out[0].Packet, 0, 0))
	if peer, known := s.client.Peer(number); !ok || !known || peer != peerOne || string(data) != "second" {
		t.Error(number, data, ok)
	}
	bound := s.now
	for s.now = s.client.Next(); s.now.Sub(bound) < rebind; s.now = s.client.Next() {
		t.Fatalf("asked after %v", s.now.Sub(bound))
	}
	s.client.Tick(s.now) // a permission ends after five minutes
	s.asked(stun.ChannelBind)
	s.reply(stun.Error, true, code(403))
	if s.client.Channel(peerOne) != 0 || s.client.Err() != nil {
		t.Error("a peer that is refused has a channel, or takes the others along")
	}
	s.client.Send([]byte("third"), peerOne, s.now)
	if n := len(s.client.Take()); n != 0 {
		t.Error("a refused peer is tried for ever")
	}
}

func TestClient_refresh(t *testing.T) {
	s := up(t)
	began := s.now
	s.now = s.client.Next()
	if after := s.now.Sub(began); after != 9*time.Minute {
		t.Errorf("refreshed after %v", after)
	}
	s.client.Tick(s.now)
	s.asked(stun.Refresh)
	s.reply(stun.Success, true, seconds(600))
	s.now = s.client.Next()
	s.client.Tick(s.now)
	s.asked(stun.Refresh)
	s.reply(stun.Error, true, code(437))
	if !errors.Is(s.client.Err(), ErrGone) || s.client.Relayed().IsValid() {
		t.Error(s.client.Err())
	}
}

func TestClient_data(t *testing.T) {
	s := up(t)
	m, _ := stun.Parse(stun.New(stun.Data|stun.Indication).PutAddress(stun.XORPeerAddress, peerOne).PutText(stun.DataOf, "hello").Seal())
	if data, peer, ok := s.client.Receive(m, server, s.now); !ok || peer != peerOne || string(data) != "hello" {
		t.Error(data, peer, ok)
	}
	if _, _, ok := s.client.Receive(m, other, s.now); ok {
		t.Error("somebody else's is taken")
	}
}

func TestClient_close(t *testing.T) {
	s := up(t)
	s.client.Close(s.now)
	m := s.asked(stun.Refresh)
	s.signed()
	if b, _ := m.Get(stun.Lifetime); !bytes.Equal(b, []byte{0, 0, 0, 0}) {
		t.Errorf("%x", b)
	}
	s.client.Close(s.now)
	if len(s.client.Take()) > 0 {
		t.Error("closed twice")
	}
}

func FuzzUnwrap(f *testing.F) {
	f.Add([]byte("\x40\x00\x00\x03abc\x00"))
	f.Fuzz(func(t *testing.T, packet []byte) {
		number, data, ok := Unwrap(packet)
		if ok && (number < firstChannel || number > lastChannel || len(data) > len(packet)-HeaderSize) {
			t.Errorf("%x: %x, %x", packet, number, data)
		}
	})
}
