package dialog

import (
	"strings"
	"testing"
)

func refer(tx ServerTx, cseq uint32, change func(*Request)) Received {
	return with(req(tx, "REFER", cseq, ""), func(r *Request) {
		r.Trusted, r.ReferTo, r.ReferredBy = true, "sip:1003@pbx", "<sip:1002@pbx>"
		if change != nil {
			change(r)
		}
	})
}

func TestStep_referred(t *testing.T) {
	asked := then(serving, refer(2, 2, nil)) // NOTIFY is Tx 1
	referred := then(asked, got(1, 200, "far", ""))
	done := then(referred, ReferProgress{Status: 200, Over: true}) // NOTIFY is Tx 2
	trying := "SIP/2.0 100 Trying\r\n"
	run(t, []row{
		{arrow: "confirmed: REFER -> 202, a call", given: serving, when: refer(2, 2, nil), want: "reply#2 202; send NOTIFY>far " + trying + "; referred to sip:1003@pbx"},
		{arrow: "confirmed: REFER without subscription -> 200, a call", given: serving, when: refer(2, 2, func(r *Request) { r.ReferSub = "false" }), want: "reply#2 200; referred to sip:1003@pbx"},
		{arrow: "confirmed: REFER of a stranger -> 603", given: serving, when: refer(2, 2, func(r *Request) { r.Trusted = false }), want: "reply#2 603"},
		{arrow: "confirmed: REFER to nobody -> 400", given: serving, when: refer(2, 2, func(r *Request) { r.ReferTo = "" }), want: "reply#2 400"},
		{arrow: "ringing: REFER -> 603", given: alerting, when: refer(2, 2, nil), want: "reply#2 603"},
		{arrow: "transferring: REFER -> 603", given: then(serving, Transfer{"sip:1004@pbx"}), when: refer(2, 2, nil), want: "reply#2 603"},
		{arrow: "referred: another -> 603", given: referred, when: refer(3, 3, nil), want: "reply#3 603"},
		{arrow: "referred: it rings -> NOTIFY", given: referred, when: ReferProgress{Status: 180}, want: "send NOTIFY>far SIP/2.0 180 Ringing\r\n"},
		{arrow: "referred: it rings still -> nothing", given: then(referred, ReferProgress{Status: 180}), when: ReferProgress{Status: 180}, want: ""},
		{arrow: "referred: answered -> the last NOTIFY", given: referred, when: ReferProgress{Status: 200, Over: true}, want: "send NOTIFY>far SIP/2.0 200 OK\r\n"},
		{arrow: "referred: busy -> the last NOTIFY", given: referred, when: ReferProgress{Status: 486, Reason: "Not\r\nnow", Over: true}, want: "send NOTIFY>far SIP/2.0 486 Not  now\r\n"},
		{arrow: "NOTIFY under way: answered -> waits", given: asked, when: ReferProgress{Status: 200, Over: true}, want: ""},
		{arrow: "NOTIFY under way: its response -> the next", given: then(asked, ReferProgress{Status: 180}, ReferProgress{Status: 200, Over: true}), when: got(1, 200, "far", ""), want: "send NOTIFY>far SIP/2.0 200 OK\r\n"},
		{arrow: "NOTIFY under way: no response -> the next", given: then(asked, ReferProgress{Status: 200, Over: true}), when: Failed{Tx: 1, Timeout: true}, want: "send NOTIFY>far SIP/2.0 200 OK\r\n"},
		{arrow: "the last NOTIFY: 500 -> once more", given: done, when: got(2, 500, "far", ""), want: "send NOTIFY>far SIP/2.0 200 OK\r\n"},
		{arrow: "the last NOTIFY: 500 twice -> no more", given: then(done, got(2, 500, "far", "")), when: got(3, 500, "far", ""), want: ""},
		{arrow: "the last NOTIFY: 481 -> no more", given: done, when: got(2, 481, "far", ""), want: ""},
		{arrow: "over: nothing more", given: then(referred, ReferProgress{Status: 200, Over: true}), when: ReferProgress{Status: 200, Over: true}, want: ""},
		{arrow: "over: REFER again -> 202, a call", given: then(referred, ReferProgress{Status: 486, Over: true}), when: refer(3, 3, nil), want: "reply#3 202; send NOTIFY>far " + trying + "; referred to sip:1003@pbx"},
		{arrow: "referred: 481 to NOTIFY -> nothing more", given: then(asked, got(1, 481, "far", "")), when: ReferProgress{Status: 180}, want: ""},
		{arrow: "referred: BYE -> 200", given: referred, when: req(3, "BYE", 3, ""), want: "reply#3 200; close; terminated remote-bye; done"},
		{arrow: "ended: nothing is told", given: then(referred, Hangup{}), when: ReferProgress{Status: 200, Over: true}, want: ""},
		{arrow: "confirmed: another takes over -> BYE", given: serving, when: Replace{}, want: "send BYE>far; close; terminated replaced"},
		{arrow: "answered: another takes over -> BYE waits for the ACK", given: answered, when: Replace{}, want: "close; terminated replaced"},
		{arrow: "early: another takes over -> CANCEL", given: ringing, when: Replace{}, want: "cancel: SIP;cause=200;text=\"Call completed elsewhere\"; close; terminated replaced"},
		{arrow: "ringing: another takes over -> not an incoming call", given: alerting, when: Replace{}, want: ""},
		{arrow: "transferring: 202 without subscription -> BYE", given: then(serving, Transfer{"sip:x@y"}), when: Responded{1, Response{Status: 202, ReferSub: "false"}}, want: "send BYE>far; close; terminated local-bye"},
	})
}

