//go:build interop

package interop

import (
	"context"
	"testing"
)

// TestRestart kills the proxy under a telephone that is registered and in a call.
func TestRestart(t *testing.T) {
	k := newKamailio(t)
	b := newBaresip(t, k, "2001", "tls", ";mediaenc=srtp-mand")
	p := newTelephone(t, k.account("1001", "tls"), k.CA)
	var c *talk
	row(t, "a call is up", func(t *testing.T, ctx context.Context) {
		p.with(t).bound(ctx, "1001")
		p.listen(ctx)
		c = call(t, ctx, p, b, "2001")
		c.sound(t, ctx, first)
	})
	if c == nil {
		return
	}
	row(t, "the proxy is killed -> the lost connection is told of", func(t *testing.T, ctx context.Context) {
		k.kill()
		a := p.with(t).accountIs(ctx, "1001", "failed")
		told("%s", a.Cause)
		if a.Cause == "" || a.Retry.IsZero() {
			t.Errorf("%+v", a)
		}
	})
	row(t, "the call -> keeps its sound both ways", func(t *testing.T, ctx context.Context) {
		c.p.with(t)
		c.sound(t, ctx, second)
		if l := p.callIs(ctx, "confirmed"); l.ID != c.id {
			t.Errorf("%+v", l)
		}
	})
	row(t, "the proxy is back -> registered again", func(t *testing.T, ctx context.Context) {
		k.start() // lives as long as the test
		p.with(t).bound(ctx, "1001")
		_, err := k.registered(ctx, 0, "1001")
		must(t, err)
	})
	row(t, "the call -> has lost nothing, and ends", func(t *testing.T, ctx context.Context) {
		p.with(t).cradle()
		p.quiet(ctx)
		b.command(t, "hangup", "") // the proxy has forgotten the way for the BYE
		b.closed(t, ctx, c.mark)
		heard := b.heard(t)
		has(t, heard, first)
		has(t, heard, second)
	})
	row(t, "a new call -> sound both ways", func(t *testing.T, ctx context.Context) {
		again := newBaresip(t, k, "2002", "tls", ";mediaenc=srtp-mand")
		c := call(t, ctx, p, again, "2002")
		c.sound(t, ctx, first)
		has(t, c.end(t, ctx), first)
	})
}
