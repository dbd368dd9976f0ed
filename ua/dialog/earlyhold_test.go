package dialog

import (
	"testing"
	"time"
)

func TestStep_hold_before_the_answer(t *testing.T) {
	can := func(in Responded) Responded {
		in.Response.Allow = []string{"UPDATE"}
		return in
	}
	early := []any{dial, can(reliably(183, "far", 7, "v")), got(2, 200, "far", "")}
	holding := then(early, Hold{true}) // UPDATE is Tx 3
	served := []any{with(able(invite("offer")), func(r *Request) { r.Allow = []string{"UPDATE"} }), Ring{Early: true}, prack(2, 2, "")}
	run(t, []row{
		{arrow: "early: Hold -> UPDATE", given: early, when: Hold{true}, want: "send UPDATE>far offer-true"},
		{arrow: "early, PRACK not answered: Hold waits", given: []any{dial, can(reliably(183, "far", 7, "v"))}, when: Hold{true}, want: ""},
		{arrow: "early, UPDATE not allowed: Hold waits", given: []any{dial, reliably(183, "far", 7, "v"), got(2, 200, "far", "")}, when: Hold{true}, want: ""},
		{arrow: "early, two forks: Hold waits", given: then(early, got(1, 180, "b", "")), when: Hold{true}, want: ""},
		{arrow: "early: Hold without sound -> after the answer", given: then(early, noSound), when: Hold{true}, want: ""},
		{arrow: "holding: 200 -> held", given: holding, when: got(3, 200, "far", "w"), want: "accept w; early+sound+held"},
		{arrow: "holding: 200 without answer -> after the answer", given: holding, when: got(3, 200, "far", ""), want: "rollback"},
		{arrow: "holding: 200 with useless answer -> after the answer", given: then(holding, noSound), when: got(3, 200, "far", "w"), want: "accept w; rollback"},
		{arrow: "holding: 491 -> rolled back, tried later", given: then(holding, got(3, 491, "far", "")), when: TimerGlare, want: "send UPDATE>far offer-true"},
		{arrow: "holding: 500 with Retry-After -> later", given: then(holding, Responded{3, Response{Status: 500, ToTag: "far", RetryAfter: time.Second}}), when: TimerGlare, want: "send UPDATE>far offer-true"},
		{arrow: "holding: 500 -> after the answer", given: then(holding, got(3, 500, "far", "")), when: got(1, 200, "far", "v"), want: "ack far; accept v; confirmed; send INVITE>far offer-true"},
		{arrow: "holding: the UPDATE has overtaken a PRACK, 500 -> PRACK again", given: then(early, reliably(180, "far", 8, ""), Hold{true}), when: got(3, 500, "far", ""), want: "send PRACK>far of 8 to #1"},
		{arrow: "holding: a PRACK has overtaken the UPDATE, 500 -> UPDATE again", given: then(holding, reliably(180, "far", 8, ""), got(3, 500, "far", "")), when: TimerGlare, want: "send UPDATE>far offer-true"},
		{arrow: "holding: no response -> after the answer", given: holding, when: Failed{Tx: 3, Timeout: true}, want: "rollback"},
		{arrow: "holding: their UPDATE -> 491", given: holding, when: req(5, "UPDATE", 1, "offer"), want: "reply#5 491"},
		{arrow: "holding: answered meanwhile -> the UPDATE counts", given: holding, when: got(1, 200, "far", "v"), want: "ack far; confirmed"},
		{arrow: "answered meanwhile: 200 to UPDATE -> held", given: then(holding, got(1, 200, "far", "v")), when: got(3, 200, "far", "w"), want: "accept w; confirmed+held"},
		{arrow: "holding: another fork answers -> rolled back, held there", given: holding, when: got(1, 200, "b", "x"), want: "ack b; rollback; accept x; confirmed"},
		{arrow: "another fork answered: 200 to UPDATE -> held there", given: then(holding, got(1, 200, "b", "x")), when: got(3, 200, "far", "w"), want: "send INVITE>b offer-true"},
		{arrow: "held early: 200 -> still held", given: then(holding, got(3, 200, "far", "w")), when: got(1, 200, "far", "v"), want: "ack far; confirmed+held"},
		{arrow: "held early: Resume -> UPDATE", given: then(holding, got(3, 200, "far", "w")), when: Hold{false}, want: "send UPDATE>far offer-false"},
		{arrow: "holding: Hangup -> CANCEL", given: holding, when: Hangup{}, want: "cancel; close; terminated cancelled"},
		{arrow: "ringing: Hold -> UPDATE", given: served, when: Hold{true}, want: "send UPDATE>far offer-true"},
		{arrow: "ringing: Hold, then Accept, their re-INVITE -> 491", given: then(served, Hold{true}, Accept{}, req(0, "ACK", 1, "")), when: req(4, "INVITE", 4, "offer"), want: "reply#4 491"},
		{arrow: "ringing: Hold, then Accept -> the UPDATE counts", given: then(served, Hold{true}, Accept{}), when: got(1, 200, "far", "w"), want: "accept w; confirmed+held"},
	})
}
