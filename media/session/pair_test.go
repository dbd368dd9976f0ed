package session

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"offhook/media"
	"offhook/media/g711"
	"offhook/media/keying"
	"offhook/media/sdp"
)

// side is one telephone of two.
type side struct {
	*Session
	engine *miniEngine
	failed atomic.Pointer[error]
}

func newSide(t testing.TB, addr netip.Addr, edit func(*Config)) *side {
	t.Helper()
	s := &side{engine: &miniEngine{}}
	id, err := keying.NewIdentity(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	cfg := Config{Engine: s.engine, ID: 3, Codecs: []media.Codec{g711.PCMU}, Addr: addr, DSCP: -1, Identity: id,
		Failed: func(err error) { s.failed.Store(&err) }}
	if edit != nil {
		edit(&cfg)
	}
	if s.Session, err = New(cfg); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// talk has sound go both ways until both have heard some of what the other
// says from now on.
func talk(t testing.TB, a, b *side) {
	t.Helper()
	said := []byte(fmt.Sprintf("sound %d", time.Now().UnixNano()))
	clock := uint32(0)
	speak := func(from *side) { from.engine.send(Outgoing{Timestamp: clock, Payload: said}) }
	next := time.Now()
	until(t, "sound both ways", func() bool {
		if now := time.Now(); now.After(next) {
			next = now.Add(5 * time.Millisecond)
			clock += 160
			speak(a)
			speak(b)
		}
		return a.engine.hears(said) && b.engine.hears(said)
	})
}

func (s *side) secure(t testing.TB) {
	t.Helper()
	until(t, "keys", func() bool { return s.Secure() != "" })
}

var six = netip.IPv6Loopback()

func TestPair_each_way_to_keys(t *testing.T) {
	type way struct {
		name     string
		policy   sdp.Policy
		keying   []keying.Method
		suite    keying.Suite
		method   keying.Method
		identity bool
	}
	both := []keying.Method{keying.DTLS, keying.SDES}
	for _, w := range []way{
		{"clear", sdp.Off, nil, "", keying.Clear, true},
		{"SDES", sdp.Mandatory, nil, keying.AES128GCM, keying.SDES, true},
		{"opportunistic SDES", sdp.Optional, nil, keying.AES128GCM, keying.SDES, true},
		{"DTLS", sdp.Mandatory, both[:1], keying.AES128GCM, keying.DTLS, true},
		{"opportunistic DTLS", sdp.Optional, both[:1], keying.AES128GCM, keying.DTLS, true},
		{"opportunistic, both, DTLS first", sdp.Optional, both, keying.AES128GCM, keying.DTLS, true},
	} {
		for _, addr := range []netip.Addr{loopback, six} {
			for _, separate := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s, %s, mux %t", w.name, addr, !separate), func(t *testing.T) {
					edit := func(c *Config) { c.SRTP, c.Keying, c.SeparateRTCP = w.policy, w.keying, separate }
					a, b := newSide(t, addr, edit), newSide(t, addr, edit)
					exchange(t, a.Session, b.Session, false)
					if a.method != w.method || b.method != w.method {
						t.Fatalf("keys by %v and %v", a.method, b.method)
					}
					talk(t, a, b)
					if a.Secure() != string(w.suite) || b.Secure() != string(w.suite) || a.engine.last().LocalKey != b.engine.last().RemoteKey {
						t.Errorf("encrypted by %q and %q", a.Secure(), b.Secure())
					}
					if w.suite != "" && a.engine.last().LocalKey == b.engine.last().LocalKey {
						t.Error("one key both ways")
					}
					until(t, "reports both ways", func() bool { return a.Stats().RemoteReports > 0 && b.Stats().RemoteReports > 0 })
					exchange(t, b.Session, a.Session, true) // hold, and back
					exchange(t, b.Session, a.Session, false)
					talk(t, a, b)
					if n := a.Stats().Discarded + b.Stats().Discarded; n > 0 && w.method != keying.DTLS {
						t.Errorf("%d packets discarded", n)
					}
				})
			}
		}
	}
}

