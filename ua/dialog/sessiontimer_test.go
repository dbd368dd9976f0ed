package dialog

import (
	"testing"
	"time"
)

var showTerms = func(r *rig) { r.terms = true }

// lasting is a 2xx or a request that says how long the session lasts.
func lasting(in Input, expires time.Duration, refresher string) Input {
	terms := SessionTimer{Expires: expires, Refresher: refresher}
	switch in := in.(type) {
	case Responded:
		in.Response.Session, in.Response.Allow = terms, []string{"INVITE", "UPDATE"}
		return in
	case Received:
		in.Request.Session, in.Request.Supported = terms, []string{"timer"}
		in.Request.Allow = []string{"INVITE", "UPDATE"}
		return in
	}
	return in
}

func noUpdate(in Input) Input {
	switch in := in.(type) {
	case Responded:
		in.Response.Allow = []string{"INVITE"}
		return in
	case Received:
		in.Request.Allow = []string{"INVITE"}
		return in
	}
	return in
}

func brief(tx Tx, least time.Duration) Responded {
	return Responded{tx, Response{Status: 422, ToTag: "far", Session: SessionTimer{Min: least}}}
}

func neverAnswered(tx Tx) []any { return []any{Failed{Tx: tx, Timeout: true}, TimerGlare} }

