//go:build interop && interoppeers

package interop

import (
	"context"
	"testing"
	"time"

	"offhook/cmd/internal/localapi"
)

// timerTime is enough for a session of 90 s to be refreshed at half of it.
const timerTime = 75 * time.Second

// TestPeersAsteriskAgentTimers lets calls last until their sessions are refreshed
// (RFC 4028), all at once.
func TestPeersAsteriskAgentTimers(t *testing.T) {
	brief := []string{"timers=yes", "timers_min_se=90", "timers_sess_expires=90"}
	a := newExchange(t, endpoint{Name: "101", Codec: "ulaw", Settings: brief}, endpoint{Name: "102", Codec: "ulaw", Settings: []string{"timers=always", "timers_min_se=90", "timers_sess_expires=90"}},
		endpoint{Name: "103", Codec: "ulaw", Settings: []string{"timers=required", "timers_min_se=120", "timers_sess_expires=120"}})
	one, two, three := newTelephone(t, a.line("101", "tcp", "session-expires: 90s"), a.CA), newTelephone(t, a.line("102", "tls"), a.CA), newTelephone(t, a.line("103", "udp", "session-expires: 90s"), a.CA)
	// refreshed waits until a call has been refreshed, by the direction in Asterisk's log.
	refreshed := func(t *testing.T, ctx context.Context, p *telephone, id uint64, callID, direction string) {
		t.Helper()
		ctx, cancel := context.WithTimeout(ctx, timerTime)
		defer cancel()
		began := time.Now()
		m := a.message(t, ctx, 0, `(`+direction+`) SIP request`, `(INVITE|UPDATE) sip:\S+ SIP`, `Call-ID: `+callID, `To: .*;tag=`, `Session-Expires: (9|12)0;refresher=uac`)
		a.message(t, ctx, 0, `SIP response`, `SIP/2.0 200`, `Call-ID: `+callID, `CSeq: `+field(m, "CSeq"), `Session-Expires: (9|12)0;refresher=uac`)
		told("refreshed after %v", time.Since(began).Round(time.Second))
		if l := p.callIs(ctx, "confirmed"); l.ID != id {
			t.Errorf("call %d is %+v", id, l)
		}
		must(t, p.Control().Hangup(ctx))
	}
	t.Run("at once", func(t *testing.T) {
		timed := func(name string, try func(t *testing.T, ctx context.Context)) {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				row(t, "to the end", func(t *testing.T, _ context.Context) { try(t, t.Context()) })
			})
		}
		timed("offhook calls, 90 s, refreshes", func(t *testing.T, ctx context.Context) {
			one.with(t).bound(ctx, "101")
			must(t, one.Control().Dial(ctx, localapi.DialRequest{Target: "600"}))
			l := one.newCall(ctx, 0, "confirmed")
			refreshed(t, ctx, one, l.ID, l.SIPCallID, "Received")
		})
		timed("Asterisk calls, 90 s, offhook refreshes", func(t *testing.T, ctx context.Context) {
			two.with(t).bound(ctx, "102")
			a.does(t, ctx, "channel originate PJSIP/102 application Echo")
			two.newCall(ctx, 0, "early")
			must(t, two.Control().Answer(ctx))
			l := two.newCall(ctx, 0, "confirmed")
			refreshed(t, ctx, two, l.ID, l.SIPCallID, "Received")
		})
		timed("offhook calls for 90 s where 120 s are the least: 422, asked again", func(t *testing.T, ctx context.Context) {
			three.with(t).bound(ctx, "103")
			must(t, three.Control().Dial(ctx, localapi.DialRequest{Target: "600"}))
			l := three.newCall(ctx, 0, "confirmed")
			a.message(t, ctx, 0, `Transmitting SIP response`, `SIP/2.0 422`, `Min-SE: 120`, `Call-ID: `+l.SIPCallID)
			a.message(t, ctx, 0, `Received SIP request`, `INVITE sip:600@`, `Session-Expires: 120`, `Min-SE: 120`, `Call-ID: `+l.SIPCallID)
			refreshed(t, ctx, three, l.ID, l.SIPCallID, "Received|Transmitting")
		})
	})
}
