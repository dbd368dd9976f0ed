//go:build interop

package interop

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"offhook/cmd/internal/localapi"
	"offhook/hal"
)

// TestTransfers has three telephones behind Kamailio.
func TestTransfers(t *testing.T) {
	for _, transport := range []string{"udp", "tls"} {
		k := newKamailio(t)
		var p [3]*telephone
		for i, user := range []string{"1001", "1002", "1003"} {
			p[i] = newTelephone(t, k.account(user, transport), k.CA)
			ctx, cancel := context.WithTimeout(t.Context(), rowTime)
			p[i].bound(ctx, user)
			cancel()
		}
		transfers(t, transport, p[0], p[1], p[2])
	}
}

// ended leaves nobody with a call.
func ended(ctx context.Context, all ...*telephone) {
	for _, p := range all {
		_ = p.Control().Hangup(ctx) // who has none says so
	}
	for _, p := range all {
		p.cradle()
		p.quiet(ctx)
	}
}

func transfers(t *testing.T, transport string, a, b, c *telephone) {
	// talks has a call b, and ask for c by the transfer key and the keys after the number.
	talks := func(t *testing.T, ctx context.Context, then ...hal.Key) (before uint64) {
		for _, p := range []*telephone{a, b, c} {
			p.with(t)
		}
		t.Cleanup(func() {
			ctx, cancel := context.WithTimeout(context.Background(), rowTime)
			defer cancel()
			ended(ctx, a, b, c)
		})
		from, rings := a.lastCall(ctx), b.lastCall(ctx)
		before = c.lastCall(ctx)
		a.dial("1002")
		b.newCall(ctx, rings, "early")
		b.lift()
		a.newCall(ctx, from, "confirmed")
		b.newCall(ctx, rings, "confirmed")
		must(t, a.page.Tap(append([]hal.Key{hal.KeyTransfer, "1", "0", "0", "3"}, then...)...))
		return before
	}
	// sent waits until b and c talk to each other, and a to nobody.
	sent := func(ctx context.Context) {
		b.callThat(ctx, "talks to 1003", func(l localapi.Call) bool { return l.State == "confirmed" && strings.Contains(l.Remote, "1003") })
		c.callThat(ctx, "talks to 1002", func(l localapi.Call) bool { return l.State == "confirmed" && strings.Contains(l.Remote, "1002") })
		a.quiet(ctx)
	}
	row(t, "the transfer key twice, "+transport+" -> asked, then joined by REFER with Replaces", func(t *testing.T, ctx context.Context) {
		before := talks(t, ctx, hal.KeyOK)
		c.newCall(ctx, before, "early")
		c.lift()
		c.newCall(ctx, before, "confirmed")
		a.callThat(ctx, "asks 1003", func(l localapi.Call) bool { return l.State == "confirmed" && strings.Contains(l.Remote, "1003") })
		must(t, a.page.Tap(hal.KeyTransfer))
		sent(ctx)
	})
	row(t, "the handset put back while asking, "+transport+" -> joined", func(t *testing.T, ctx context.Context) {
		before := talks(t, ctx, hal.KeyOK)
		c.newCall(ctx, before, "early")
		c.lift()
		a.callThat(ctx, "asks 1003", func(l localapi.Call) bool { return l.State == "confirmed" && strings.Contains(l.Remote, "1003") })
		a.cradle()
		sent(ctx)
	})
	row(t, "the transfer key while it rings there, "+transport+" -> rings there for the other", func(t *testing.T, ctx context.Context) {
		before := talks(t, ctx, hal.KeyOK)
		first := c.newCall(ctx, before, "early")
		a.callThat(ctx, "rings at 1003", func(l localapi.Call) bool { return l.State == "early" && strings.Contains(l.Remote, "1003") })
		must(t, a.page.Tap(hal.KeyTransfer))
		c.newCall(ctx, first.ID, "early")
		c.lift()
		sent(ctx)
	})
	row(t, "a number and the transfer key, "+transport+" -> sent blindly", func(t *testing.T, ctx context.Context) {
		before := talks(t, ctx, hal.KeyTransfer)
		c.newCall(ctx, before, "early")
		c.lift()
		sent(ctx)
	})
	row(t, "blindly to nobody, "+transport+" -> taken back", func(t *testing.T, ctx context.Context) {
		a.with(t)
		before := b.with(t).lastCall(ctx)
		t.Cleanup(func() { ended(context.Background(), a, b) })
		a.dial("1002")
		b.newCall(ctx, before, "early")
		b.lift()
		own := a.callIs(ctx, "confirmed")
		must(t, a.page.Tap(hal.KeyTransfer, "1", "0", "9", "9", hal.KeyTransfer))
		b.callThat(ctx, "has failed", func(l localapi.Call) bool { return l.State == "terminated" && strings.Contains(l.Remote, "1099") })
		a.callThat(ctx, "is heard again", func(l localapi.Call) bool { return l.ID == own.ID && !l.Held && l.State == "confirmed" })
	})
	row(t, "forward, "+transport+" -> 302 followed", func(t *testing.T, ctx context.Context) {
		before := c.with(t).lastCall(ctx)
		t.Cleanup(func() { ended(context.Background(), a, b, c) })
		must(t, b.with(t).Control().Forward(ctx, localapi.ForwardRequest{Target: "1003"}))
		a.with(t).dial("1002")
		c.newCall(ctx, before, "early")
		c.lift()
		c.newCall(ctx, before, "confirmed")
		must(t, b.Control().Forward(ctx, localapi.ForwardRequest{}))
	})
	row(t, "do not disturb, "+transport+" -> busy", func(t *testing.T, ctx context.Context) {
		before := a.with(t).lastCall(ctx)
		t.Cleanup(func() { ended(context.Background(), a) })
		must(t, b.with(t).Control().DoNotDisturb(ctx, localapi.Switch{On: true}))
		a.dial("1002")
		if l := a.newCall(ctx, before, "terminated"); l.Cause != "rejected" {
			t.Errorf("%+v", l)
		}
		must(t, b.Control().DoNotDisturb(ctx, localapi.Switch{}))
	})
	row(t, "MESSAGE, "+transport+" -> delivered; to nobody -> told", func(t *testing.T, ctx context.Context) {
		must(t, a.with(t).Control().Message(ctx, localapi.MessageRequest{Target: "1002", Text: "Grüße"}))
		if err := a.Control().Message(ctx, localapi.MessageRequest{Target: "1099", Text: "x"}); err == nil {
			t.Error("a message to nobody was delivered")
		}
	})
}