func TestStep_session_timer(t *testing.T) {
	half := 30 * time.Minute
	ours := []any{showTerms, dial, lasting(got(1, 200, "far", "v"), half, "uac")} // we called, and refresh
	theirs := []any{showTerms, dial, lasting(got(1, 200, "far", "v"), half, "uas")}
	served := []any{showTerms, lasting(invite("offer"), half, ""), Ring{}, Accept{}, req(0, "ACK", 1, "")}
	plain := []any{showTerms, dial, noUpdate(lasting(got(1, 200, "far", "v"), half, "uac"))}
	run(t, []row{
		{arrow: "new: Dial -> asks for half an hour", given: []any{showTerms}, when: dial, want: "trying; send INVITE> offer-false for 30m0s"},
		{arrow: "new: Dial, no timers -> asks for none", config: Config{SessionExpires: -1}, given: []any{showTerms}, when: dial, want: "trying; send INVITE> offer-false"},
		{arrow: "new: Dial, too short -> asks for what is allowed", config: Config{SessionExpires: time.Second}, given: []any{showTerms}, when: dial, want: "trying; send INVITE> offer-false for 1m30s"},
		{arrow: "calling: 422 -> asks for more", given: []any{showTerms, dial}, when: brief(1, time.Hour), want: "send INVITE> offer-false for 1h0m0s min 1h0m0s"},
		{arrow: "calling: 422 that allows what was asked -> rejected", given: []any{showTerms, dial}, when: brief(1, time.Minute), want: "close; terminated rejected; done"},
		{arrow: "calling: 422 again and again -> rejected", given: []any{showTerms, dial, brief(1, time.Hour), brief(2, 2*time.Hour), brief(3, 3*time.Hour)}, when: brief(4, 4*time.Hour), want: "close; terminated rejected; done"},
		{arrow: "calling: 422, then 200 -> confirmed", given: []any{showTerms, dial, brief(1, time.Hour)}, when: lasting(got(2, 200, "far", "v"), time.Hour, "uac"), want: "ack far; refresh in 30m0s; expire in 59m28s; accept v; confirmed"},
		{arrow: "calling: 200, we refresh -> at half of it", given: []any{showTerms, dial}, when: lasting(got(1, 200, "far", "v"), half, "uac"), want: "ack far; refresh in 15m0s; expire in 29m28s; accept v; confirmed"},
		{arrow: "calling: 200, they refresh -> a little before the end", given: []any{showTerms, dial}, when: lasting(got(1, 200, "far", "v"), 90*time.Second, "uas"), want: "ack far; expire in 1m0s; accept v; confirmed"},
		{arrow: "calling: 200 without timer -> none", given: []any{showTerms, dial}, when: got(1, 200, "far", "v"), want: "ack far; accept v; confirmed"},
		{arrow: "calling: 200 with a foolish interval -> the least", given: []any{showTerms, dial}, when: lasting(got(1, 200, "far", "v"), time.Second, "uac"), want: "ack far; refresh in 45s; expire in 1m0s; accept v; confirmed"},
		{arrow: "confirmed: half of it -> UPDATE without offer", given: ours, when: TimerRefresh, want: "send UPDATE>far for 30m0s by uac"},
		{arrow: "refreshing: 200 -> from the beginning", given: then(ours, TimerRefresh), when: lasting(got(2, 200, "far", ""), half, "uac"), want: "refresh in 15m0s; expire in 29m28s"},
		{arrow: "refreshing: 200, they take over", given: then(ours, TimerRefresh), when: lasting(got(2, 200, "far", ""), half, "uas"), want: "expire in 29m28s"},
		{arrow: "refreshing: 200 without timer -> none any more", given: then(ours, TimerRefresh), when: got(2, 200, "far", ""), want: ""},
		{arrow: "confirmed, less was granted: half of it -> UPDATE for that", given: []any{showTerms, dial, lasting(got(1, 200, "far", "v"), 2*time.Minute, "uac")}, when: TimerRefresh, want: "send UPDATE>far for 2m0s by uac"},
		{arrow: "refreshing what is less: 422 -> asks for more of it", given: []any{showTerms, dial, lasting(got(1, 200, "far", "v"), 2*time.Minute, "uac"), TimerRefresh}, when: brief(2, 3*time.Minute), want: "send UPDATE>far for 3m0s by uac min 3m0s"},
		{arrow: "refreshing: 422 -> asks for more", given: then(ours, TimerRefresh), when: brief(2, time.Hour), want: "send UPDATE>far for 1h0m0s by uac min 1h0m0s"},
		{arrow: "refreshing: 501 -> re-INVITE with what stands", given: then(ours, TimerRefresh), when: got(2, 501, "far", ""), want: "send INVITE>far offer-false for 30m0s by uac"},
		{arrow: "refreshing: 481 -> BYE", given: then(ours, TimerRefresh), when: got(2, 481, "far", ""), want: "send BYE>far; close; terminated error"},
		{arrow: "refreshing: no response -> BYE", given: then(ours, TimerRefresh), when: Failed{Tx: 2, Timeout: true}, want: "send BYE>far; close; terminated timeout"},
		{arrow: "refreshing: not sent -> again soon", given: then(ours, TimerRefresh), when: Failed{Tx: 2}, want: "refresh in 2m30s"},
		{arrow: "refreshing: 503 -> again soon", given: then(ours, TimerRefresh), when: got(2, 503, "far", ""), want: "refresh in 2m30s"},
		{arrow: "refreshing: 491, then a pause -> again", given: then(ours, TimerRefresh, got(2, 491, "far", "")), when: TimerGlare, want: "send UPDATE>far for 30m0s by uac"},
		{arrow: "refreshing: Hold waits", given: then(ours, TimerRefresh), when: Hold{true}, want: ""},
		{arrow: "refreshing: Hold, then 200 -> held", given: then(ours, TimerRefresh, Hold{true}), when: got(2, 200, "far", ""), want: "send INVITE>far offer-true for 30m0s"},
		{arrow: "confirmed, no UPDATE: half of it -> re-INVITE with what stands", given: plain, when: TimerRefresh, want: "send INVITE>far offer-false for 30m0s by uac"},
		{arrow: "re-INVITE: 200 with the same answer -> nothing changes", given: then(plain, TimerRefresh), when: lasting(got(2, 200, "far", "v"), half, "uac"), want: "ack far; refresh in 15m0s; expire in 29m28s"},
		{arrow: "re-INVITE: 200 with another answer -> a real offer", given: then(plain, TimerRefresh), when: lasting(got(2, 200, "far", "w"), half, "uac"), want: "ack far; refresh in 15m0s; expire in 29m28s; send INVITE>far offer-false for 30m0s by uac"},
		{arrow: "re-INVITE: 488 -> again soon", given: then(plain, TimerRefresh), when: got(2, 488, "far", ""), want: "refresh in 2m30s"},
		{arrow: "re-INVITE: 422 -> asks for more", given: then(plain, TimerRefresh), when: brief(2, time.Hour), want: "send INVITE>far offer-false for 1h0m0s by uac min 1h0m0s"},
		{arrow: "re-INVITE: not sent -> again soon", given: then(plain, TimerRefresh), when: Failed{Tx: 2}, want: "refresh in 2m30s"},
		{arrow: "re-INVITE: hangs -> CANCEL, again soon", given: then(plain, TimerRefresh, got(2, 100, "", ""), TimerFinal), when: TimerCancel, want: "refresh in 2m30s"},
		{arrow: "confirmed: nobody refreshed -> BYE", given: theirs, when: TimerExpire, want: "send BYE>far; close; terminated timeout"},
		{arrow: "confirmed: our refreshes all failed -> BYE", given: then(ours, TimerRefresh, got(2, 503, "far", "")), when: TimerExpire, want: "send BYE>far; close; terminated timeout"},
		{arrow: "confirmed: Hold refreshes too", given: theirs, when: Hold{true}, want: "send INVITE>far offer-true for 30m0s by uas"},
		{arrow: "confirmed: our address has changed -> UPDATE", given: theirs, when: Refresh{}, want: "send UPDATE>far for 30m0s by uas"},
		{arrow: "moving: no response -> again in a moment", given: then(theirs, Refresh{}, Failed{Tx: 2, Timeout: true}), when: TimerGlare, want: "send UPDATE>far for 30m0s by uas"},
		{arrow: "moving: 404 -> again in a moment", given: then(theirs, Refresh{}, got(2, 404, "far", "")), when: TimerGlare, want: "send UPDATE>far for 30m0s by uas"},
		{arrow: "moving: 481 -> BYE", given: then(theirs, Refresh{}), when: got(2, 481, "far", ""), want: "send BYE>far; close; terminated error"},
		{arrow: "moving, no UPDATE: no response -> again in a moment", given: then(plain, Refresh{}, Failed{Tx: 2, Timeout: true}), when: TimerGlare, want: "send INVITE>far offer-false for 30m0s by uac"},
		{arrow: "moving: never a response -> BYE", given: then(theirs, Refresh{}, neverAnswered(2), neverAnswered(3), neverAnswered(4), neverAnswered(5), neverAnswered(6)), when: Failed{Tx: 7, Timeout: true}, want: "send BYE>far; close; terminated timeout"},
		{arrow: "ringing: our address has changed -> nothing", given: alerting, when: Refresh{}, want: ""},
		{arrow: "ended: no refresh", given: then(ours, Hangup{}), when: TimerRefresh, want: ""},

		{arrow: "new: INVITE for too short -> 422", given: []any{showTerms}, when: lasting(invite("offer"), time.Minute, ""), want: "reply#1 422 min 1m30s; close; terminated error; done"},
		{arrow: "new: INVITE for too short by a proxy alone -> fine", given: []any{showTerms}, when: with(invite("offer"), func(r *Request) { r.Session.Expires = time.Minute }), want: "proceeding"},
		{arrow: "new: INVITE requires timers -> fine", when: with(invite("x"), func(r *Request) { r.Require = []string{"timer"} }), want: "proceeding"},
		{arrow: "new: INVITE requires timers, we have none -> 420", config: Config{SessionExpires: -1}, when: with(invite("x"), func(r *Request) { r.Require = []string{"timer"} }), want: "reply#1 420; close; terminated error; done"},
		{arrow: "ringing: Accept -> we refresh", given: []any{showTerms, lasting(invite("offer"), half, ""), Ring{}}, when: Accept{}, want: "refresh in 15m0s; expire in 29m28s; reply#1 200 answer for 30m0s by uas require [timer]; confirmed"},
		{arrow: "ringing: Accept, they want to refresh", given: []any{showTerms, lasting(invite("offer"), time.Hour, "uac"), Ring{}}, when: Accept{}, want: "expire in 29m28s; reply#1 200 answer for 30m0s by uac require [timer]; confirmed"},
		{arrow: "ringing: Accept, they know timers and ask for none -> ours", given: []any{showTerms, lasting(invite("offer"), 0, ""), Ring{}}, when: Accept{}, want: "refresh in 15m0s; expire in 29m28s; reply#1 200 answer for 30m0s by uas require [timer]; confirmed"},
		{arrow: "ringing: Accept, only a proxy asks -> we refresh", given: []any{showTerms, with(invite("offer"), func(r *Request) { r.Session.Expires = 600 * time.Second }), Ring{}}, when: Accept{}, want: "refresh in 5m0s; expire in 9m28s; reply#1 200 answer for 10m0s by uas; confirmed"},
		{arrow: "ringing: Accept, they know no timers -> none", given: []any{showTerms, invite("offer"), Ring{}}, when: Accept{}, want: "reply#1 200 answer; confirmed"},
		{arrow: "ringing: Accept, we want none", config: Config{SessionExpires: -1}, given: []any{showTerms, lasting(invite("offer"), half, ""), Ring{}}, when: Accept{}, want: "reply#1 200 answer; confirmed"},
		{arrow: "confirmed: half of it -> UPDATE", given: served, when: TimerRefresh, want: "send UPDATE>far for 30m0s by uac"},
		{arrow: "confirmed: their UPDATE for too short -> 422", given: served, when: lasting(req(2, "UPDATE", 2, ""), time.Minute, "uac"), want: "reply#2 422 min 1m30s"},
		{arrow: "confirmed: their re-INVITE for too short -> 422", given: served, when: lasting(req(2, "INVITE", 2, "offer"), time.Minute, "uac"), want: "reply#2 422 min 1m30s"},
		{arrow: "confirmed: their UPDATE -> from the beginning", given: served, when: lasting(req(2, "UPDATE", 2, ""), half, "uac"), want: "expire in 29m28s; reply#2 200 for 30m0s by uac require [timer]"},
		{arrow: "confirmed: their UPDATE with offer -> from the beginning", given: served, when: lasting(req(2, "UPDATE", 2, "offer"), half, "uas"), want: "refresh in 15m0s; expire in 29m28s; reply#2 200 answer for 30m0s by uas require [timer]"},
		{arrow: "confirmed: their re-INVITE -> from the beginning", given: served, when: lasting(req(2, "INVITE", 2, "offer"), half, "uac"), want: "expire in 29m28s; reply#2 200 answer for 30m0s by uac require [timer]"},
	})
}

func TestSameDescription(t *testing.T) {
	for _, c := range []struct {
		arrow, a, b string
		same        bool
	}{
		{"equal", "x", "x", true},
		{"equal origin", "v=0\r\no=- 1 2 IN IP4 h\r\ns=-", "v=0\no=- 1 2 IN IP4 h\ns=call", true},
		{"another version", "v=0\r\no=- 1 2 IN IP4 h\r\n", "v=0\r\no=- 1 3 IN IP4 h\r\n", false},
		{"no origin", "v=0\r\n", "v=0\r\ns=-", false},
	} {
		if got := sameDescription([]byte(c.a), []byte(c.b)); got != c.same {
			t.Errorf("%s: %v", c.arrow, got)
		}
	}
}
