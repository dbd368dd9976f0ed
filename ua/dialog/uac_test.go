package dialog

import (
	"testing"
	"time"
)

func then(given []any, more ...any) []any { return []any{given, more} }

func TestStep_outgoing(t *testing.T) {
	run(t, []row{
		{arrow: "new: Dial -> INVITE", when: dial, want: "trying; send INVITE> offer-false"},
		{arrow: "new: Dial without sound -> terminated", given: []any{noSound}, when: dial, want: "trying; close; terminated error; done"},
		{arrow: "new: Hangup -> terminated", when: Hangup{}, want: "close; terminated cancelled; done"},
		{arrow: "offering: Hangup -> nothing was sent", given: []any{mute, dial}, when: Hangup{}, want: "close; terminated cancelled; done"},
		{arrow: "calling: 100 -> nothing told", given: calling, when: got(1, 100, "", ""), want: ""},
		{arrow: "calling: 183 without tag -> proceeding", given: calling, when: got(1, 183, "", ""), want: "proceeding"},
		{arrow: "calling: 180 without tag -> early", given: calling, when: got(1, 180, "", ""), want: "early"},
		{arrow: "calling: 180 -> early", given: calling, when: got(1, 180, "far", ""), want: "early"},
		{arrow: "calling: 183 with SDP -> early media", given: calling, when: got(1, 183, "far", "sdp"), want: "accept sdp; early; early+sound"},
		{arrow: "early: the same SDP again -> not accepted again", given: then(calling, got(1, 183, "far", "sdp")), when: got(1, 183, "far", "sdp"), want: ""},
		{arrow: "early: SDP of another fork -> accepted", given: then(calling, got(1, 183, "far", "sdp")), when: got(1, 183, "b", "sdp-b"), want: "accept sdp-b"},
		{arrow: "early: useless SDP -> ignored", given: then(calling, noSound), when: got(1, 183, "far", "sdp"), want: "accept sdp; early"},
		{arrow: "early: 199 -> fork forgotten", given: ringing, when: got(1, 199, "far", ""), want: "early"},
		{arrow: "early: 199, then 200 and a request of the same fork -> confirmed", given: then(ringing, got(1, 199, "far", ""), got(1, 200, "far", "sdp")), when: req(9, "OPTIONS", 1, ""), want: "reply#9 200"},
		{arrow: "calling: 200 -> confirmed", given: calling, when: got(1, 200, "far", "sdp"), want: "ack far; accept sdp; confirmed"},
		{arrow: "early: 200 without SDP after a 183 with -> confirmed", given: then(calling, got(1, 183, "far", "sdp")), when: got(1, 200, "far", ""), want: "ack far; accept sdp; confirmed"},
		{arrow: "calling: 200 without SDP -> ACK, BYE", given: calling, when: got(1, 200, "far", ""), want: "ack far; send BYE>far; close; terminated error"},
		{arrow: "calling: 200 with useless SDP -> ACK, BYE", given: then(calling, noSound), when: got(1, 200, "far", "sdp"), want: "ack far; accept sdp; send BYE>far; close; terminated error"},
		{arrow: "confirmed: 200 again -> ACK again", given: talking, when: got(1, 200, "far", "sdp"), want: "ack far"},
		{arrow: "confirmed: 200 of another fork -> ACK, BYE", given: talking, when: got(1, 200, "b", "sdp"), want: "ack b; send BYE>b"},
		{arrow: "confirmed: 200 of another fork again -> ACK again", given: then(talking, got(1, 200, "b", "sdp")), when: got(1, 200, "b", "sdp"), want: "ack b"},
		{arrow: "confirmed: late 180 -> ignored", given: talking, when: got(1, 180, "b", ""), want: ""},
		{arrow: "early: 486 -> rejected", given: ringing, when: got(1, 486, "far", ""), want: "close; terminated rejected; done"},
		{arrow: "early: 302 -> rejected", given: ringing, when: got(1, 302, "far", ""), want: "close; terminated rejected; done"},
		{arrow: "calling: 407 -> rejected", given: calling, when: got(1, 407, "far", ""), want: "close; terminated rejected; done"},
		{arrow: "early: 487 -> cancelled", given: ringing, when: got(1, 487, "far", ""), want: "close; terminated cancelled; done"},
		{arrow: "early: 408 -> timeout", given: ringing, when: got(1, 408, "far", ""), want: "close; terminated timeout; done"},
		{arrow: "calling: no response -> timeout", given: calling, when: Failed{Tx: 1, Timeout: true}, want: "close; terminated timeout; done"},
		{arrow: "calling: not sent -> setup-failed", given: calling, when: Failed{Tx: 1, Cause: "TCP: refused"}, want: "close; terminated setup-failed; done"},
		{arrow: "early: connection lost -> error", given: ringing, when: Failed{Tx: 1}, want: "close; terminated error; done"},
		{arrow: "early: rings too long -> CANCEL", given: ringing, when: TimerFinal, want: "cancel: SIP;cause=408;text=\"Nobody answered\"; close; terminated timeout"},
		{arrow: "calling: Hangup -> CANCEL waits for a provisional", given: calling, when: Hangup{}, want: "close; terminated cancelled"},
		{arrow: "cancelling: 100 -> CANCEL", given: then(calling, Hangup{}), when: got(1, 100, "", ""), want: "cancel"},
		{arrow: "cancelling: no response -> done", given: then(calling, Hangup{}), when: Failed{Tx: 1, Timeout: true}, want: "done"},
		{arrow: "early: Hangup -> CANCEL", given: ringing, when: Hangup{}, want: "cancel; close; terminated cancelled"},
		{arrow: "cancelled: 487 -> done", given: then(ringing, Hangup{}), when: got(1, 487, "far", ""), want: "done"},
		{arrow: "cancelled: 200 crossed the CANCEL -> ACK, BYE", given: then(ringing, Hangup{}), when: got(1, 200, "far", "sdp"), want: "ack far; send BYE>far"},
		{arrow: "cancelled: 200 of two forks -> ACK, BYE each", given: then(ringing, Hangup{}, got(1, 200, "far", "sdp")), when: got(1, 200, "b", "sdp"), want: "ack b; send BYE>b"},
		{arrow: "cancelled: nothing in 64*T1 -> done", given: then(ringing, Hangup{}), when: TimerCancel, want: "done"},
		{arrow: "confirmed: Hangup -> BYE", given: talking, when: Hangup{}, want: "send BYE>far; close; terminated local-bye"},
		{arrow: "ended: 200 to BYE, forks may still answer", given: then(talking, Hangup{}), when: got(2, 200, "far", ""), want: ""},
		{arrow: "ended: no more forks -> done", given: then(talking, Hangup{}, got(2, 200, "far", "")), when: TimerForks, want: "done"},
		{arrow: "ended: 200 to INVITE again -> ACK again", given: then(talking, Hangup{}), when: got(1, 200, "far", ""), want: "ack far"},
		{arrow: "ended: BYE not answered -> done after the forks", given: then(talking, TimerForks, Hangup{}), when: Failed{Tx: 2, Timeout: true}, want: "done"},
		{arrow: "ended: last resort -> done", given: then(talking, Hangup{}), when: TimerLinger, want: "done"},
		{arrow: "done: BYE -> 481", given: then(ringing, got(1, 486, "far", "")), when: req(9, "BYE", 1, ""), want: "reply#9 481"},
		{arrow: "calling: BYE overtakes the answer -> 481", given: calling, when: req(9, "BYE", 1, ""), want: "reply#9 481"},
		{arrow: "overtaken by its BYE: 200 -> ACK, over", given: then(calling, req(9, "BYE", 1, "")), when: got(1, 200, "far", "sdp"), want: "ack far; close; terminated remote-bye"},
		{arrow: "overtaken by its BYE: 200 of another fork -> talking", given: then(calling, req(9, "BYE", 1, "")), when: got(1, 200, "b", "sdp"), want: "ack b; accept sdp; confirmed"},
		{arrow: "early: BYE of the last fork -> CANCEL", given: ringing, when: req(9, "BYE", 1, ""), want: "reply#9 200; cancel; close; terminated remote-bye"},
		{arrow: "early: re-INVITE -> 491", given: ringing, when: req(9, "INVITE", 1, "offer"), want: "reply#9 491"},
		{arrow: "early: UPDATE with offer -> 491", given: ringing, when: req(9, "UPDATE", 1, "offer"), want: "reply#9 491"},
		{arrow: "early: UPDATE without -> 200", given: ringing, when: req(9, "UPDATE", 1, ""), want: "reply#9 200"},
		{arrow: "confirmed: UPDATE of a lost fork -> 481", given: then(calling, got(1, 180, "b", ""), got(1, 200, "far", "sdp")),
			when: Received{9, Request{Method: "UPDATE", CSeq: 1, FromTag: "b", ContentType: sdpType, Body: []byte("o")}}, want: "reply#9 481"},
	})
}

