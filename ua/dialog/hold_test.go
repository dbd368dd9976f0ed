package dialog

import (
	"strings"
	"testing"
	"time"
)

func TestStep_hold(t *testing.T) {
	holding := then(serving, Hold{true})             // Tx 1 sent
	held := then(holding, got(1, 200, "far", "sdp")) // and answered
	run(t, []row{
		{arrow: "confirmed: Hold -> re-INVITE", given: serving, when: Hold{true}, want: "send INVITE>far offer-true"},
		{arrow: "confirmed: Resume without hold -> nothing", given: serving, when: Hold{false}, want: ""},
		{arrow: "holding: 200 -> held", given: holding, when: got(1, 200, "far", "sdp"), want: "ack far; accept sdp; confirmed+held"},
		{arrow: "held: 200 again -> ACK again", given: held, when: got(1, 200, "far", "sdp"), want: "ack far"},
		{arrow: "held: Resume -> re-INVITE", given: held, when: Hold{false}, want: "send INVITE>far offer-false"},
		{arrow: "resuming: 200 -> confirmed", given: then(held, Hold{false}), when: got(2, 200, "far", "sdp"), want: "ack far; accept sdp; confirmed"},
		{arrow: "holding: Resume waits", given: holding, when: Hold{false}, want: ""},
		{arrow: "holding: Resume, then 200 -> held, then resumed", given: then(holding, Hold{false}), when: got(1, 200, "far", "sdp"), want: "ack far; accept sdp; confirmed+held; send INVITE>far offer-false"},
		{arrow: "holding: 488 -> as before", given: holding, when: got(1, 488, "far", ""), want: "rollback; confirmed"},
		{arrow: "holding: 200 without answer -> as before", given: holding, when: got(1, 200, "far", ""), want: "ack far; rollback; confirmed"},
		{arrow: "holding: 200 with useless answer -> as before", given: then(holding, noSound), when: got(1, 200, "far", "sdp"), want: "ack far; accept sdp; rollback; confirmed"},
		{arrow: "holding: no sound -> as before", given: then(serving, noSound), when: Hold{true}, want: "confirmed"},
		{arrow: "holding: 481 -> BYE", given: holding, when: got(1, 481, "far", ""), want: "send BYE>far; close; terminated error"},
		{arrow: "holding: 408 -> BYE", given: holding, when: got(1, 408, "far", ""), want: "send BYE>far; close; terminated timeout"},
		{arrow: "holding: no response -> BYE", given: holding, when: Failed{Tx: 1, Timeout: true}, want: "send BYE>far; close; terminated timeout"},
		{arrow: "holding: not sent -> as before", given: holding, when: Failed{Tx: 1}, want: "rollback; confirmed"},
		{arrow: "holding: 500 with Retry-After -> later", given: holding, when: Responded{1, Response{Status: 500, ToTag: "far", RetryAfter: time.Second}}, want: "rollback"},
		{arrow: "holding: overtaken on the way, 500 -> later", given: then(holding, SendDigit{Digit: '1'}), when: got(1, 500, "far", ""), want: "rollback"},
		{arrow: "overtaken: its time -> re-INVITE again", given: then(holding, SendDigit{Digit: '1'}, got(1, 500, "far", "")), when: TimerGlare, want: "send INVITE>far offer-true"},
		{arrow: "holding: 500 -> as before", given: holding, when: got(1, 500, "far", ""), want: "rollback; confirmed"},
		{arrow: "holding: 100, then nothing -> CANCEL", given: then(holding, got(1, 100, "", "")), when: TimerFinal, want: "cancel"},
		{arrow: "holding: nothing after the CANCEL -> as before", given: then(holding, TimerFinal), when: TimerCancel, want: "rollback; confirmed"},
		{arrow: "holding: 487 after the CANCEL -> as before", given: then(holding, TimerFinal), when: got(1, 487, "far", ""), want: "rollback; confirmed"},
		{arrow: "as before: late 200 -> ACK", given: then(holding, TimerFinal, TimerCancel), when: got(1, 200, "far", "sdp"), want: "ack far"},
		{arrow: "glare: Resume while it waits -> nothing to do", given: then(holding, got(1, 491, "far", ""), Hold{false}), when: TimerGlare, want: ""},
		{arrow: "early: Hold -> after the answer", given: then(alerting, Hold{true}, Accept{}), when: req(0, "ACK", 1, ""), want: "send INVITE>far offer-true"},

		{arrow: "confirmed: they hold -> 200", given: then(serving, theyHold), when: req(2, "INVITE", 2, "offer"), want: "reply#2 200 answer; confirmed+holding"},
		{arrow: "confirmed: re-INVITE with useless offer -> 488, nothing changed", given: then(serving, noSound), when: req(2, "INVITE", 2, "offer"), want: "reply#2 488"},
		{arrow: "confirmed: re-INVITE without offer -> ours", given: serving, when: req(2, "INVITE", 2, ""), want: "reply#2 200 offer-false"},
		{arrow: "held: re-INVITE without offer -> still on hold", given: held, when: req(2, "INVITE", 2, ""), want: "reply#2 200 offer-true"},
		{arrow: "re-offered: ACK with answer -> accepted", given: then(serving, req(2, "INVITE", 2, "")), when: req(0, "ACK", 2, "sdp"), want: "accept sdp"},
		{arrow: "re-offered: ACK without -> as before", given: then(serving, req(2, "INVITE", 2, "")), when: req(0, "ACK", 2, ""), want: "rollback"},
		{arrow: "re-answered: no ACK -> BYE", given: then(serving, req(2, "INVITE", 2, "offer")), when: TimerAck, want: "send BYE>far; close; terminated timeout"},
		{arrow: "re-answered: Hold waits for the ACK", given: then(serving, req(2, "INVITE", 2, "offer"), Hold{true}), when: req(0, "ACK", 2, ""), want: "send INVITE>far offer-true"},
		{arrow: "re-INVITE in work: another -> 500", given: then(serving, mute, req(2, "INVITE", 2, "offer")), when: req(3, "INVITE", 3, "offer"), want: "reply#3 500 later"},
		{arrow: "re-INVITE in work: UPDATE -> 500", given: then(serving, mute, req(2, "INVITE", 2, "offer")), when: req(3, "UPDATE", 3, "offer"), want: "reply#3 500 later"},
		{arrow: "re-INVITE in work: CANCEL -> 487", given: then(serving, mute, req(2, "INVITE", 2, "offer")), when: CancelReceived{Tx: 2}, want: "reply#2 487"},
		{arrow: "re-INVITE without offer in work: CANCEL -> 487, rolled back", given: then(serving, mute, req(2, "INVITE", 2, "")), when: CancelReceived{Tx: 2}, want: "reply#2 487; rollback"},
		{arrow: "confirmed: UPDATE with offer -> 200", given: serving, when: req(2, "UPDATE", 2, "offer"), want: "reply#2 200 answer"},
		{arrow: "confirmed: UPDATE with useless offer -> 488", given: then(serving, noSound), when: req(2, "UPDATE", 2, "offer"), want: "reply#2 488"},
		{arrow: "confirmed: UPDATE with another body -> 415", given: serving, when: with(req(2, "UPDATE", 2, "x"), func(r *Request) { r.ContentType = "text/plain" }), want: "reply#2 415"},
		{arrow: "confirmed: re-INVITE with another body -> 415", given: serving, when: with(req(2, "INVITE", 2, "x"), func(r *Request) { r.ContentType = "text/plain" }), want: "reply#2 415"},
	})
}

