//go:build interop && interoppeers

package interop

import (
	"context"
	"strings"
	"testing"

	"offhook/cmd/internal/localapi"
	"offhook/hal"
)

// TestPeersAsteriskAgentTransfers is about calls that go from one telephone to
// another by the exchange, which is in the middle of each as a telephone of its own.
func TestPeersAsteriskAgentTransfers(t *testing.T) {
	a := newExchange(t, endpoint{Name: "101", Codec: "ulaw"}, endpoint{Name: "102", Codec: "ulaw"}, endpoint{Name: "103", Codec: "ulaw"})
	parks := "  keys: [{key: line1}, {key: line2, type: park, value: '700', account: '101'}]\n"
	watches := "  keys: [{key: line1}, {key: line2, type: blf, value: '101', account: '103'}]\n"
	one, two, three := newTelephone(t, a.line("101", "tcp")+parks, a.CA), newTelephone(t, a.line("102", "udp"), a.CA), newTelephone(t, a.line("103", "tls", "pickup-code: '8'")+watches, a.CA)
	for p, user := range map[*telephone]string{one: "101", two: "102", three: "103"} {
		ctx, cancel := context.WithTimeout(t.Context(), rowTime)
		p.bound(ctx, user)
		p.listen(ctx)
		cancel()
	}
	// talks has the first call the second.
	talks := func(t *testing.T, ctx context.Context) (mark int) {
		t.Helper()
		t.Cleanup(func() { hangUpAll(one, two, three); one.cradle() })
		for _, p := range []*telephone{one, two, three} {
			p.with(t)
		}
		mark = a.mark()
		before, rings := one.lastCall(ctx), two.lastCall(ctx)
		one.dial("102")
		two.newCall(ctx, rings, "early")
		must(t, two.Control().Answer(ctx))
		one.newCall(ctx, before, "confirmed")
		two.newCall(ctx, rings, "confirmed")
		return mark
	}
	// sent waits until the second and the third hear each other, and the first nobody.
	sent := func(t *testing.T, ctx context.Context) {
		t.Helper()
		one.quiet(ctx)
		two.callIs(ctx, "confirmed")
		three.callIs(ctx, "confirmed")
		at := max(two.ear.now(), three.ear.now()) + int64(samples(settle, two.ear.format.SampleRate))
		for _, p := range []*telephone{two, three} {
			_, err := p.ear.between(ctx, at-1, at)
			must(t, err)
		}
		heard := two.ear.now()
		two.say(ctx, first)
		must(t, three.hear(ctx, first, at).check())
		three.say(ctx, second)
		must(t, two.hear(ctx, second, heard).check())
	}
	// asks has it ring at the third.
	asks := func(t *testing.T, ctx context.Context, then ...hal.Key) (id uint64) {
		t.Helper()
		before := three.lastCall(ctx)
		must(t, one.page.Tap(append([]hal.Key{hal.KeyTransfer, "1", "0", "3"}, then...)...))
		return three.newCall(ctx, before, "early").ID
	}
	row(t, "attended, by the transfer key -> REFER with Replaces, 202, sipfrag 200, sound between the others", func(t *testing.T, ctx context.Context) {
		mark := talks(t, ctx)
		asks(t, ctx, hal.KeyOK)
		must(t, three.Control().Answer(ctx))
		one.callThat(ctx, "asks 103", func(l localapi.Call) bool { return l.State == "confirmed" && strings.Contains(l.Remote, "103") })
		must(t, one.page.Tap(hal.KeyTransfer))
		a.message(t, ctx, mark, `Received SIP request`, `REFER sip:`, `Refer-To: .*Replaces=`)
		a.message(t, ctx, mark, `Transmitting SIP request`, `NOTIFY sip:`, `Event: refer`, `SIP/2.0 200`)
		sent(t, ctx)
	})
	row(t, "the transfer key while it rings there -> sound between the others", func(t *testing.T, ctx context.Context) {
		talks(t, ctx)
		asked := asks(t, ctx, hal.KeyOK)
		one.callThat(ctx, "rings at 103", func(l localapi.Call) bool { return l.State == "early" && strings.Contains(l.Remote, "103") })
		must(t, one.page.Tap(hal.KeyTransfer))
		three.newCall(ctx, asked, "early")
		must(t, three.Control().Answer(ctx))
		sent(t, ctx)
	})
	row(t, "blind -> REFER, sound between the others", func(t *testing.T, ctx context.Context) {
		mark := talks(t, ctx)
		asks(t, ctx, hal.KeyTransfer)
		must(t, three.Control().Answer(ctx))
		a.message(t, ctx, mark, `Received SIP request`, `REFER sip:`, `Refer-To: .*sip:103@`)
		sent(t, ctx)
	})
	row(t, "parked by its key, taken up by another -> sound between them", func(t *testing.T, ctx context.Context) {
		talks(t, ctx)
		must(t, one.page.Tap(hal.KeyLine2))
		one.quiet(ctx)
		music(t, two.heardOnce(ctx, far))
		before := three.lastCall(ctx)
		must(t, three.Control().Dial(ctx, localapi.DialRequest{Target: "701"}))
		three.newCall(ctx, before, "confirmed")
		sent(t, ctx)
	})
	for way, take := range map[string]func(*testing.T, context.Context){
		"a code": func(t *testing.T, ctx context.Context) {
			must(t, three.Control().Dial(ctx, localapi.DialRequest{Target: "8101"}))
		},
		"its key, whose lamp tells of it": func(t *testing.T, ctx context.Context) {
			_, err := three.Until(ctx, "101 ringing", func(s localapi.Status) bool {
				w := account(s, "103").Watched
				return len(w) == 1 && w[0].State == "early"
			})
			must(t, err)
			must(t, three.page.Tap(hal.KeyLine2))
		},
	} {
		row(t, "a call that rings at another is taken by "+way+" -> 487 there, sound here", func(t *testing.T, ctx context.Context) {
			for _, p := range []*telephone{one, two, three} {
				p.with(t)
			}
			t.Cleanup(func() { hangUpAll(one, two, three) })
			mark, rings, before := a.mark(), one.lastCall(ctx), three.lastCall(ctx)
			must(t, two.Control().Dial(ctx, localapi.DialRequest{Target: "101"}))
			one.newCall(ctx, rings, "early")
			take(t, ctx)
			three.newCall(ctx, before, "confirmed")
			a.message(t, ctx, mark, `Received SIP response`, `SIP/2.0 487`)
			sent(t, ctx)
			if l := one.newCall(ctx, rings, "terminated"); l.Cause != "answered-elsewhere" {
				t.Errorf("at the telephone that rang: %q", l.Cause)
			}
		})
	}
}
