//go:build interop

package interop

import (
	"context"
	"testing"
)

// The ways in which a call does not come about, as a server or another telephone
// tells them.
func TestScenariosErrors(t *testing.T) {
	s := newStage(t)
	for _, status := range []string{
		"400 Bad Request", "403 Forbidden", "405 Method Not Allowed", "406 Not Acceptable", "408 Request Timeout", "410 Gone",
		"415 Unsupported Media Type", "416 Unsupported URI Scheme", "420 Bad Extension", "480 Temporarily Unavailable",
		"481 Call/Transaction Does Not Exist", "482 Loop Detected", "483 Too Many Hops", "484 Address Incomplete", "487 Request Terminated",
		"488 Not Acceptable Here", "491 Request Pending", "493 Undecipherable", "500 Server Internal Error", "501 Not Implemented",
		"504 Server Time-out", "505 Version Not Supported", "513 Message Too Large", "600 Busy Everywhere", "604 Does Not Exist Anywhere", "606 Not Acceptable",
	} {
		row(t, status+" -> ended, and why", func(t *testing.T, ctx context.Context) {
			x := served(t, ctx, "final", "udp", s.port["udp"], blanks{Status: status})
			before := s.dial(t, ctx, "udp")
			if l := s.p.newCall(ctx, before, "terminated"); l.Cause == "" || l.Reason == "" {
				t.Errorf("%+v", l)
			}
			x.passes(ctx)
		})
	}
	for _, c := range []struct{ name, scenario string }{
		{"BYE in the early dialog -> 200, CANCEL, ended", "bye-while-ringing"},
		{"200 without a description -> ACK, BYE, ended", "no-description"},
	} {
		row(t, c.name, func(t *testing.T, ctx context.Context) {
			x := served(t, ctx, c.scenario, "udp", s.port["udp"], blanks{})
			before := s.dial(t, ctx, "udp")
			s.p.newCall(ctx, before, "terminated")
			x.passes(ctx)
		})
	}
	row(t, "100 and nothing more, given up -> CANCEL", func(t *testing.T, ctx context.Context) {
		x := served(t, ctx, "trying", "udp", s.port["udp"], blanks{})
		s.dial(t, ctx, "udp")
		must(t, x.saw(ctx, `SIP/2.0 100`))
		s.hangUp(t, ctx, x)
	})
	for _, c := range []struct{ name, status, header, body string }{
		{"requires what there is not -> 420", "420", "Require: teleportation", "sdp"},
		{"takes no description -> 406", "406", "Accept: text/plain", "sdp"},
		{"a Contact that is none -> 400", "400", "Contact: <sip:a@b", "sdp"},
		{"two To fields -> 400", "400", "t: <sip:b@c>", "sdp"},
		{"a session of 10 s -> 422", "422", "Supported: timer\nSession-Expires: 10", "sdp"},
		{"no description that could be taken -> 488", "488", "", "sendrecv"},
	} {
		row(t, "called: "+c.name, func(t *testing.T, ctx context.Context) {
			s.calls(t, ctx, "misfit", blanks{Status: c.status, Header: c.header, Answer: c.body}).passes(ctx)
		})
	}
}
