//go:build interop

package interop

import (
	"context"
	"testing"
)

func TestCalls(t *testing.T) {
	k := newKamailio(t)
	b := newBaresip(t, k, "2001", "tls", ";mediaenc=srtp-mand")
	p := newTelephone(t, k.account("1001", "tls"), k.CA)
	row(t, "offhook calls baresip -> sound both ways", func(t *testing.T, ctx context.Context) {
		p.with(t).bound(ctx, "1001")
		p.listen(ctx)
		mark := b.happened()
		p.dial("2001")
		_, err := b.until(ctx, mark, "CALL_INCOMING")
		must(t, err)
		b.command(t, "accept", "")
		c := p.callIs(ctx, "confirmed")
		at := p.say(ctx, first)
		f := p.hear(ctx, far, at)
		told("%+v", f)
		c = p.callIs(ctx, "confirmed")
		told("%+v", c.Media)
		p.hangUp(ctx)
		_, err = b.until(ctx, mark, "CALL_CLOSED")
		must(t, err)
		h, ok := first.in(b.heard(t), 8000)
		told("%+v %v", h, ok)
	})
}
