package turn

import (
	"bytes"
	"encoding/binary"
	"errors"
	"net/netip"
	"testing"
	"time"

	"github.com/pion/stun/v3"

	"offhook/media/ice"
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
func (s *script) asked(method stun.Method) *stun.Message {
	s.t.Helper()
	for _, p := range s.client.Take() {
		m, ok := ice.Decode(p.Packet)
		if !ok {
			continue
		}
		s.last, s.sent = m, s.sent+1
		if p.To != s.at {
			s.t.Errorf("sent to %v", p.To)
		}
	}
	if s.last == nil || s.last.Type != stun.NewType(method, stun.ClassRequest) {
		s.t.Fatalf("asked %v, want %v", s.last, method)
	}
	return s.last
}

func (s *script) signed() {
	s.t.Helper()
	if err := stun.NewLongTermIntegrity(user, realm, password).Check(s.last); err != nil {
		s.t.Errorf("%v: %v", s.last, err)
	}
}

func (s *script) reply(class stun.MessageClass, sign bool, setters ...stun.Setter) {
	all := append([]stun.Setter{stun.NewTransactionIDSetter(s.last.TransactionID), stun.NewType(s.last.Type.Method, class)}, setters...)
	if sign {
		all = append(all, stun.NewLongTermIntegrity(user, realm, password))
	}
	m, ok := ice.Decode(stun.MustBuild(append(all, stun.Fingerprint)...).Raw)
	if !ok {
		s.t.Fatal("reply")
	}
	s.client.Receive(m, s.at, s.now)
}

func (s *script) challenge(code stun.ErrorCode, nonce string) {
	s.reply(stun.ClassErrorResponse, false, code, stun.NewRealm(realm), stun.NewNonce(nonce))
}

func seconds(n uint32) stun.Setter {
	return ice.Put(stun.AttrLifetime, binary.BigEndian.AppendUint32(nil, n))
}

func (s *script) allocated() {
	s.reply(stun.ClassSuccessResponse, true, ice.PutAddress(stun.AttrXORRelayedAddress, relayed), ice.PutAddress(stun.AttrXORMappedAddress, mapped), seconds(600))
}

// up goes on until there is an allocation.
func up(t *testing.T) *script {
	s := newScript(t)
	s.asked(stun.MethodAllocate)
	s.challenge(401, "one")
	s.asked(stun.MethodAllocate)
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
			s.asked(stun.MethodAllocate)
			s.challenge(401, "one")
		}, ErrCredentials},
		{"allocating: 401 without a nonce -> credentials", func(s *script) { s.reply(stun.ClassErrorResponse, false, stun.ErrorCode(401)) }, ErrCredentials},
		{"allocating: 401 for ever, each time another nonce -> credentials", func(s *script) {
			for _, nonce := range []string{"1", "2", "3", "4"} {
				s.challenge(401, nonce)
				if s.client.Err() == nil {
					s.asked(stun.MethodAllocate)
				}
			}
		}, ErrCredentials},
		{"allocating: 441 -> credentials", func(s *script) { s.reply(stun.ClassErrorResponse, false, stun.ErrorCode(441)) }, ErrCredentials},
		{"allocating: 486 -> capacity", func(s *script) { s.reply(stun.ClassErrorResponse, false, stun.CodeAllocQuotaReached) }, ErrCapacity},
		{"allocating: 508 -> capacity", func(s *script) { s.reply(stun.ClassErrorResponse, false, stun.CodeInsufficientCapacity) }, ErrCapacity},
		{"allocating: 403 -> refused", func(s *script) { s.reply(stun.ClassErrorResponse, false, stun.CodeForbidden) }, ErrRefused},
		{"allocating: success without an address -> refused", func(s *script) { s.reply(stun.ClassSuccessResponse, false) }, ErrRefused},
		{"allocating: nothing -> silent", func(s *script) {
			for !s.client.Next().IsZero() {
				s.now = s.client.Next()
				s.client.Tick(s.now)
			}
			if s.asked(stun.MethodAllocate); s.sent != transmits {
				s.t.Errorf("asked %d times", s.sent)
			}
		}, ErrSilent},
		{"allocating: 300 without an address -> refused", func(s *script) { s.reply(stun.ClassErrorResponse, false, stun.CodeTryAlternate) }, ErrRefused},
	} {
		s := newScript(t)
		s.asked(stun.MethodAllocate)
		row.play(s)
		if !errors.Is(s.client.Err(), row.want) || s.client.Relayed().IsValid() || !s.client.Next().IsZero() || !s.client.Ready() {
			t.Errorf("%s: %v", row.name, s.client.Err())
		}
	}
}

