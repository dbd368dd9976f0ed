//go:build interop

package interop

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"offhook/cmd/internal/localapi"
)

// TestScenariosCallingFeatures has sipp call, straight and by the proxy, which the
// telephone believes more.
func TestScenariosCallingFeatures(t *testing.T) {
	s := newStage(t)
	row(t, "100rel required -> a reliable 180, acknowledged, answered", func(t *testing.T, ctx context.Context) {
		before := s.p.with(t).lastCall(ctx)
		x := s.calls(t, ctx, "reliable-caller", blanks{})
		must(t, x.saw(ctx, `PRACK sip:`))
		s.p.newCall(ctx, before, "early")
		must(t, s.p.Control().Answer(ctx))
		x.passes(ctx)
	})
	row(t, "Replaces of a call that is up -> the new one in its place, BYE to the old", func(t *testing.T, ctx context.Context) {
		before := s.p.with(t).lastCall(ctx)
		x := s.calls(t, ctx, "replaces", blanks{})
		s.p.newCall(ctx, before, "early")
		must(t, s.p.Control().Answer(ctx))
		s.p.newCall(ctx, before+1, "confirmed")
		x.goOn(ctx)
		x.passes(ctx)
	})
	row(t, "CANCEL, for it was answered elsewhere -> no missed call", func(t *testing.T, ctx context.Context) {
		before := s.p.with(t).lastCall(ctx)
		s.calls(t, ctx, "elsewhere", blanks{}).passes(ctx)
		if l := s.p.newCall(ctx, before, "terminated"); l.Cause != "answered-elsewhere" {
			t.Errorf("%+v", l)
		}
	})
	row(t, "the same INVITE by two ways -> 482 to the second", func(t *testing.T, ctx context.Context) {
		before := s.p.with(t).lastCall(ctx)
		s.calls(t, ctx, "merged", blanks{}).passes(ctx)
		if l := s.p.newCall(ctx, before, "terminated"); l.ID != before+1 {
			t.Errorf("%+v", l)
		}
	})
	row(t, "message-summary unasked, of the server -> told", func(t *testing.T, ctx context.Context) {
		s.byProxy(t, ctx, "mailbox", blanks{}).passes(ctx)
		_, err := s.p.Until(ctx, "7 new messages", func(now localapi.Status) bool { return account(now, "1001").New == 7 && account(now, "1001").Old == 3 })
		must(t, err)
	})
	row(t, "sent to another by REFER with Refer-Sub: false -> called there, no NOTIFY", func(t *testing.T, ctx context.Context) {
		before, mark := s.p.with(t).lastCall(ctx), s.k.mark()
		x := s.byProxy(t, ctx, "refers", blanks{})
		s.p.newCall(ctx, before, "early")
		must(t, s.p.Control().Answer(ctx))
		_, err := s.k.await(ctx, mark, `@@ unknown INVITE user=9002`)
		must(t, err)
		x.passes(ctx)
	})
	row(t, "another name in mid-call, asserted by the server -> shown", func(t *testing.T, ctx context.Context) {
		before := s.p.with(t).lastCall(ctx)
		x := s.byProxy(t, ctx, "renamed", blanks{Header: `P-Asserted-Identity: "Eva" <sip:4711@` + domain + `>`})
		s.p.newCall(ctx, before, "early")
		must(t, s.p.Control().Answer(ctx))
		s.p.callThat(ctx, "is with Eva", func(l localapi.Call) bool {
			return l.ID > before && l.Name == "Eva" && strings.Contains(l.Remote, "4711")
		})
		x.goOn(ctx)
		x.passes(ctx)
	})
	for _, c := range []struct{ name, header, want string }{
		{"P-Asserted-Identity by the server -> shown", `P-Asserted-Identity: "Eva" <sip:4711@` + domain + `>`, "Eva"},
		{"Remote-Party-ID by the server -> shown", `Remote-Party-ID: "Eva" <sip:4711@` + domain + `>;party=calling;screen=yes`, "Eva"},
	} {
		row(t, c.name, func(t *testing.T, ctx context.Context) {
			before := s.p.with(t).lastCall(ctx)
			x := s.byProxy(t, ctx, "rings", blanks{Header: c.header})
			if l := s.p.newCall(ctx, before, "early"); l.Name != c.want || !strings.Contains(l.Remote, "4711") {
				t.Errorf("%+v", l)
			}
			must(t, s.p.Control().Hangup(ctx))
			x.passes(ctx)
		})
	}
}

// TestWithheld has somebody call who does not say who he is (RFC 3323, RFC 5079).
func TestWithheld(t *testing.T) {
	for _, c := range []struct{ name, setting, status string }{
		{"a caller without a name -> rings, shown as that", "reject-anonymous: false", "486"},
		{"the same where that is not wanted -> 433, nobody hears of it", "reject-anonymous: true", "433"},
	} {
		row(t, c.name, func(t *testing.T, ctx context.Context) {
			s := &stage{k: newKamailio(t), port: map[string]int{"udp": freePort(t)}}
			s.p = newTelephone(t, s.k.account("1001", "udp", c.setting))
			s.bound(t, ctx, 0)
			x := s.calls(t, ctx, "withheld", blanks{Status: c.status})
			if c.status == "486" {
				if l := s.p.newCall(ctx, 0, "early"); !strings.Contains(strings.ToLower(l.Remote+l.Name), "anonymous") {
					t.Errorf("%+v", l)
				}
				must(t, s.p.Control().Hangup(ctx))
			}
			x.passes(ctx)
			if c.status == "433" {
				must(t, x.saw(ctx, `SIP/2.0 433`))
			}
		})
	}
}

// byProxy has sipp call the telephone by its server.
func (s *stage) byProxy(t *testing.T, ctx context.Context, scenario string, b blanks) *script {
	t.Helper()
	s.p.with(t)
	return sipp(t, ctx, scenario, "udp", freePort(t), b, "-s", "1001", fmt.Sprintf("127.0.0.1:%d", s.k.UDP))
}

// TestAutoAnswer is about calls that ask to be answered by themselves.
func TestAutoAnswer(t *testing.T) {
	for _, header := range []string{
		"Answer-Mode: Auto", "Call-Info: <sip:127.0.0.1>;answer-after=0", "Alert-Info: <http://127.0.0.1>;info=alert-autoanswer", "Alert-Info: Ring Answer",
	} {
		row(t, header+" -> answered; without -> rings", func(t *testing.T, ctx context.Context) {
			s := &stage{k: newKamailio(t), port: map[string]int{"udp": freePort(t)}}
			s.p = newTelephone(t, s.k.account("1001", "udp")+"  phone: {auto-answer: intercom}\n")
			s.bound(t, ctx, 0)
			x := s.byProxy(t, ctx, "rings", blanks{})
			s.p.newCall(ctx, 0, "early")
			must(t, s.p.Control().Hangup(ctx))
			x.passes(ctx)
			s.p.quiet(ctx)
			s.byProxy(t, ctx, "by-itself", blanks{Header: header}).passes(ctx)
		})
	}
}
