package session

import (
	"strings"
	"testing"

	"offhook/media/keying"
	"offhook/media/sdp"
)

// TestSession_expiring: a key that is nearly used up brings the next one.
func TestSession_expiring(t *testing.T) {
	for name, test := range map[string]struct {
		lifetime, sent uint64
		want           bool
	}{
		"fresh":                {0, 1 << 46, false},
		"half of the suite's":  {0, 1 << 47, true},
		"nearly half of ours":  {1000, 499, false},
		"half of ours":         {1000, 500, true},
		"of ours, and a power": {1 << 10, 512, true},
	} {
		t.Run(name, func(t *testing.T) {
			edit := func(c *Config) { c.SRTP, c.KeyLifetime = sdp.Mandatory, test.lifetime }
			a, ra := newSession(t, edit)
			b, _ := newSession(t, edit)
			offer, _ := exchange(t, a, b, false)
			if told := strings.Contains(string(offer), "|2^10"); told != (test.lifetime == 1<<10) {
				t.Errorf("told %t:\n%s", told, offer)
			}
			key := ra.last().LocalKey
			ra.sent = test.sent
			if a.Expiring() != test.want {
				t.Errorf("expiring %t", a.Expiring())
			}
			exchange(t, a, b, false)
			if fresh := ra.last().LocalKey != key; fresh != test.want {
				t.Errorf("another key: %t", fresh)
			}
		})
	}
}

// TestPair_lifetime: a call outlives its keys many times, whoever offers, and
// loses nothing.
func TestPair_lifetime(t *testing.T) {
	edit := func(c *Config) { c.SRTP, c.KeyLifetime = sdp.Mandatory, 16 }
	a, b := newSide(t, loopback, edit), newSide(t, loopback, edit)
	exchange(t, a.Session, b.Session, false)
	keys := map[keying.Crypto]bool{}
	for len(keys) < 12 {
		talk(t, a, b)
		for _, s := range []*side{a, b} {
			keys[s.engine.last().LocalKey] = true
		}
		switch {
		case a.Expiring():
			exchange(t, a.Session, b.Session, false)
		case b.Expiring():
			exchange(t, b.Session, a.Session, false)
		}
	}
	for _, s := range []*side{a, b} {
		if st := s.Stats(); st.Discarded+st.Lost > 0 || st.Received < 40 {
			t.Errorf("%+v", st)
		}
	}
}

// TestPair_theirs_expiring: a far end that leaves its key as it is is offered a new
// one, and its answer brings one.
func TestPair_theirs_expiring(t *testing.T) {
	a := newSide(t, loopback, func(c *Config) { c.SRTP = sdp.Mandatory })
	b := newSide(t, loopback, func(c *Config) { c.SRTP, c.KeyLifetime = sdp.Mandatory, 16 })
	exchange(t, a.Session, b.Session, false)
	theirs := a.engine.last().RemoteKey
	for !a.Expiring() {
		talk(t, a, b)
	}
	exchange(t, a.Session, b.Session, false)
	if a.engine.last().RemoteKey == theirs || a.Expiring() {
		t.Error("the far end's key stays")
	}
	talk(t, a, b)
}

// A key protects as many packets as it is for, and not one more is taken.
func TestStream_lifetime(t *testing.T) {
	for _, suite := range suites {
		if suite == "" {
			continue
		}
		a, b := pair(t, suite)
		sa, sb := a.spec, b.spec
		long, short := key(t, suite), key(t, suite)
		sa.LocalKey, sb.RemoteKey = long, long
		sb.RemoteKey.Lifetime = 3
		a.update(t, sa)
		b.update(t, sb)
		for range 3 {
			pass(t, a, b)
		}
		taken := b.taken()
		a.Send(Outgoing{Payload: []byte("x")})
		until(t, "a packet", func() bool { return b.taken() > taken })
		if s := b.Stats(); s.Received != 3 || s.Discarded != 1 || s.KeyReceived != 3 || b.State().KeyReceived != 3 {
			t.Errorf("%s: %+v", suite, s)
		}
		short.Lifetime = 3
		sa.LocalKey, sb.RemoteKey = short, short
		a.update(t, sa)
		b.update(t, sb)
		for range 3 {
			pass(t, a, b)
		}
		if a.Send(Outgoing{Payload: []byte("x")}) || a.Stats().KeySent != 3 || a.State().KeySent != 3 {
			t.Errorf("%s: sent under a key that is used up: %+v", suite, a.Stats())
		}
	}
}