// TestPair_dtls_stays: a re-INVITE with the same certificate and role is no new
// handshake, one with another certificate is.
func TestPair_dtls_reinvite(t *testing.T) {
	edit := func(c *Config) { c.SRTP, c.Keying = sdp.Mandatory, []keying.Method{keying.DTLS} }
	a, b := newSide(t, loopback, edit), newSide(t, loopback, edit)
	offer, answer := exchange(t, a.Session, b.Session, false)
	for _, want := range []string{"UDP/TLS/RTP/SAVP 0", "a=fingerprint:sha-256 ", "a=setup:actpass"} {
		if !strings.Contains(string(offer), want) {
			t.Errorf("no %q in\n%s", want, offer)
		}
	}
	if !strings.Contains(string(answer), "a=setup:active") || strings.Contains(string(offer)+string(answer), "a=crypto") {
		t.Errorf("%s", answer)
	}
	talk(t, a, b)
	key := a.engine.last().LocalKey
	for _, from := range []*side{a, b, a} {
		to := map[*side]*side{a: b, b: a}[from]
		exchange(t, from.Session, to.Session, false)
		if a.engine.last().LocalKey != key || b.engine.last().RemoteKey != key || a.Secure() == "" {
			t.Fatal("the keys changed without need")
		}
	}
	c := newSide(t, loopback, edit) // a server passes the call on
	exchange(t, c.Session, a.Session, false)
	talk(t, a, c)
	if k := a.engine.last().LocalKey; k == key || k != c.engine.last().RemoteKey {
		t.Error("another certificate, and no new keys")
	}
}

