//go:build interop

package interop

import (
	"context"
	"testing"
)

// TestLateOffer is about calls of ours that leave the offer to the far end
// (RFC 3261 §13.2.1): its suite counts, for it is the one who offers.
func TestLateOffer(t *testing.T) {
	k := newKamailio(t)
	b := newBaresip(t, k, "2001", "tls", ";mediaenc=srtp-mand")
	p := newTelephone(t, k.account("1001", "tls", "late-offer: true"), k.CA)
	row(t, "offhook calls baresip without an offer -> SRTP, sound both ways", func(t *testing.T, ctx context.Context) {
		p.with(t).bound(ctx, "1001")
		p.listen(ctx)
		c := call(t, ctx, p, b, "2001")
		c.sound(t, ctx, first)
		checkFigures(t, c.figures(t, ctx), cm)
		has(t, c.end(t, ctx), first)
	})
}
