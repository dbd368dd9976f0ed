//go:build interop

package interop

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"offhook/cmd/internal/localapi"
	"offhook/hal"
)

// TestScenariosFeatures has sipp be called, and do within the call what an
// exchange may do: the equivalent of the rows with Asterisk, and what it does not.
func TestScenariosFeatures(t *testing.T) {
	s := newStage(t)
	// talks has sipp answer by a scenario.
	talks := func(t *testing.T, ctx context.Context, scenario string, b blanks) (x *script, c localapi.Call) {
		t.Helper()
		x = served(t, ctx, scenario, "udp", s.port["udp"], b)
		before := s.dial(t, ctx, "udp")
		return x, s.p.newCall(ctx, before, "confirmed")
	}
	for _, c := range []struct{ name, scenario, header, answer string }{
		{"422 with Min-SE 2000 -> asked again for as long", "longer", "", ""},
		{"three early dialogs, one answers -> that one is the call", "forks", "", ""},
		{"SHA-512-256 or MD5 -> the first", "choices", challenges("SHA-512-256", "MD5"), "algorithm=SHA-512-256"},
		{"MD5 or SHA-256 -> the second", "choices", challenges("MD5", "SHA-256"), "algorithm=SHA-256"},
		{"a nonce that is stale -> the new one", "stale", "", ""},
		{"video and fax are offered in a call -> refused by port 0, the call stays", "offers-more", "", ""},
	} {
		row(t, c.name, func(t *testing.T, ctx context.Context) {
			x, _ := talks(t, ctx, c.scenario, blanks{Header: c.header, Answer: c.answer})
			if c.scenario == "offers-more" {
				must(t, x.saw(ctx, `m=image 0 `))
			}
			s.hangUp(t, ctx, x)
		})
	}
	row(t, "the session is refreshed by UPDATE and INVITE -> answered so", func(t *testing.T, ctx context.Context) {
		x, _ := talks(t, ctx, "refreshes", blanks{})
		must(t, x.saw(ctx, `(?s)CSeq: 2 INVITE.*SIP/2.0 200 OK.*CSeq: 2 INVITE.*ACK sip:`))
		s.hangUp(t, ctx, x)
	})
	row(t, "491 to our hold -> asked again after a moment, held", func(t *testing.T, ctx context.Context) {
		x, c := talks(t, ctx, "glare", blanks{})
		began := time.Now()
		must(t, s.p.page.Tap(hal.KeyHold))
		must(t, x.saw(ctx, `(?s)491 Request Pending.*INVITE sip:.*a=sendonly.*200 OK.*ACK sip:`))
		if waited := time.Since(began); waited < 2100*time.Millisecond { // who owns the Call-ID waits 2.1 s to 4 s
			t.Errorf("asked again after %v", waited)
		}
		s.p.callThat(ctx, "is held", func(l localapi.Call) bool { return l.ID == c.ID && l.Held })
		s.hangUp(t, ctx, x)
	})
	row(t, "488 to our hold -> the call goes on", func(t *testing.T, ctx context.Context) {
		x, c := talks(t, ctx, "unheld", blanks{})
		must(t, s.p.page.Tap(hal.KeyHold))
		must(t, x.saw(ctx, `(?s)488 Not Acceptable.*ACK sip:`))
		s.p.callThat(ctx, "is up and not held", func(l localapi.Call) bool { return l.ID == c.ID && l.State == "confirmed" && !l.Held })
		s.hangUp(t, ctx, x)
	})
	row(t, "held by 0.0.0.0 -> held, and not", func(t *testing.T, ctx context.Context) {
		x, c := talks(t, ctx, "held-by-zero", blanks{})
		s.p.callThat(ctx, "is held", func(l localapi.Call) bool { return l.ID == c.ID && l.Held })
		x.goOn(ctx)
		s.p.callThat(ctx, "is not held", func(l localapi.Call) bool { return l.ID == c.ID && !l.Held })
		must(t, x.saw(ctx, `CSeq: 2 ACK`))
		s.hangUp(t, ctx, x)
	})
	row(t, "keys by INFO in two spellings, and what is none -> told, 415", func(t *testing.T, ctx context.Context) {
		x, c := talks(t, ctx, "keys", blanks{})
		s.p.callThat(ctx, "heard 58", func(l localapi.Call) bool { return l.ID == c.ID && l.Digits == "58" })
		must(t, x.saw(ctx, `SIP/2.0 415`))
		s.hangUp(t, ctx, x)
	})
	row(t, "Warning with a refusal -> shown", func(t *testing.T, ctx context.Context) {
		x := served(t, ctx, "final", "udp", s.port["udp"], blanks{Status: "488 Not Acceptable Here", Header: `Warning: 370 pbx "Insufficient bandwidth"`})
		before := s.dial(t, ctx, "udp")
		if l := s.p.newCall(ctx, before, "terminated"); !strings.Contains(l.Reason, "Insufficient bandwidth") {
			t.Errorf("%+v", l)
		}
		x.passes(ctx)
	})
	row(t, "302 to where it was called -> ended, and why", func(t *testing.T, ctx context.Context) {
		x := served(t, ctx, "final", "udp", s.port["udp"], blanks{Status: "302 Moved Temporarily", Header: "Contact: <sip:9001@[local_ip]:[local_port]>"})
		before := s.dial(t, ctx, "udp")
		l := s.p.newCall(ctx, before, "terminated")
		told("%s: %s", l.Cause, l.Reason)
		if l.Cause == "" || l.Reason == "" {
			t.Errorf("%+v", l)
		}
		x.passes(ctx)
	})
}

