package dtls

import (
	"context"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"math/rand/v2"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"time"

	pion "github.com/pion/dtls/v3"
	"go.uber.org/goleak"

	"offhook/media/keying"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func identity(t testing.TB) *keying.Identity {
	t.Helper()
	id, err := keying.NewIdentity(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// pair joins a client and a server; lose decides about each packet.
func pair(t testing.TB, client, server Config, lose func(number int) bool) (a, b *Association) {
	t.Helper()
	var mutex sync.Mutex
	sent := 0
	to := func(other **Association) func([]byte) {
		return func(p []byte) {
			mutex.Lock()
			sent++
			lost := lose != nil && lose(sent)
			mutex.Unlock()
			if !lost {
				(*other).Deliver(p)
			}
		}
	}
	client.Client = true
	for _, cfg := range []*Config{&client, &server} {
		cfg.Remote = netip.MustParseAddrPort("192.0.2.1:4000")
		if cfg.Interval == 0 {
			cfg.Interval = 20 * time.Millisecond
		}
	}
	client.Send, server.Send = to(&b), to(&a)
	var err error
	if b, err = New(server); err != nil {
		t.Fatal(err)
	}
	if a, err = New(client); err != nil {
		t.Fatal(err)
	}
	return a, b
}

func shake(t testing.TB, a, b *Association) (ka, kb Keys, ea, eb error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	var both sync.WaitGroup
	both.Go(func() { ka, ea = a.Handshake(ctx) })
	both.Go(func() { kb, eb = b.Handshake(ctx) })
	both.Wait()
	a.Close(false)
	b.Close(false)
	return ka, kb, ea, eb
}

func TestHandshake(t *testing.T) {
	one, two := identity(t), identity(t)
	knows := func(id *keying.Identity) []keying.Fingerprint { return []keying.Fingerprint{id.Fingerprint} }
	for _, test := range []struct {
		name           string
		client, server []keying.Suite
		want           keying.Suite
		lose           func(int) bool
	}{
		{"as preferred", nil, nil, keying.AES128GCM, nil},
		{"each suite", nil, []keying.Suite{keying.AES128CMSHA1_80}, keying.AES128CMSHA1_80, nil},
		{"the long key", []keying.Suite{keying.AES256GCM}, nil, keying.AES256GCM, nil},
		{"the short tag", []keying.Suite{keying.AES128CMSHA1_32}, nil, keying.AES128CMSHA1_32, nil},
		{"each third packet lost", nil, nil, keying.AES128GCM, func(n int) bool { return n%3 == 0 }},
		{"a bad path", nil, nil, keying.AES128GCM, func(n int) bool { return n < 40 && rand.IntN(3) == 0 }},
	} {
		t.Run(test.name, func(t *testing.T) {
			a, b := pair(t, Config{Identity: one, Fingerprints: knows(two), Suites: test.client}, Config{Identity: two, Fingerprints: knows(one), Suites: test.server}, test.lose)
			ka, kb, ea, eb := shake(t, a, b)
			if err := errors.Join(ea, eb); err != nil {
				t.Fatal(err)
			}
			if ka.Local != kb.Remote || ka.Remote != kb.Local || ka.Local == ka.Remote || ka.Local.Suite != test.want {
				t.Errorf("%v and %v", ka, kb)
			}
		})
	}
}

func TestHandshake_foreign_certificate(t *testing.T) {
	one, two, thief := identity(t), identity(t), identity(t)
	knows := func(id *keying.Identity) []keying.Fingerprint { return []keying.Fingerprint{id.Fingerprint} }
	for _, client := range []bool{true, false} {
		mine := Config{Identity: one, Fingerprints: knows(two)}
		theirs := Config{Identity: thief, Fingerprints: knows(one)}
		a, b := pair(t, mine, theirs, nil)
		if !client {
			a, b = pair(t, theirs, mine, nil)
		}
		_, _, ea, eb := shake(t, a, b)
		if client && !errors.Is(ea, keying.ErrFingerprint) || !client && !errors.Is(eb, keying.ErrFingerprint) {
			t.Errorf("client %t: %v, %v", client, ea, eb)
		}
	}
}

// TestHandshake_authorities_named has a server that asks for certificates of its
// authorities, as Linphone does, and goes on without one.
func TestHandshake_authorities_named(t *testing.T) {
	one, two := identity(t), identity(t)
	remote := netip.MustParseAddrPort("192.0.2.1:4000")
	var a *Association
	server := newPackets(remote, func(p []byte) { a.Deliver(p) })
	a, err := New(Config{Identity: one, Client: true, Fingerprints: []keying.Fingerprint{two.Fingerprint}, Remote: remote, Send: server.deliver})
	if err != nil {
		t.Fatal(err)
	}
	name, err := asn1.Marshal(pkix.Name{CommonName: "an authority"}.ToRDNSequence())
	if err != nil {
		t.Fatal(err)
	}
	authorities := x509.NewCertPool()
	authorities.AddCert(&x509.Certificate{Raw: name, RawSubject: name}) // of which the name is told
	conn, err := pion.ServerWithOptions(server, server.remote, pion.WithCertificates(two.Certificate), pion.WithInsecureSkipVerify(true),
		pion.WithSRTPProtectionProfiles(pion.SRTP_AEAD_AES_128_GCM), pion.WithClientAuth(pion.RequestClientCert), pion.WithClientCAs(authorities), pion.WithLoggerFactory(quiet{}))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var both sync.WaitGroup
	both.Go(func() { _, err = a.Handshake(ctx) })
	theirs := conn.HandshakeContext(ctx)
	both.Wait()
	state, _ := conn.ConnectionState()
	if err := errors.Join(err, theirs); err != nil || len(state.PeerCertificates) == 0 {
		t.Errorf("%v; certificates %d", err, len(state.PeerCertificates))
	}
	a.Close(false)
	_ = conn.Close() // nothing is sent on
}

func TestHandshake_no_profile_in_common(t *testing.T) {
	one, two := identity(t), identity(t)
	a, b := pair(t, Config{Identity: one, Suites: []keying.Suite{keying.AES256GCM}, Fingerprints: []keying.Fingerprint{two.Fingerprint}},
		Config{Identity: two, Suites: []keying.Suite{keying.AES128GCM}, Fingerprints: []keying.Fingerprint{one.Fingerprint}}, nil)
	if _, _, ea, eb := shake(t, a, b); ea == nil && eb == nil {
		t.Error("agreed on nothing, and yet on keys")
	}
	if _, err := New(Config{Identity: one, Suites: []keying.Suite{keying.AES256CMSHA1_80}}); !errors.Is(err, ErrProfile) {
		t.Error(err)
	}
}

func TestHandshake_ends_with_its_context(t *testing.T) {
	a, err := New(Config{Identity: identity(t), Client: true, Send: func([]byte) {}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := a.Handshake(ctx); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	a.Close(true)
	a.Close(true)
}

func FuzzDeliver(f *testing.F) {
	f.Add([]byte{22, 254, 253, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 1, 0, 0}, true)
	f.Add([]byte{21, 254, 253, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 2, 40}, false)
	id := identity(f)
	f.Fuzz(func(t *testing.T, packet []byte, client bool) {
		a, err := New(Config{Identity: id, Client: client, Send: func([]byte) {}})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
		defer cancel()
		a.Deliver(packet)
		a.Deliver(slices.Repeat(packet, 2))
		if _, err := a.Handshake(ctx); err == nil {
			t.Error("keys out of nothing")
		}
		a.Close(true)
	})
}