// TestCallRules has sipp call by the rules, and against them.
func TestCallRules(t *testing.T) {
	s := newStageWith(t, "forward-always: '1007'")
	row(t, "forwarded -> 302 with Contact, Diversion, History-Info", func(t *testing.T, ctx context.Context) {
		x := s.calls(t, ctx, "forwarded", blanks{Answer: "unconditional"})
		x.passes(ctx)
		must(t, x.saw(ctx, `Contact: <sip:1007@`+domain+`>;mp=1`))
		must(t, x.saw(ctx, `History-Info: <sip:[^?]*\?Reason=SIP%3Bcause%3D302>;index=1`))
	})
	row(t, "nobody answers, or do not disturb -> 302 that says so", func(t *testing.T, ctx context.Context) {
		s := newStageWith(t, "forward-no-answer: '1008'", "forward-busy: '1009'", "forward-after: 1s")
		x := s.calls(t, ctx, "forwarded", blanks{Answer: "no-answer"})
		x.passes(ctx)
		must(t, x.saw(ctx, `Contact: <sip:1008@`))
		must(t, s.p.Control().DoNotDisturb(ctx, localapi.Switch{On: true}))
		x = s.calls(t, ctx, "forwarded", blanks{Answer: "do-not-disturb"})
		x.passes(ctx)
		must(t, x.saw(ctx, `Contact: <sip:1009@`))
	})
	row(t, "a session timer of 60 s -> 422 with Min-SE", func(t *testing.T, ctx context.Context) {
		s.calls(t, ctx, "too-brief", blanks{}).passes(ctx)
	})
	row(t, "MESSAGE, text and HTML, REFER out of a call -> 200, 415, 603", func(t *testing.T, ctx context.Context) {
		s.calls(t, ctx, "text", blanks{}).passes(ctx)
	})
	called := newStage(t)
	row(t, "183 and 180 with 100rel -> PRACK each, the answer in the 183", func(t *testing.T, ctx context.Context) {
		x := served(t, ctx, "reliable", "udp", called.port["udp"], blanks{})
		before := called.dial(t, ctx, "udp")
		called.p.newCall(ctx, before, "confirmed")
		called.hangUp(t, ctx, x)
	})
	port := freePort(t)
	p := newTelephone(t, accountLine("id: udp", "user: peer", fmt.Sprintf("domain: '127.0.0.1:%d'", port), "transport: udp", "register: false", "mwi: false")+
		"  emergency: {location: {country: de, city: Köln, street: Domkloster, number: '4'}}\n")
	row(t, "a call for help -> Priority, Geolocation, the location by value", func(t *testing.T, ctx context.Context) {
		x := served(t, ctx, "final", "udp", port, blanks{Status: "486 Busy Here"})
		must(t, p.with(t).Control().DoNotDisturb(ctx, localapi.Switch{On: true}))
		must(t, p.Control().Dial(ctx, localapi.DialRequest{Target: "112"}))
		x.passes(ctx)
		for _, what := range []string{`INVITE sip:112@`, `Priority: emergency`, `Geolocation: <cid:`, `Content-Type: multipart/mixed`, `<ca:country>DE</ca:country><ca:A3>Köln</ca:A3>`} {
			must(t, x.saw(ctx, what))
		}
	})
}