// TestPair_dtls_foreign_certificate: who answers the handshake is not who the
// signalling named.
func TestPair_dtls_foreign_certificate(t *testing.T) {
	edit := func(c *Config) { c.SRTP, c.Keying = sdp.Mandatory, []keying.Method{keying.DTLS} }
	a, b := newSide(t, loopback, edit), newSide(t, loopback, edit)
	other, err := keying.NewIdentity(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	offer, err := a.Offer(false)
	if err != nil {
		t.Fatal(err)
	}
	offer = []byte(strings.Replace(string(offer), a.cfg.Identity.Fingerprint.Attribute(), other.Fingerprint.Attribute(), 1))
	answer, err := b.Answer(offer)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Accept(answer); err != nil {
		t.Fatal(err)
	}
	until(t, "the refusal", func() bool { return b.failed.Load() != nil })
	if err := *b.failed.Load(); !errors.Is(err, keying.ErrFingerprint) || !strings.Contains(err.Error(), "certificate is not the one") {
		t.Error(err)
	}
	if b.Secure() != "" || b.engine.stream.Send(Outgoing{Payload: []byte("x")}) {
		t.Error("sound goes on")
	}
}

// TestPair_dtls_off_path: beginnings, garbage and foreign handshakes from
// elsewhere change nothing, before the keys and after.
func TestPair_dtls_off_path(t *testing.T) {
	edit := func(c *Config) { c.SRTP, c.Keying = sdp.Mandatory, []keying.Method{keying.DTLS} }
	a, b := newSide(t, loopback, edit), newSide(t, loopback, edit)
	thief := newSide(t, loopback, edit)
	conn, _ := wire(t)
	hello := append([]byte{22, 254, 253, 0, 0, 0, 0, 0, 0, 0, 0, 0, 40, 1, 0, 0, 28}, make([]byte, 36)...)
	spray := func() {
		for i := range byte(44) {
			for _, to := range []*side{a, b} {
				packet := append([]byte{20 + i}, hello[1:]...)
				_, _ = conn.WriteToUDPAddrPort(packet, to.LocalAddr())
				_, _ = conn.WriteToUDPAddrPort(packet[:1+i%20], to.LocalAddr())
			}
		}
	}
	offer, err := a.Offer(false)
	if err != nil {
		t.Fatal(err)
	}
	spray()
	// The thief answers too, with its own certificate, to where it has no business.
	if _, err := thief.Answer(offer); err != nil {
		t.Fatal(err)
	}
	answer, err := b.Answer(offer)
	if err != nil {
		t.Fatal(err)
	}
	spray()
	if err := a.Accept(answer); err != nil {
		t.Fatal(err)
	}
	spray()
	a.secure(t)
	b.secure(t)
	talk(t, a, b)
	spray()
	talk(t, a, b)
	if a.engine.last().RemoteKey != b.engine.last().LocalKey {
		t.Error("keys of somebody else")
	}
}

// TestPair_dtls_begins_again and again while nobody answers, as when somebody
// lets it ring: who picks up at last is not kept waiting by a long pause.
func TestPair_dtls_begins_again(t *testing.T) {
	conn, far := wire(t)
	b := newSide(t, loopback, func(c *Config) { c.SRTP = sdp.Optional })
	offer := fmt.Sprintf("v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio %d UDP/TLS/RTP/SAVP 0\r\na=setup:actpass\r\na=fingerprint:%s\r\n",
		far.Port(), b.cfg.Identity.Fingerprint.Attribute())
	answer, err := b.Answer([]byte(offer))
	if err != nil || !strings.Contains(string(answer), "UDP/TLS/RTP/SAVP 0") || !strings.Contains(string(answer), "a=setup:active") {
		t.Fatalf("%s, %v", answer, err)
	}
	randoms := map[string]int{}
	for len(randoms) < 3 {
		packet := read(t, conn)
		if !isClientHello(packet) {
			t.Fatalf("% x", packet)
		}
		if randoms[string(packet[27:59])]++; randoms[string(packet[27:59])] > 4 {
			t.Fatal("the same again and again: ever more slowly")
		}
	}
	if b.failed.Load() != nil || b.engine.stream.Send(Outgoing{Payload: []byte("x")}) {
		t.Error("given up, or sent in the clear")
	}
}

// TestPair_mux_falls_back: one side has a socket for reports, so both do.
func TestPair_mux_falls_back(t *testing.T) {
	for _, way := range [][2]bool{{true, false}, {false, true}} {
		a := newSide(t, loopback, func(c *Config) { c.SeparateRTCP = way[0] })
		b := newSide(t, loopback, func(c *Config) { c.SeparateRTCP = way[1] })
		exchange(t, a.Session, b.Session, false)
		talk(t, a, b)
		if a.engine.last().Mux || b.engine.last().Mux {
			t.Error("muxed")
		}
		until(t, "reports both ways", func() bool { return a.Stats().RemoteReports > 0 && b.Stats().RemoteReports > 0 })
	}
}

// TestPair_roles: the far end may leave no choice.
func TestPair_roles(t *testing.T) {
	for _, role := range []string{"active", "passive"} {
		edit := func(c *Config) { c.SRTP, c.Keying = sdp.Mandatory, []keying.Method{keying.DTLS} }
		a, b := newSide(t, loopback, edit), newSide(t, loopback, edit)
		offer, err := a.Offer(false)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := b.Answer([]byte(strings.Replace(string(offer), "setup:actpass", "setup:"+role, 1)))
		if err != nil {
			t.Fatal(err)
		}
		if err := a.Accept(answer); err != nil {
			t.Fatal(err)
		}
		talk(t, a, b)
		if a.role == b.role || strings.Contains(string(answer), "setup:"+role) {
			t.Errorf("%v and %v", a.role, b.role)
		}
	}
}

func TestPair_no_downgrade(t *testing.T) {
	for _, method := range []keying.Method{keying.SDES, keying.DTLS} {
		edit := func(c *Config) { c.SRTP, c.Keying = sdp.Optional, []keying.Method{method} }
		a, b := newSide(t, loopback, edit), newSide(t, loopback, edit)
		exchange(t, a.Session, b.Session, false)
		talk(t, a, b)
		offer, err := a.Offer(false)
		if err != nil {
			t.Fatal(err)
		}
		var plain []string
		for _, line := range strings.SplitAfter(string(offer), "\r\n") {
			if !strings.HasPrefix(line, "a=crypto") && !strings.HasPrefix(line, "a=fingerprint") {
				plain = append(plain, line)
			}
		}
		if _, err := b.Answer([]byte(strings.Join(plain, ""))); !errors.Is(err, ErrDowngrade) {
			t.Errorf("%v: an offer in the clear: %v", method, err)
		}
		if err := a.Accept([]byte("v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio 4000 RTP/AVP 0\r\n")); !errors.Is(err, ErrDowngrade) {
			t.Errorf("%v: an answer in the clear: %v", method, err)
		}
		a.Rollback()
		talk(t, a, b) // what stood before stands
		if a.Secure() == "" || b.Secure() == "" {
			t.Error("in the clear")
		}
	}
}

func TestPair_forks_may_differ(t *testing.T) {
	edit := func(c *Config) { c.SRTP = sdp.Optional }
	a, secret := newSide(t, loopback, edit), newSide(t, loopback, edit)
	open := newSide(t, loopback, func(c *Config) { c.SRTP = sdp.Off })
	offer, err := a.Offer(false)
	if err != nil {
		t.Fatal(err)
	}
	for _, fork := range []*side{secret, open} {
		answer, err := fork.Answer(offer)
		if err != nil {
			t.Fatal(err)
		}
		if err := a.Accept(answer); err != nil {
			t.Fatal(err)
		}
	}
	talk(t, a, open)
	if a.Secure() != "" {
		t.Error("the screen would say encrypted")
	}
}
