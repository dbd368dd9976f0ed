//go:build interop

package interop

import (
	"context"
	"strings"
	"testing"
)

// TestAnswerMode is about on whose word a call is answered without a person
// (RFC 5373): here on theirs whom the account's server asserts.
func TestAnswerMode(t *testing.T) {
	const asserted = "Answer-Mode: Auto\nP-Asserted-Identity: <sip:4711@" + domain + ">"
	s := &stage{k: newKamailio(t), port: map[string]int{"udp": freePort(t)}}
	s.p = newTelephone(t, s.k.account("1001", "udp", "auto-answer-for: asserted")+"  phone: {auto-answer: intercom}\n")
	row(t, "Auto of whom the server asserts -> answered, and told so", func(t *testing.T, ctx context.Context) {
		s.bound(t, ctx, 0)
		s.byProxy(t, ctx, "told-mode", blanks{Header: asserted}).passes(ctx)
	})
	for _, header := range []string{"Answer-Mode: Auto", "Priv-Answer-Mode: Auto", "Alert-Info: Ring Answer"} {
		row(t, header+" of anybody -> rings", func(t *testing.T, ctx context.Context) {
			s.p.with(t).quiet(ctx)
			before := s.p.lastCall(ctx)
			x := s.byProxy(t, ctx, "rings", blanks{Header: header})
			s.p.newCall(ctx, before, "early")
			must(t, s.p.Control().Hangup(ctx))
			x.passes(ctx)
		})
	}
	for _, header := range []string{"Answer-Mode: Auto;require", "Priv-Answer-Mode: Auto;require"} {
		row(t, header+" of anybody -> 403", func(t *testing.T, ctx context.Context) {
			s.p.with(t).quiet(ctx)
			s.byProxy(t, ctx, "mode-refused", blanks{Header: header}).passes(ctx)
		})
	}
}

// TestAnswerFor is about the other words: nobody's, anybody's and those of a list.
func TestAnswerFor(t *testing.T) {
	const manual, auto = "Answer-Mode: Manual\nAlert-Info: Ring Answer", "Answer-Mode: Auto"
	for _, c := range []struct{ who, phone, header, scenario string }{
		{"auto-answer-for: nobody", "intercom", auto, "rings"},
		{"auto-answer-for: all", "intercom", auto, "by-itself"},
		{"auto-answer-for: listed, auto-answer-from: ['9001']", "intercom", auto, "by-itself"},
		{"auto-answer-for: listed, auto-answer-from: ['9002']", "intercom", auto, "rings"},
		{"auto-answer-for: all", "intercom", manual, "rings"}, // it says more than Alert-Info
	} {
		row(t, c.who+", the phone answers "+c.phone+", "+strings.ReplaceAll(c.header, "\n", ", ")+" -> "+c.scenario, func(t *testing.T, ctx context.Context) {
			s := &stage{k: newKamailio(t), port: map[string]int{"udp": freePort(t)}}
			s.p = newTelephone(t, s.k.account("1001", "udp", c.who)+"  phone: {auto-answer: "+c.phone+"}\n")
			s.bound(t, ctx, 0)
			x := s.byProxy(t, ctx, c.scenario, blanks{Header: c.header})
			if c.scenario == "rings" {
				s.p.newCall(ctx, 0, "early")
				must(t, x.saw(ctx, `SIP/2.0 180`))
				must(t, s.p.Control().Hangup(ctx))
			}
			x.passes(ctx)
		})
	}
}