func TestClient_stale_nonce(t *testing.T) {
	s := up(t)
	s.client.Send([]byte("x"), peerOne, s.now)
	s.asked(stun.MethodChannelBind)
	s.challenge(438, "two")
	m := s.asked(stun.MethodChannelBind)
	s.signed()
	if nonce, _ := m.Get(stun.AttrNonce); string(nonce) != "two" {
		t.Errorf("%q", nonce)
	}
}

func TestClient_another_allocation_stands_in_the_way(t *testing.T) {
	s := newScript(t)
	s.asked(stun.MethodAllocate)
	s.challenge(401, "one")
	s.asked(stun.MethodAllocate)
	s.reply(stun.ClassErrorResponse, true, stun.CodeAllocMismatch)
	m := s.asked(stun.MethodRefresh)
	if b, _ := m.Get(stun.AttrLifetime); !bytes.Equal(b, []byte{0, 0, 0, 0}) {
		t.Errorf("%x", b)
	}
	s.reply(stun.ClassSuccessResponse, true, seconds(0))
	s.asked(stun.MethodAllocate)
	s.allocated()
	if s.client.Relayed() != relayed {
		t.Error(s.client.Err())
	}
}

func TestClient_alternate_server(t *testing.T) {
	s := newScript(t)
	s.asked(stun.MethodAllocate)
	s.reply(stun.ClassErrorResponse, false, stun.CodeTryAlternate, &stun.AlternateServer{IP: other.Addr().AsSlice(), Port: int(other.Port())})
	s.at = other
	s.asked(stun.MethodAllocate)
	s.reply(stun.ClassErrorResponse, false, stun.CodeTryAlternate, &stun.AlternateServer{IP: server.Addr().AsSlice(), Port: int(server.Port())})
	if !errors.Is(s.client.Err(), ErrRefused) {
		t.Error("it is sent around for ever", s.client.Err())
	}
}

func TestClient_channel(t *testing.T) {
	s := up(t)
	s.client.Send([]byte("first"), peerOne, s.now)
	s.client.Send([]byte("second"), peerOne, s.now)
	m := s.asked(stun.MethodChannelBind)
	s.signed()
	if number, _ := m.Get(stun.AttrChannelNumber); binary.BigEndian.Uint16(number) != firstChannel || ice.Address(m, stun.AttrXORPeerAddress) != peerOne {
		t.Errorf("%x, %v", number, m)
	}
	if s.client.Channel(peerOne) != 0 {
		t.Error("bound before it is")
	}
	s.reply(stun.ClassSuccessResponse, false)
	if s.client.Channel(peerOne) != 0 {
		t.Error("a forged success is believed")
	}
	s.reply(stun.ClassSuccessResponse, true)
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
	s.asked(stun.MethodChannelBind)
	s.reply(stun.ClassErrorResponse, true, stun.CodeForbidden)
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
	s.asked(stun.MethodRefresh)
	s.reply(stun.ClassSuccessResponse, true, seconds(600))
	s.now = s.client.Next()
	s.client.Tick(s.now)
	s.asked(stun.MethodRefresh)
	s.reply(stun.ClassErrorResponse, true, stun.CodeAllocMismatch)
	if !errors.Is(s.client.Err(), ErrGone) || s.client.Relayed().IsValid() {
		t.Error(s.client.Err())
	}
}

func TestClient_data(t *testing.T) {
	s := up(t)
	m := stun.MustBuild(stun.TransactionID, stun.NewType(stun.MethodData, stun.ClassIndication), ice.PutAddress(stun.AttrXORPeerAddress, peerOne), ice.Put(stun.AttrData, []byte("hello")))
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
	m := s.asked(stun.MethodRefresh)
	s.signed()
	if b, _ := m.Get(stun.AttrLifetime); !bytes.Equal(b, []byte{0, 0, 0, 0}) {
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
