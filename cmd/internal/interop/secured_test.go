//go:build interop

package interop

import (
	"context"
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
		err := p.with(t).Control().Dial(ctx, localapi.DialRequest{Account: "1002", Target: "sips:4712@" + domain})
		told("%v", err)
		p.quiet(ctx)
		must(t, p.Control().Dial(ctx, localapi.DialRequest{Account: "1002", Target: "4713"}))
		found, err := k.await(ctx, mark, `@@ asked to=(\S+) by=(\S+) contact=(.*)$`)
		must(t, err)
		if !strings.HasPrefix(found[1], "sip:4713@") {
			t.Errorf("%q", found)
		}
		p.quiet(ctx)
	})
}
