//go:build interop

package interop

import (
	"context"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"offhook/cmd/internal/localapi"
)

// TestClientCertificate has Kamailio demand a certificate of whom it talks to. Of two,
// for this version may die of a handshake that fails.
func TestClientCertificate(t *testing.T) {
	demands := func(k *kamailio) { k.Demands = true }
	row(t, "a server that demands a certificate -> registered by ours", func(t *testing.T, ctx context.Context) {
		k := newKamailio(t, demands)
		pair, err := k.authority.Client("1001")
		must(t, err)
		p := newTelephone(t, k.account("1001", "tls", credentials(t, pair)...), k.CA)
		p.bound(ctx, "1001")
	})
	row(t, "the same without one -> told of", func(t *testing.T, ctx context.Context) {
		k := newKamailio(t, demands)
		p := newTelephone(t, k.account("1001", "tls"), k.CA)
		l := p.accountIs(ctx, "1001", "failed")
		told("without a certificate: %s", l.Cause)
		if l.Cause == "" {
			t.Errorf("%+v", l)
		}
	})
}

// TestResumption looks at the handshakes of a connection that is lost and made again:
// the server says whether it goes on with the session before (RFC 8446 §2.2).
func TestResumption(t *testing.T) {
	k := newKamailio(t, func(k *kamailio) { k.Readers = 1 })
	w := newTap(t, k.TLS)
	p := newTelephone(t, k.account("1001", "tls", fmt.Sprintf("registrar: '127.0.0.1:%d'", w.port)), k.CA)
	row(t, "a TLS connection is cut -> made again, of the same session", func(t *testing.T, ctx context.Context) {
		p.with(t).bound(ctx, "1001")
		_, err := k.registered(ctx, 0, "1001") // told a moment after the answer
		must(t, err)
		mark := k.mark()
		w.cut()
		_, err = k.registered(ctx, mark, "1001")
		must(t, err)
		w.mu.Lock()
		defer w.mu.Unlock()
		if len(w.hellos) != 2 || resumed(w.hellos[0]) || !resumed(w.hellos[1]) {
			t.Errorf("%d handshakes: %x", len(w.hellos), w.hellos)
		}
	})
}

// resumed reports whether a ServerHello takes a key of before: whether it has the
// extension pre_shared_key (RFC 8446 §4.2.11).
func resumed(hello []byte) bool {
	const fixed, preSharedKey = 5 + 4 + 2 + 32, 41 // headers, version, random; RFC 8446 §4.1.3
	if len(hello) <= fixed || hello[5] != 2 {
		return false
	}
	rest := hello[fixed+1:]
	if skip := int(hello[fixed]) + 2 + 1 + 2; len(rest) > skip { // session, cipher suite, compression, length
		rest = rest[skip:]
	}
	for len(rest) >= 4 {
		kind, size := binary.BigEndian.Uint16(rest), int(binary.BigEndian.Uint16(rest[2:]))
		if kind == preSharedKey {
			return true
		}
		if len(rest) < 4+size {
			return false
		}
		rest = rest[4+size:]
	}
	return false
}

// TestSips has a call ask for TLS on all of its way (RFC 5630).
func TestSips(t *testing.T) {
	k := newKamailio(t)
	p := newTelephone(t, k.account("1001", "tls")+k.account("1002", "udp"), k.CA)
	row(t, "sips: called by TLS -> the scheme stays, and is the Contact's", func(t *testing.T, ctx context.Context) {
		p.with(t).bound(ctx, "1001")
		p.bound(ctx, "1002")
		mark := k.mark()
		must(t, p.Control().Dial(ctx, localapi.DialRequest{Account: "1001", Target: "sips:4711@" + domain}))
		found, err := k.await(ctx, mark, `@@ asked to=(\S+) by=(\S+) contact=(.*)$`)
		must(t, err)
		if !strings.HasPrefix(found[1], "sips:4711@") || found[2] != "tls" || !strings.Contains(found[3], "<sips:") {
			t.Errorf("%q", found)
		}
		p.quiet(ctx)
	})
	row(t, "sips: called by an account of UDP -> refused, nothing is sent", func(t *testing.T, ctx context.Context) {
		mark := k.mark()
		before := p.with(t).lastCall(ctx)
		must(t, p.Control().Dial(ctx, localapi.DialRequest{Account: "1002", Target: "sips:4712@" + domain}))
		p.quiet(ctx)
		if now := p.lastCall(ctx); now != before {
			t.Errorf("call %d came about", now)
		}
		must(t, p.Control().Dial(ctx, localapi.DialRequest{Account: "1002", Target: "4713"}))
		found, err := k.await(ctx, mark, `@@ asked to=(\S+) by=(\S+) contact=(.*)$`)
		must(t, err)
		if !strings.HasPrefix(found[1], "sip:4713@") {
			t.Errorf("%q", found)
		}
		p.quiet(ctx)
	})
}
