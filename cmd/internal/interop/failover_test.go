//go:build interop

package interop

import (
	"context"
	"fmt"
	"testing"
	"time"
)

// TestFailover has a telephone with two servers, the first of which is killed
// under a call and comes back.
func TestFailover(t *testing.T) {
	t.Parallel() // half a minute of it is waiting
	primary, backup := newKamailio(t), newKamailio(t)
	b, other := newBaresip(t, primary, "2001", "tls", ";mediaenc=srtp-mand"), newBaresip(t, backup, "2002", "tls", ";mediaenc=srtp-mand")
	servers := fmt.Sprintf("registrar: ['127.0.0.1:%d', '127.0.0.1:%d']", primary.TLS, backup.TLS)
	p := newTelephone(t, primary.account("1001", "tls", servers), primary.CA, backup.CA)
	var c *talk
	row(t, "two servers -> registered with the first", func(t *testing.T, ctx context.Context) {
		p.with(t).bound(ctx, "1001")
		_, err := primary.registered(ctx, 0, "1001")
		must(t, err)
	})
	row(t, "a call by the first is up", func(t *testing.T, ctx context.Context) {
		p.with(t).listen(ctx)
		c = call(t, ctx, p, b, "2001")
		c.sound(t, ctx, first)
	})
	if c == nil {
		return
	}
	row(t, "the first is killed -> registered with the second", func(t *testing.T, ctx context.Context) {
		began := time.Now()
		primary.kill()
		_, err := backup.registered(ctx, 0, "1001")
		must(t, err)
		told("after %v", time.Since(began).Round(time.Millisecond))
		p.with(t).bound(ctx, "1001")
	})
	row(t, "the call -> keeps its sound both ways, and ends", func(t *testing.T, ctx context.Context) {
		c.p.with(t)
		c.sound(t, ctx, second)
		p.cradle()
		p.quiet(ctx)
		b.command(t, "hangup", "") // the second does not know the way for the BYE
		b.closed(t, ctx, c.mark)
		has(t, b.heard(t), second)
	})
	row(t, "a new call -> by the second, sound both ways", func(t *testing.T, ctx context.Context) {
		c = call(t, ctx, p, other, "2002")
		c.sound(t, ctx, first)
	})
	row(t, "the first is back -> registered there again, the call stays", func(t *testing.T, _ context.Context) {
		ctx, cancel := context.WithTimeout(t.Context(), 2*rowTime) // who has failed is left alone for half a minute
		defer cancel()
		primary.start()
		began := time.Now()
		_, err := primary.registered(ctx, 0, "1001")
		must(t, err)
		told("after %v", time.Since(began).Round(time.Second))
		c.p.with(t)
		c.sound(t, ctx, second)
		has(t, c.end(t, ctx), second) // its BYE finds the way
	})
}
