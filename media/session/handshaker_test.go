package session

import (
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"

	"offhook/media/keying"
	"offhook/media/sdp"
)

// owned is a handshaker whose owner is the test: no goroutine of its own runs
// but the handshakes.
func owned(t *testing.T) (*handshaker, *recorder, *[]error) {
	t.Helper()
	id, err := keying.NewIdentity(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	var failed []error
	s, r := newSession(t, func(c *Config) {
		c.SRTP, c.Identity = sdp.Off, id // so that it has no handshaker yet
		c.Failed = func(err error) { failed = append(failed, err) }
	})
	conn, _ := wire(t)
	out, err := newOutlet(conn)
	if err != nil {
		t.Fatal(err)
	}
	h := &handshaker{session: s, out: out, results: make(chan shaken), done: make(chan struct{})}
	t.Cleanup(func() {
		close(h.done)
		for _, a := range h.associations {
			a.end(true)
		}
		h.wait.Wait()
		h.out.close()
	})
	return h, r, &failed
}

func (h *handshaker) terms1(role keying.Setup, remote netip.AddrPort) *terms {
	return &terms{role: role, remote: remote, prints: []keying.Fingerprint{h.session.cfg.Identity.Fingerprint}}
}

var clientHello = append([]byte{22, 254, 253, 0, 0, 0, 0, 0, 0, 0, 0, 0, 40, 1, 0, 0, 28}, make([]byte, 36)...)

func TestHandshaker_patience(t *testing.T) {
	far := netip.MustParseAddrPort("127.0.0.1:9")
	for _, test := range []struct {
		name  string
		sign  func(*handshaker, *recorder)
		fails bool
	}{
		{"nothing heard, as while it rings -> goes on", func(*handshaker, *recorder) {}, false},
		{"sound without keys -> given up", func(_ *handshaker, r *recorder) { r.discarded += 2 * signOfLife }, true},
		{"a handshake that does not end -> given up", func(h *handshaker, _ *recorder) { h.packet(handed{[]byte{22, 1}, far}) }, true},
		{"a stranger's beginning -> goes on", func(h *handshaker, _ *recorder) {
			h.packet(handed{clientHello, netip.MustParseAddrPort("127.0.0.2:9")})
		}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			h, r, failed := owned(t)
			if err := h.agree(plainAudio(far), h.terms1(keying.Active, far)); err != nil {
				t.Fatal(err)
			}
			if s := r.last(); !s.DTLS || !s.waits() || len(h.associations) != 1 {
				t.Fatalf("%+v", s)
			}
			test.sign(h, r)
			now := time.Now()
			for range 40 {
				if !h.failed {
					h.look(now)
				}
				now = now.Add(lookTime)
			}
			if (len(*failed) == 1) != test.fails || test.fails && !errors.Is((*failed)[0], ErrNoHandshake) {
				t.Errorf("%v", *failed)
			}
			if !test.fails && len(h.associations) == 0 {
				t.Error("it does not begin again")
			}
		})
	}
}

func TestHandshaker_strangers_are_bounded(t *testing.T) {
	h, _, _ := owned(t)
	far := netip.MustParseAddrPort("127.0.0.1:9")
	if err := h.agree(plainAudio(far), h.terms1(keying.Passive, far)); err != nil {
		t.Fatal(err)
	}
	for i := range uint16(100) {
		h.packet(handed{clientHello, netip.AddrPortFrom(netip.MustParseAddr("127.0.0.2"), 1000+i)})
	}
	if len(h.associations) != mostTries {
		t.Errorf("%d at once", len(h.associations))
	}
	if h.packet(handed{clientHello, far}); len(h.associations) != mostTries+1 {
		t.Error("the far end itself is shut out")
	}
	if h.look(time.Now().Add(longestTry)); len(h.associations) != 0 {
		t.Errorf("%d left for ever", len(h.associations))
	}
}

func TestHandshaker_agreements(t *testing.T) {
	far := netip.MustParseAddrPort("127.0.0.1:9")
	h, r, _ := owned(t)
	for i := range byte(9) { // before there is an agreement: the last ones are kept
		h.packet(handed{clientHello, netip.AddrPortFrom(far.Addr(), 100+uint16(i))})
	}
	if len(h.early) != 4 {
		t.Errorf("%d kept", len(h.early))
	}
	for _, step := range []struct {
		name  string
		terms *terms
		anew  bool
	}{
		{"first", h.terms1(keying.Passive, far), true},
		{"again", h.terms1(keying.Passive, far), false},
		{"held in the old way", h.terms1(keying.Passive, netip.AddrPortFrom(netip.IPv4Unspecified(), 9)), false},
		{"another role", h.terms1(keying.Active, far), true},
		{"in the clear", nil, true},
	} {
		before := h.terms
		if err := h.agree(plainAudio(far), step.terms); err != nil {
			t.Fatal(err)
		}
		if (h.terms != before) != step.anew || r.last().DTLS != (step.terms != nil) {
			t.Errorf("%s: %+v, %+v", step.name, h.terms, r.last())
		}
	}
	r.refuse = errors.New("no")
	if err := h.agree(plainAudio(far), h.terms1(keying.Active, far)); !errors.Is(err, r.refuse) || h.terms != nil {
		t.Errorf("%v: what was refused stands", err)
	}
	r.refuse = nil
}

func plainAudio(far netip.AddrPort) Spec { return spec(far, keying.Crypto{}, keying.Crypto{}) }

// TestSession_mki: the far end's key identifier follows its packets, and ours
// have none (RFC 4568 §6.1).
func TestSession_mki(t *testing.T) {
	edit := func(c *Config) { c.SRTP = sdp.Mandatory; c.Suites = []keying.Suite{keying.AES128CMSHA1_80} }
	a, b := newSide(t, loopback, edit), newSide(t, loopback, edit)
	offer, err := a.Offer(false)
	if err != nil {
		t.Fatal(err)
	}
	line := a.offered[0].Attribute()
	offer = []byte(strings.Replace(string(offer), line, line+"|2^20|1:4", 1))
	answer, err := b.Answer(offer)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Accept(answer); err != nil {
		t.Fatal(err)
	}
	theirs := b.engine.last().RemoteKey
	if theirs.MKI != "\x00\x00\x00\x01" {
		t.Fatalf("%q", theirs.MKI)
	}
	with := a.engine.last()
	with.LocalKey = theirs // as a far end that has the identifier it told of
	if err := a.engine.UpdateStream(3, with); err != nil {
		t.Fatal(err)
	}
	talk(t, a, b)
}