func TestStep_glare_ends(t *testing.T) {
	for _, caller := range []bool{true, false} {
		r := newRig(Config{Seed: 1})
		r.feed(map[bool][]any{true: talking, false: serving}[caller])
		r.step(Hold{true})
		for range maxReinvites + 2 {
			if r.machine.local.state != reinviteSent {
				break
			}
			r.acts = nil
			r.step(got(r.machine.local.tx, 491, "far", ""))
			for _, a := range r.acts {
				a, ok := a.(StartTimer)
				if !ok {
					continue
				}
				if caller && (a.After < 2100*time.Millisecond || a.After > 4*time.Second) || !caller && a.After > 2*time.Second {
					t.Errorf("caller %v waits %v", caller, a.After)
				}
			}
			if _, on := r.timers[TimerGlare]; on {
				r.fire(TimerGlare)
			}
		}
		if call := r.machine.Call(); call.LocalHold || !strings.HasPrefix(call.Reason, "hold: ") || r.machine.wantHold {
			t.Errorf("after all tries: %+v", call)
		}
	}
}

func TestStep_requests(t *testing.T) {
	transferring := then(serving, Transfer{"sip:1003@pbx"})
	notify := func(state, frag string) Received {
		return with(req(2, "NOTIFY", 2, ""), func(r *Request) {
			r.Event, r.SubscriptionState, r.Body = "refer;id=1", state, []byte(frag)
		})
	}
	run(t, []row{
		{arrow: "confirmed: OPTIONS -> 200", given: serving, when: req(2, "OPTIONS", 2, ""), want: "reply#2 200"},
		{arrow: "confirmed: INFO with DTMF -> 200", given: serving, when: with(req(2, "INFO", 2, "Signal=5"), func(r *Request) { r.ContentType = "application/dtmf-relay" }), want: "reply#2 200; digit 5 160ms"},
		{arrow: "confirmed: empty INFO -> 200", given: serving, when: req(2, "INFO", 2, ""), want: "reply#2 200"},
		{arrow: "confirmed: other INFO -> 415", given: serving, when: req(2, "INFO", 2, "x"), want: "reply#2 415"},
		{arrow: "confirmed: REFER -> 603", given: serving, when: req(2, "REFER", 2, ""), want: "reply#2 603"},
		{arrow: "confirmed: SUBSCRIBE -> 489", given: serving, when: req(2, "SUBSCRIBE", 2, ""), want: "reply#2 489"},
		{arrow: "confirmed: PRACK -> 481", given: serving, when: req(2, "PRACK", 2, ""), want: "reply#2 481"},
		{arrow: "confirmed: PUBLISH -> 405", given: serving, when: req(2, "PUBLISH", 2, ""), want: "reply#2 405"},
		{arrow: "confirmed: unknown method -> 501", given: serving, when: req(2, "FROBNICATE", 2, ""), want: "reply#2 501"},
		{arrow: "confirmed: lower CSeq -> 500", given: then(serving, req(2, "OPTIONS", 5, "")), when: req(3, "INFO", 4, ""), want: "reply#3 500"},
		{arrow: "confirmed: unknown extension -> 420", given: serving, when: with(req(2, "OPTIONS", 2, ""), func(r *Request) { r.Require = []string{"x"} }), want: "reply#2 420"},
		{arrow: "confirmed: NOTIFY of another event -> 489", given: serving, when: with(req(2, "NOTIFY", 2, ""), func(r *Request) { r.Event = "talk" }), want: "reply#2 489"},
		{arrow: "confirmed: NOTIFY nobody asked for -> 481", given: serving, when: notify("active", ""), want: "reply#2 481"},
		{arrow: "confirmed: Transfer -> REFER", given: serving, when: Transfer{"sip:1003@pbx"}, want: "send REFER>far; confirmed+transferring"},
		{arrow: "ringing: Transfer -> ignored", given: alerting, when: Transfer{"sip:1003@pbx"}, want: ""},
		{arrow: "transferring: another -> ignored", given: transferring, when: Transfer{"sip:1004@pbx"}, want: ""},
		{arrow: "transferring: 202 -> waits", given: transferring, when: got(1, 202, "far", ""), want: ""},
		{arrow: "transferring: 603 -> as before", given: transferring, when: got(1, 603, "far", ""), want: "confirmed"},
		{arrow: "transferring: 481 -> BYE", given: transferring, when: got(1, 481, "far", ""), want: "send BYE>far; close; terminated error"},
		{arrow: "transferring: no response -> BYE", given: transferring, when: Failed{Tx: 1, Timeout: true}, want: "send BYE>far; close; terminated timeout"},
		{arrow: "transferring: not sent -> as before", given: transferring, when: Failed{Tx: 1}, want: "confirmed"},
		{arrow: "transferring: rings there -> told", given: transferring, when: notify("active;expires=60", "SIP/2.0 180 Ringing\r\n"), want: "reply#2 200; confirmed+transferring"},
		{arrow: "transferring: answered there -> BYE", given: transferring, when: notify("terminated;reason=noresource", "SIP/2.0 200 OK"), want: "reply#2 200; send BYE>far; close; terminated local-bye"},
		{arrow: "transferring: busy there -> as before", given: transferring, when: notify("terminated", "SIP/2.0 486 Busy Here"), want: "reply#2 200; confirmed"},
		{arrow: "transferring: told nothing -> as before", given: transferring, when: notify("terminated", ""), want: "reply#2 200; confirmed"},
		{arrow: "transferring: too long -> as before", given: then(transferring, got(1, 202, "far", "")), when: TimerTransfer, want: "confirmed"},
		{arrow: "transferring: BYE -> 200", given: transferring, when: req(2, "BYE", 2, ""), want: "reply#2 200; close; terminated remote-bye"},
		{arrow: "talking: Hold, then Transfer -> the hold first", given: []any{talking, Hold{true}}, when: Transfer{"sip:x@y"}, want: "confirmed+transferring"},
		{arrow: "talking: Hold settled -> REFER", given: []any{talking, Hold{true}, Transfer{"sip:x@y"}}, when: got(2, 200, "far", "sdp"), want: "ack far; accept sdp; send REFER>far; confirmed+held+transferring"},
		{arrow: "talking: Hold refused -> REFER", given: []any{talking, Hold{true}, Transfer{"sip:x@y"}}, when: got(2, 403, "far", ""), want: "rollback; send REFER>far; confirmed+transferring"},
		{arrow: "transferring: overtaken on the way, 500 -> REFER again", given: then(transferring, SendDigit{Digit: '1'}), when: got(1, 500, "far", ""), want: "send REFER>far"},
		{arrow: "transferring: the second try is the youngest, 500 -> the call stays", given: then(transferring, SendDigit{Digit: '1'}, got(1, 500, "far", "")), when: got(3, 500, "far", ""), want: "confirmed"},
		{arrow: "answered: Transfer before the ACK -> refused, and told", given: answered, when: Transfer{"sip:x@y"}, want: "confirmed"},
	})
}
