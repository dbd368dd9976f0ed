package dialog

import "testing"

func TestStep_reoffer(t *testing.T) {
	offering := then(serving, Reoffer{}) // Tx 1 sent
	held := then(serving, Hold{true}, got(1, 200, "far", "sdp"))
	run(t, []row{
		{arrow: "confirmed: Reoffer -> re-INVITE", given: serving, when: Reoffer{}, want: "send INVITE>far offer-false"},
		{arrow: "held: Reoffer -> re-INVITE, still on hold", given: held, when: Reoffer{}, want: "send INVITE>far offer-true"},
		{arrow: "offering: 200 -> accepted", given: offering, when: got(1, 200, "far", "sdp"), want: "ack far; accept sdp"},
		{arrow: "offering: 488 -> as before", given: offering, when: got(1, 488, "far", ""), want: "rollback; confirmed"},
		{arrow: "offering: glare -> later", given: offering, when: got(1, 491, "far", ""), want: "rollback"},
		{arrow: "glare: its time -> re-INVITE again", given: then(offering, got(1, 491, "far", "")), when: TimerGlare, want: "send INVITE>far offer-false"},
		{arrow: "offering: Hold waits, 491 -> later", given: then(offering, Hold{true}, got(1, 491, "far", "")), when: TimerGlare, want: "send INVITE>far offer-true"},
		{arrow: "early: Reoffer -> nothing", given: alerting, when: Reoffer{}, want: ""},
	})
}