func TestStep_addressing(t *testing.T) {
	r := newRig(Config{})
	r.step(Dial{URI: "sip:600@pbx", Route: []string{"<sip:edge;lr>"}})
	in := got(1, 180, "far", "")
	in.Response.RecordRoute = []string{"<sip:old;lr>"}
	r.step(in)
	in = got(1, 200, "far", "sdp")
	in.Response.RecordRoute = []string{"<sip:b;lr>", "<sip:a;lr=on>;x=1"}
	r.step(in)
	refresh := req(5, "UPDATE", 1, "")
	refresh.Request.Contact = "sip:moved@far"
	r.step(refresh)
	r.acts = nil
	r.step(Hangup{})
	bye := r.acts[0].(Send).Request
	if bye.URI != "sip:moved@far" || len(bye.Route) != 2 || bye.Route[0] != "<sip:a;lr=on>;x=1" || bye.Route[1] != "<sip:b;lr>" {
		t.Errorf("BYE %q by %q", bye.URI, bye.Route)
	}
}

func TestAddress(t *testing.T) {
	for _, c := range []struct {
		arrow, target, uri string
		set, route         []string
	}{
		{"no routes", "sip:a@b", "sip:a@b", nil, nil},
		{"loose", "sip:a@b", "sip:a@b", []string{"<sip:p;lr>"}, []string{"<sip:p;lr>"}},
		{"loose, other parameters", "sip:a@b", "sip:a@b", []string{"<sip:p;transport=tls;LR>"}, []string{"<sip:p;transport=tls;LR>"}},
		{"strict", "sip:a@b", "sip:p;x=lr", []string{"<sip:p;x=lr?h=1>", "<sip:q;lr>"}, []string{"<sip:q;lr>", "<sip:a@b>"}},
		{"lr outside the brackets does not count", "sip:a@b", "sip:p", []string{"<sip:p>;lr"}, []string{"<sip:a@b>"}},
	} {
		t.Run(c.arrow, func(t *testing.T) {
			uri, route := Address(c.target, c.set)
			if uri != c.uri || len(route) != len(c.route) {
				t.Fatalf("%q %q", uri, route)
			}
			for i := range route {
				if route[i] != c.route[i] {
					t.Errorf("%q", route)
				}
			}
		})
	}
}

func TestStep_bounds(t *testing.T) {
	r := newRig(Config{FinalAfter: time.Minute})
	r.step(dial)
	for i := range 200 {
		r.step(got(1, 180, string(rune('A'+i)), ""))
	}
	if len(r.machine.legs) != maxLegs {
		t.Errorf("%d legs", len(r.machine.legs))
	}
	old := r.timers[TimerFinal] - 1
	r.lines = nil
	r.step(TimerFired{TimerFinal, old})
	r.step(TimerFired{200, 1})
	r.step(nil)
	if r.said() != "" {
		t.Errorf("a stale timer did %s", r.said())
	}
}
