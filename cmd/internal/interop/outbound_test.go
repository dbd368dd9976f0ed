//go:build interop

package interop

import (
	"context"
	"strings"
	"testing"
)

// TestOutbound has what a telephone asks of its registrar beside a binding
// (RFC 5626, RFC 5627) be met by one that knows one half of it: Kamailio gives
// GRUUs, and keeps flows with a module alone that is not there.
func TestOutbound(t *testing.T) {
	k := newKamailio(t)
	b := newBaresip(t, k, "2001", "tls", ";mediaenc=srtp-mand")
	p := newTelephone(t, k.account("1001", "tls", "gruu: true"), k.CA)
	row(t, "instance and reg-id, no outbound in the answer -> registered as ever", func(t *testing.T, ctx context.Context) {
		p.with(t).bound(ctx, "1001")
		r, err := k.registered(ctx, 0, "1001")
		must(t, err)
		if !strings.Contains(r.Contact, "+sip.instance=") || !strings.Contains(r.Contact, "reg-id=1") {
			t.Errorf("Contact %s", r.Contact)
		}
	})
	var c *talk
	row(t, "a call of ours -> our GRUU is its Contact", func(t *testing.T, ctx context.Context) {
		p.with(t).listen(ctx)
		mark := k.mark()
		c = call(t, ctx, p, b, "2001")
		found, err := k.await(ctx, mark, `@@ invite user=2001 contact=(.*)$`)
		must(t, err)
		if !strings.Contains(found[1], "@"+domain+";gr=urn:uuid:") {
			t.Errorf("Contact %s", found[1])
		}
		c.sound(t, ctx, first)
	})
	row(t, "the far end hangs up -> its BYE to the GRUU arrives", func(t *testing.T, ctx context.Context) {
		p.with(t)
		b.command(t, "hangup", "")
		if l := p.callIs(ctx, "terminated"); l.Cause != "remote-bye" {
			t.Errorf("%+v", l)
		}
	})
}
