package dialog

import (
	"testing"

	"offhook/ua"
)

// late is a call of ours that leaves the offer to the far end.
var late = Dial{URI: "sip:600@pbx", Late: true}

func TestStep_late_offer_of_theirs(t *testing.T) {
	early := []any{late, reliably(183, "far", 7, "offer"), got(2, 200, "far", "")}
	forked := []any{late, reliably(183, "far", 7, "offer"), reliably(183, "b", 3, "offer-b")}
	run(t, []row{
		{arrow: "new: Dial -> INVITE without a description", when: late, want: "send INVITE>; trying"},
		{arrow: "calling: 200 with an offer -> the answer in the ACK", given: []any{late}, when: got(1, 200, "far", "offer"), want: "ack far answer; confirmed"},
		{arrow: "calling: 180, 200 with an offer -> the answer in the ACK", given: []any{late, got(1, 180, "far", "")}, when: got(1, 200, "far", "offer"), want: "ack far answer; confirmed"},
		{arrow: "confirmed: 200 again -> the same ACK again", given: []any{late, got(1, 200, "far", "offer")}, when: got(1, 200, "far", "offer"), want: "ack far answer"},
		{arrow: "confirmed: 200 of another fork -> ACK, BYE", given: []any{late, got(1, 200, "far", "offer")}, when: got(1, 200, "b", "offer"), want: "ack b; send BYE>b"},
		{arrow: "calling: 200 without an offer -> ACK, BYE", given: []any{late}, when: got(1, 200, "far", ""), want: "ack far; send BYE>far; close; terminated error"},
		{arrow: "calling: 200 with a useless offer -> ACK, BYE", given: []any{late, noSound}, when: got(1, 200, "far", "offer"), want: "ack far; send BYE>far; close; terminated error"},
		{arrow: "calling: unreliable 183 with a description -> not an offer", given: []any{late}, when: got(1, 183, "far", "offer"), want: "early"},
		{arrow: "calling: reliable 180 without an offer -> PRACK", given: []any{late}, when: reliably(180, "far", 7, ""), want: "send PRACK>far of 7 to #1; early"},
		{arrow: "calling: reliable 183 with an offer -> the answer in the PRACK, early media", given: []any{late}, when: reliably(183, "far", 7, "offer"),
			want: "early; send PRACK>far answer of 7 to #1; early+sound"},
		{arrow: "early: the next reliable one with a description -> no offer any more", given: early, when: reliably(183, "far", 8, "other"), want: "send PRACK>far of 8 to #1"},
		{arrow: "early: 200 with a description -> nothing after the answer counts", given: early, when: got(1, 200, "far", "other"), want: "ack far; confirmed"},
		{arrow: "early: 200 without -> confirmed", given: early, when: got(1, 200, "far", ""), want: "ack far; confirmed"},
		{arrow: "early: UPDATE with an offer after the PRACK -> 200", given: early, when: req(5, "UPDATE", 1, "offer"), want: "reply#5 200 answer"},
		{arrow: "two forks: one's PRACK comes too late, 500 -> the answer again", given: forked, when: got(2, 500, "far", ""), want: "send PRACK>far answer of 7 to #1"},
		{arrow: "early: UPDATE with an offer before the PRACK is answered -> 491", given: []any{late, reliably(183, "far", 7, "offer")}, when: req(5, "UPDATE", 1, "offer"), want: "reply#5 491"},
		{arrow: "calling: reliable 183 with a useless offer -> PRACK, CANCEL", given: []any{late, noSound}, when: reliably(183, "far", 7, "offer"),
			want: `early; send PRACK>far of 7 to #1; cancel: SIP;cause=488;text="Not Acceptable Here"; close; terminated error`},
		{arrow: "two forks: the one that was heard last answers -> confirmed", given: forked, when: got(1, 200, "b", ""), want: "ack b; confirmed"},
		{arrow: "two forks: the other one answers -> back to its offer", given: []any{forked, func(r *rig) { r.acts = nil }}, when: got(1, 200, "far", ""), want: "ack far; confirmed"},
		{arrow: "two forks: the one that is heard ends -> the other one is heard", given: forked, when: got(1, 199, "b", ""), want: "early+sound"},
		{arrow: "answering: 200 again -> its ACK comes with the answer", given: []any{late, mute, got(1, 200, "far", "offer")}, when: got(1, 200, "far", "offer"), want: ""},
		{arrow: "answering: Hangup -> ACK, BYE", given: []any{late, mute, got(1, 200, "far", "offer")}, when: Hangup{}, want: "ack far; send BYE>far; close; terminated local-bye"},
		{arrow: "overtaken by its BYE: 200 with offer -> ACK, over", given: []any{late, req(9, "BYE", 1, "")}, when: got(1, 200, "far", "offer"), want: "ack far; close; terminated remote-bye"},
		{arrow: "answering: BYE -> ACK", given: []any{late, mute, got(1, 200, "far", "offer")}, when: req(9, "BYE", 1, ""), want: "reply#9 200; ack far; close; terminated remote-bye"},
		{arrow: "answering: 200 of another fork -> ACK, BYE there", given: []any{late, mute, got(1, 200, "far", "offer")}, when: got(1, 200, "b", "o"), want: "ack b; send BYE>b"},
		{arrow: "answering in a PRACK: 200 -> ACK, told when the answer is made", given: []any{late, mute, reliably(183, "far", 7, "offer")}, when: got(1, 200, "far", ""), want: "ack far"},
		{arrow: "cancelled: 200 with an offer crossed it -> ACK, BYE", given: []any{late, got(1, 180, "far", ""), Hangup{}}, when: got(1, 200, "far", "offer"), want: "ack far; send BYE>far"},
		{arrow: "early: 302 -> there, without a description", given: early, when: to(1, 302, "sip:700@pbx"), want: "send INVITE>; trying"},
		{arrow: "off: reliable 183 with a description -> not an offer", config: Config{Reliable: ua.ReliableOff}, given: []any{late}, when: reliably(183, "far", 7, "offer"), want: "early"},
		{arrow: "confirmed: Hold -> re-INVITE with our offer", given: []any{late, got(1, 200, "far", "offer")}, when: Hold{On: true}, want: "send INVITE>far offer-true"},
	})
}

// Two forks that offered: whoever answers, the media side has heard his offer last.
func TestStep_late_offer_of_the_fork_that_answered(t *testing.T) {
	r := newRig(Config{})
	r.feed([]any{late, reliably(183, "far", 7, "offer"), reliably(183, "b", 3, "offer-b"), got(1, 200, "far", "")})
	var last string
	for _, a := range r.acts {
		if made, ok := a.(MakeAnswer); ok {
			last = string(made.Offer)
		}
	}
	if last != "offer" {
		t.Errorf("the last offer answered is %q", last)
	}
}
