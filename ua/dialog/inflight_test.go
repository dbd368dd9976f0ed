package dialog

import (
	"strings"
	"testing"
	"time"

	"offhook/ua"
)

// A CANCEL that crosses what the far end has sent (RFC 3261 §9.1, RFC 5407 §3.1).
func TestStep_after_a_CANCEL(t *testing.T) {
	given := then(ringing, Hangup{})
	run(t, []row{
		{arrow: "cancelled: 180 -> nothing", given: given, when: got(1, 180, "far", ""), want: ""},
		{arrow: "cancelled: 183 with a description -> nothing", given: given, when: got(1, 183, "far", "sdp"), want: ""},
		{arrow: "cancelled: 183 of another fork -> nothing", given: given, when: got(1, 183, "b", "sdp"), want: ""},
		{arrow: "cancelled: reliable 183 -> PRACK", given: given, when: reliably(183, "far", 7, "sdp"), want: "send PRACK>far of 7 to #1"},
		{arrow: "cancelled: 200 again -> ACK again, one BYE", given: then(given, got(1, 200, "far", "sdp")), when: got(1, 200, "far", "sdp"), want: "ack far"},
		{arrow: "cancelled: 486 -> done", given: given, when: got(1, 486, "far", ""), want: "done"},
		{arrow: "cancelled: 503 -> done", given: given, when: Responded{1, Response{Status: 503, ToTag: "far", RetryAfter: time.Minute}}, want: "done"},
		{arrow: "cancelled: 305 -> done", given: given, when: to(1, 305, "sip:other@pbx"), want: "done"},
		{arrow: "cancelled: the connection is lost -> done", given: given, when: Failed{Tx: 1}, want: "done"},
		{arrow: "cancelled: Hangup again -> nothing", given: given, when: Hangup{}, want: ""},
		{arrow: "cancelled: BYE of the fork -> 200", given: given, when: req(9, "BYE", 1, ""), want: "reply#9 200"},
	})
}

// Why a call ends is told both ways (RFC 3326).
func TestStep_Reason_of_ours(t *testing.T) {
	for _, c := range []struct {
		arrow, method, want string
		given               []any
	}{
		{"rings too long -> CANCEL", "CANCEL", "SIP;cause=408", []any{ringing, TimerFinal}},
		{"picked up elsewhere -> CANCEL", "CANCEL", "SIP;cause=200", []any{ringing, Replace{}}},
		{"hung up by a person -> CANCEL without", "CANCEL", "", []any{ringing, Hangup{}}},
		{"another of ours was answered -> CANCEL", "CANCEL", "SIP;cause=200", []any{ringing, Hangup{Elsewhere: true}}},
		{"an answer of no use -> BYE", "BYE", "SIP;cause=488", []any{calling, noSound, got(1, 200, "far", "sdp")}},
		{"an offer of no use -> BYE", "BYE", "SIP;cause=488", []any{late, noSound, got(1, 200, "far", "offer")}},
		{"no ACK -> BYE", "BYE", "SIP;cause=408", []any{answered, TimerAck}},
		{"hung up by a person -> BYE without", "BYE", "", []any{talking, Hangup{}}},
	} {
		t.Run(c.arrow, func(t *testing.T) {
			r := newRig(Config{})
			r.feed(c.given)
			found, reason := false, ""
			for _, a := range r.acts {
				switch a := a.(type) {
				case Cancel:
					found, reason = found || c.method == "CANCEL", a.Reason
				case Send:
					if a.Request.Method == c.method {
						found, reason = true, a.Request.Reason
					}
				}
			}
			if !found || !strings.HasPrefix(reason, c.want) || c.want == "" && reason != "" {
				t.Errorf("sent %v, Reason %q", found, reason)
			}
		})
	}
}

func TestStep_Reason_of_theirs(t *testing.T) {
	bye := req(9, "BYE", 2, "")
	bye.Request.Reason = []string{`Q.850;cause=16`, `SIP;cause=503;text="No trunk"`}
	elsewhere := CancelReceived{Tx: 1, Reason: []string{`SIP;cause=200;text="Call completed elsewhere"`}}
	for _, c := range []struct {
		arrow string
		given []any
		cause ua.Cause
		text  string
	}{
		{"BYE with a text -> told", []any{serving, bye}, ua.RemoteBye, "No trunk"},
		{"CANCEL: answered elsewhere -> no missed call", []any{alerting, elsewhere}, ua.AnsweredOther, "answered elsewhere"},
		{"CANCEL without -> the caller gave up", []any{alerting, CancelReceived{Tx: 1}}, ua.Cancelled, "the caller gave up"},
	} {
		r := newRig(Config{})
		r.feed(c.given)
		if call := r.machine.Call(); call.Cause != c.cause || call.Reason != c.text {
			t.Errorf("%s: %q, %q", c.arrow, call.Cause, call.Reason)
		}
	}
}

// What refuses a call is told in words, with when to come back and what a Warning
// says (RFC 3261 §20.33, §20.43).
func TestStep_refusal_in_words(t *testing.T) {
	for _, c := range []struct {
		arrow    string
		response Response
		want     string
	}{
		{"503 with Retry-After", Response{Status: 503, RetryAfter: 2 * time.Minute}, "Service Unavailable (try again in 2m0s)"},
		{"503 with Warning", Response{Status: 503, Reason: "Down", Warning: "maintenance"}, "Down: maintenance"},
		{"488 with Warning", Response{Status: 488, Warning: "Incompatible media format"}, "Not Acceptable Here: Incompatible media format"},
		{"305", Response{Status: 305}, "Use Proxy"},
		{"380", Response{Status: 380, Reason: "Try mail"}, "Try mail"},
	} {
		r := newRig(Config{})
		r.feed(ringing)
		c.response.ToTag = "far"
		r.step(Responded{1, c.response})
		if call := r.machine.Call(); call.Reason != c.want || call.Status != c.response.Status {
			t.Errorf("%s: %d %q", c.arrow, call.Status, call.Reason)
		}
	}
}