// challenges are those of several algorithms, in this order.
func challenges(algorithms ...string) string {
	var all []string
	for _, a := range algorithms {
		all = append(all, fmt.Sprintf(`WWW-Authenticate: Digest realm="sipp", nonce="19", algorithm=%s, qop="auth"`, a))
	}
	return strings.Join(all, "\n")
}

// TestScenariosSettings are calls by accounts with settings of their own.
func TestScenariosSettings(t *testing.T) {
	late, park, hidden, code := freePort(t), freePort(t), freePort(t), freePort(t)
	straight := func(id string, port int, more ...string) string {
		return accountLine(append([]string{"id: " + id, "user: peer", fmt.Sprintf("domain: '127.0.0.1:%d'", port), "transport: udp", "register: false", "mwi: false"}, more...)...)
	}
	p := newTelephone(t, straight("late", late, "late-offer: true")+straight("park", park, "transfer-untold: true")+straight("hidden", hidden, "anonymous: true")+straight("code", code, "pickup-code: '*8'")+
		"  keys: [{key: line1}, {key: line2, type: park, value: '700', account: park}, {key: line3, type: pickup, account: code}]\n")
	row(t, "called without a description -> the offer taken from the 200, answered in the ACK", func(t *testing.T, ctx context.Context) {
		x := served(t, ctx, "late-answer", "udp", late, blanks{})
		before := p.with(t).lastCall(ctx)
		must(t, p.Control().Dial(ctx, localapi.DialRequest{Account: "late", Target: "9001"}))
		p.newCall(ctx, before, "confirmed")
		must(t, x.saw(ctx, `ACK sip:`))
		must(t, p.Control().Hangup(ctx))
		x.passes(ctx)
	})
	row(t, "we withhold who we are -> an anonymous From", func(t *testing.T, ctx context.Context) {
		x := served(t, ctx, "final", "udp", hidden, blanks{Status: "486 Busy Here"})
		must(t, p.with(t).Control().Dial(ctx, localapi.DialRequest{Account: "hidden", Target: "9001"}))
		x.passes(ctx)
		must(t, x.saw(ctx, `From: .*<sip:anonymous@anonymous.invalid>`))
	})
	row(t, "the park key in a call -> REFER to the orbit, ended by us", func(t *testing.T, ctx context.Context) {
		x := served(t, ctx, "parks", "udp", park, blanks{Header: "sip:700@"})
		before := p.with(t).lastCall(ctx)
		must(t, p.Control().Dial(ctx, localapi.DialRequest{Account: "park", Target: "9001"}))
		p.newCall(ctx, before, "confirmed")
		must(t, p.page.Tap(hal.KeyLine2))
		p.quiet(ctx)
		x.passes(ctx)
		must(t, x.saw(ctx, `Refer-Sub: false`))
	})
	for _, c := range []struct {
		name, number string
		key          hal.Key
		port         int
	}{
		{"the park key without a call -> the orbit is called, who was parked is here", "700", hal.KeyLine2, park},
		{"the pickup key, nothing is watched -> the exchange's code is called", `\*8`, hal.KeyLine3, code},
	} {
		row(t, c.name, func(t *testing.T, ctx context.Context) {
			x := served(t, ctx, "answered", "udp", c.port, blanks{})
			before := p.with(t).lastCall(ctx)
			must(t, p.page.Tap(c.key))
			p.newCall(ctx, before, "confirmed")
			must(t, x.saw(ctx, `INVITE sip:`+c.number+`@`))
			must(t, p.Control().Hangup(ctx))
			p.quiet(ctx)
			x.passes(ctx)
		})
	}
}

// TestSessionTimer lets a call last until we refresh its session, at half of the
// least there may be. It waits beside others that wait.
func TestSessionTimer(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	row(t, "granted 90 s, refresher=uac -> UPDATE after 45 s", func(t *testing.T, _ context.Context) {
		ctx, cancel := context.WithTimeout(t.Context(), 2*rowTime)
		defer cancel()
		x := served(t, ctx, "refreshed", "udp", s.port["udp"], blanks{}, "-timeout", "80s")
		before := s.dial(t, ctx, "udp")
		s.p.newCall(ctx, before, "confirmed")
		must(t, x.saw(ctx, `(?s)UPDATE sip:.*SIP/2.0 200 OK.*CSeq: \d+ UPDATE`))
		s.hangUp(t, ctx, x)
	})
}
