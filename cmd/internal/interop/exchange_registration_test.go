//go:build interop && interoppeers

package interop

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestPeersAsteriskAgentRegistration is about being known to the exchange.
func TestPeersAsteriskAgentRegistration(t *testing.T) {
	qualified := []string{"qualify_frequency=1", "qualify_timeout=1.0"}
	a := newExchange(t,
		endpoint{Name: "101", Codec: "ulaw", AOR: qualified}, endpoint{Name: "102", Codec: "ulaw", AOR: qualified}, endpoint{Name: "103", Codec: "ulaw", AOR: qualified},
		endpoint{Name: "104", Codec: "ulaw", Auth: []string{"supported_algorithms_uas=SHA-256"}},
		endpoint{Name: "105", Codec: "ulaw", Auth: []string{"supported_algorithms_uas=MD5"}},
		endpoint{Name: "106", Codec: "ulaw"})
	for user, transport := range map[string]string{"101": "tls", "102": "tcp", "103": "udp"} {
		row(t, transport+", SHA-256 before MD5, OPTIONS each second -> registered by SHA-256, reachable, removed at the end", func(t *testing.T, ctx context.Context) {
			mark := a.mark()
			p := newTelephone(t, a.line(user, transport), a.CA)
			p.bound(ctx, user)
			challenge := a.message(t, ctx, mark, `Transmitting SIP response`, `SIP/2.0 401`, `(?s)WWW-Authenticate:.*SHA-256.*WWW-Authenticate:.*MD5`)
			a.message(t, ctx, mark, `Received SIP request`, `REGISTER sip:`, `Authorization: .*algorithm=SHA-256`, `Call-ID: `+field(challenge, "Call-ID"))
			a.message(t, ctx, mark, `Received SIP response`, `(?i)from `+transport, `SIP/2.0 200`, `CSeq: \d+ OPTIONS`)
			must(t, a.poll(ctx, "reach it", func() error { return a.contact(t, ctx, user, "Avail") }))
			mark = a.mark()
			p.stop()
			a.message(t, ctx, mark, `Received SIP request`, `REGISTER sip:`, `expires=0|Expires: 0`)
			must(t, a.poll(ctx, "forget it", func() error { return a.contact(t, ctx, user, "") }))
		})
	}
	row(t, "SHA-256 alone -> registered", func(t *testing.T, ctx context.Context) {
		newTelephone(t, a.line("104", "udp"), a.CA).bound(ctx, "104")
	})
	row(t, "MD5 alone -> registered, or told of where that is refused", func(t *testing.T, ctx context.Context) {
		newTelephone(t, a.line("105", "udp"), a.CA).bound(ctx, "105")
		p := newTelephone(t, a.line("105", "udp", "digest-md5: false"), a.CA)
		if l := p.accountIs(ctx, "105", "failed"); !strings.Contains(l.Cause, "MD5") {
			t.Errorf("cause %q", l.Cause)
		}
	})
	row(t, "a server that wants a certificate, tls -> registered with one, told of without", func(t *testing.T, ctx context.Context) {
		server := fmt.Sprintf("registrar: '127.0.0.1:%d'", a.Mutual)
		p := newTelephone(t, a.line("106", "tls", append(credentials(t, a.Pair), server)...), a.CA)
		p.bound(ctx, "106")
		p.stop()
		p = newTelephone(t, a.line("106", "tls", server), a.CA)
		l := p.accountIs(ctx, "106", "failed")
		told("without a certificate: %s", l.Cause)
		if l.Cause == "" {
			t.Errorf("%+v", l)
		}
	})
	for _, transport := range []string{"tls", "tcp"} {
		row(t, "Asterisk killed and started again, "+transport+" -> registered again", func(t *testing.T, ctx context.Context) {
			p := newTelephone(t, a.line("101", transport), a.CA)
			p.bound(ctx, "101")
			a.kill()
			p.accountIs(ctx, "101", "failed")
			a.start()
			began := time.Now()
			a.message(t, ctx, 0, `Received SIP request`, `REGISTER sip:`, `Authorization: `)
			p.bound(ctx, "101")
			told("registered %v after it was ready", time.Since(began).Round(time.Millisecond))
		})
	}
}

// contact is an error unless the only contact of an address-of-record has a state;
// "" is none.
func (a *asterisk) contact(t *testing.T, ctx context.Context, user, state string) error {
	t.Helper()
	out := a.does(t, ctx, "pjsip show aor "+user)
	_, after, found := strings.Cut(out, "Contact:  "+user+"/")
	line, _, _ := strings.Cut(after, "\n")
	if found != (state != "") || !strings.Contains(line, state) {
		return fmt.Errorf("contacts are\n%s", out)
	}
	return nil
}