func TestStep_referral_headers(t *testing.T) {
	r := newRig(Config{})
	r.feed(then(serving, refer(2, 2, nil), got(1, 200, "far", ""), ReferProgress{Status: 200, Over: true}, got(2, 200, "far", ""),
		refer(3, 7, nil), got(3, 200, "far", ""), ReferProgress{Status: 486, Over: true}))
	var notes []string
	for _, a := range r.acts {
		if a, ok := a.(Send); ok && a.Request.Method == "NOTIFY" {
			notes = append(notes, a.Request.Event+" "+a.Request.SubscriptionState)
		}
	}
	want := "refer active;expires=180, refer terminated;reason=noresource, refer;id=7 active;expires=180, refer;id=7 terminated;reason=noresource"
	if got := strings.Join(notes, ", "); got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
	r = newRig(Config{})
	r.step(Dial{URI: "sip:1003@pbx", Replaces: "x;to-tag=a;from-tag=b", ReferredBy: "<sip:1002@pbx>"})
	if invite := r.acts[len(r.acts)-1].(Send).Request; invite.Replaces == "" || invite.ReferredBy == "" {
		t.Errorf("%+v", invite)
	}
}

func TestMachine_Replaceable(t *testing.T) {
	for _, c := range []struct {
		arrow string
		given []any
		tag   string
		early bool
		want  int
	}{
		{"confirmed", talking, "far", false, 0},
		{"confirmed, early only", talking, "far", true, 486},
		{"another tag", talking, "b", false, 481},
		{"a fork that lost", then(calling, got(1, 180, "b", ""), got(1, 200, "far", "sdp")), "b", false, 481},
		{"we called, early", ringing, "far", true, 0},
		{"they called, early", alerting, "far", false, 481},
		{"ended", then(talking, Hangup{}), "far", false, 603},
		{"done", then(serving, Hangup{}, got(1, 200, "far", "")), "far", false, 603},
	} {
		t.Run(c.arrow, func(t *testing.T) {
			r := newRig(Config{})
			r.feed(c.given)
			if got := r.machine.Replaceable(c.tag, c.early); got != c.want {
				t.Errorf("%d", got)
			}
		})
	}
	r := newRig(Config{})
	if _, _, ok := r.machine.Dialog(); ok {
		t.Error("a dialog before the call")
	}
	r.feed(talking)
	if tag, target, ok := r.machine.Dialog(); !ok || tag != "far" || target != "sip:far@far" {
		t.Errorf("%s %s", tag, target)
	}
}
