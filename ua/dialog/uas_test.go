package dialog

import (
	"testing"
	"time"

	"offhook/ua"
)

func cancel(reason ...string) CancelReceived { return CancelReceived{Tx: 1, Reason: reason} }

func with(in Received, change func(*Request)) Received {
	change(&in.Request)
	return in
}

func TestStep_incoming(t *testing.T) {
	run(t, []row{
		{arrow: "new: INVITE -> proceeding", when: invite("offer"), want: "proceeding"},
		{arrow: "new: INVITE without offer -> proceeding", when: invite(""), want: "proceeding"},
		{arrow: "new: INVITE with useless offer -> 488, no ring", given: []any{noSound}, when: invite("offer"), want: "reply#1 488; close; terminated error; done"},
		{arrow: "new: INVITE with another body -> 415", when: with(invite("x"), func(r *Request) { r.ContentType = "text/plain" }), want: "reply#1 415; close; terminated error; done"},
		{arrow: "new: INVITE without Contact -> 400", when: with(invite("x"), func(r *Request) { r.Contact = "" }), want: "reply#1 400; close; terminated error; done"},
		{arrow: "new: INVITE requires 100rel, we have none -> 420", config: Config{Reliable: ua.ReliableOff}, when: with(invite("x"), func(r *Request) { r.Require = []string{"100rel"} }), want: "reply#1 420; close; terminated error; done"},
		{arrow: "new: INVITE requires what there is -> proceeding", config: Config{Supported: []string{"timer"}},
			when: with(invite("x"), func(r *Request) { r.Require = []string{"Timer"} }), want: "proceeding"},
		{arrow: "new: BYE -> 481", when: req(1, "BYE", 1, ""), want: "reply#1 481"},
		{arrow: "new: INVITE with a To tag -> 481", when: req(1, "INVITE", 1, "offer"), want: "reply#1 481"},
		{arrow: "incoming: the same INVITE by another way -> 482", given: alerting, when: with(invite("offer"), func(r *Request) {}), want: "reply#1 482"},
		{arrow: "incoming: Ring -> 180", given: []any{invite("offer")}, when: Ring{}, want: "reply#1 180; early"},
		{arrow: "incoming: Ring with early media -> 183", given: []any{invite("offer")}, when: Ring{Early: true}, want: "reply#1 183 answer; early"},
		{arrow: "incoming: Ring with early media, no offer -> 180", given: []any{invite("")}, when: Ring{Early: true}, want: "reply#1 180; early"},
		{arrow: "incoming: Ring before the media side has answered -> later", given: []any{mute, invite("offer"), Ring{}, Accept{}},
			when: MediaDone{Seq: 1, SDP: []byte("answer")}, want: "reply#1 180; reply#1 200 answer; confirmed"},
		{arrow: "ringing: a minute -> 180 again", given: alerting, when: TimerResend, want: "reply#1 180"},
		{arrow: "ringing: Accept -> 200", given: alerting, when: Accept{}, want: "reply#1 200 answer; confirmed"},
		{arrow: "ringing: Accept, no offer -> 200 with ours", given: []any{invite(""), Ring{}}, when: Accept{}, want: "reply#1 200 offer-false; confirmed"},
		{arrow: "ringing: Accept, no offer, no sound -> 500", given: []any{invite(""), Ring{}, noSound}, when: Accept{}, want: "reply#1 500; close; terminated error; done"},
		{arrow: "ringing: Reject -> 486", given: alerting, when: Reject{486}, want: "reply#1 486; close; terminated rejected; done"},
		{arrow: "incoming: Redirect -> 302", given: []any{invite("offer")}, when: Redirect{"sip:1007@pbx"}, want: "reply#1 302 sip:1007@pbx; close; terminated forwarded; done"},
		{arrow: "ringing: Redirect -> 302", given: alerting, when: Redirect{"sip:1007@pbx"}, want: "reply#1 302 sip:1007@pbx; close; terminated forwarded; done"},
		{arrow: "ringing: Redirect to nobody -> nothing", given: alerting, when: Redirect{}, want: ""},
		{arrow: "answered: Redirect -> nothing", given: answered, when: Redirect{"sip:1007@pbx"}, want: ""},
		{arrow: "ringing: Reject with nonsense -> 486", given: alerting, when: Reject{200}, want: "reply#1 486; close; terminated rejected; done"},
		{arrow: "ringing: Hangup -> 603", given: alerting, when: Hangup{}, want: "reply#1 603; close; terminated rejected; done"},
		{arrow: "ringing: too long -> 480", given: alerting, when: TimerFinal, want: "reply#1 480; close; terminated timeout; done"},
		{arrow: "ringing: CANCEL -> 487", given: alerting, when: cancel(), want: "reply#1 487; close; terminated cancelled; done"},
		{arrow: "ringing: CANCEL, answered elsewhere -> 487", given: alerting, when: cancel(`SIP;cause=200;text="Call completed elsewhere"`), want: "reply#1 487; close; terminated answered-elsewhere; done"},
		{arrow: "ringing: CANCEL before the media side has answered -> 487", given: []any{mute, invite("offer")}, when: cancel(), want: "reply#1 487; close; terminated cancelled; done"},
		{arrow: "ringing: CANCEL of another -> ignored", given: alerting, when: CancelReceived{Tx: 7}, want: ""},
		{arrow: "ringing: UPDATE with offer -> 500", given: alerting, when: req(2, "UPDATE", 2, "offer"), want: "reply#2 500 later"},
		{arrow: "ringing: UPDATE without -> 200", given: alerting, when: req(2, "UPDATE", 2, ""), want: "reply#2 200"},
		{arrow: "ringing: re-INVITE -> 491", given: alerting, when: req(2, "INVITE", 2, "offer"), want: "reply#2 491"},
		{arrow: "answered: T1 -> 200 again", given: answered, when: TimerResend, want: "reply#1 200 answer"},
		{arrow: "answered: ACK -> quiet", given: answered, when: req(0, "ACK", 1, ""), want: ""},
		{arrow: "answered: ACK of another INVITE -> ignored", given: answered, when: req(0, "ACK", 2, ""), want: ""},
		{arrow: "answered: no ACK -> BYE", given: answered, when: TimerAck, want: "send BYE>far; close; terminated timeout"},
		{arrow: "answered: Hangup -> BYE waits for the ACK", given: answered, when: Hangup{}, want: "close; terminated local-bye"},
		{arrow: "ended: 200 repeated until the ACK", given: then(answered, Hangup{}), when: TimerResend, want: "reply#1 200 answer"},
		{arrow: "ended: ACK -> BYE", given: then(answered, Hangup{}), when: req(0, "ACK", 1, ""), want: "send BYE>far"},
		{arrow: "ended: no ACK -> BYE", given: then(answered, Hangup{}), when: TimerAck, want: "send BYE>far"},
		{arrow: "ended: BYE instead of the ACK -> 200, done", given: then(answered, Hangup{}), when: req(2, "BYE", 2, ""), want: "reply#2 200; done"},
		{arrow: "offered: ACK with answer -> accepted", given: []any{invite(""), Accept{}}, when: req(0, "ACK", 1, "sdp"), want: "accept sdp"},
		{arrow: "offered: ACK without answer -> BYE", given: []any{invite(""), Accept{}}, when: req(0, "ACK", 1, ""), want: "send BYE>far; close; terminated error"},
		{arrow: "offered: ACK with useless answer -> BYE", given: []any{invite(""), Accept{}, noSound}, when: req(0, "ACK", 1, "sdp"), want: "accept sdp; send BYE>far; close; terminated error"},
		{arrow: "confirmed: Hangup -> BYE", given: serving, when: Hangup{}, want: "send BYE>far; close; terminated local-bye"},
		{arrow: "confirmed: BYE -> 200", given: serving, when: req(2, "BYE", 2, ""), want: "reply#2 200; close; terminated remote-bye; done"},
		{arrow: "confirmed: BYE of an unknown dialog -> 481", given: serving, when: with(req(2, "BYE", 2, ""), func(r *Request) { r.FromTag = "x" }), want: "reply#2 481"},
		{arrow: "ended: 200 to BYE -> done", given: then(serving, Hangup{}), when: got(1, 200, "far", ""), want: "done"},
	})
}

// The races of RFC 5407, one row a section.
func TestStep_races(t *testing.T) {
	hold := []any{serving, Hold{true}} // our re-INVITE is Tx 1
	run(t, []row{
		{arrow: "§3.1.1 INVITE repeated while ringing: by the transaction layer, else 482", given: alerting, when: with(invite("offer"), func(r *Request) {}), want: "reply#1 482"},
		{arrow: "§3.1.2 CANCEL after our 200 -> no effect", given: answered, when: cancel(), want: ""},
		{arrow: "§3.1.3 BYE of the early dialog -> 200, 487", given: alerting, when: req(2, "BYE", 2, ""), want: "reply#2 200; reply#1 487; close; terminated cancelled; done"},
		{arrow: "§3.1.3 BYE of the early dialog crossing our 200 -> 200", given: answered, when: req(2, "BYE", 2, ""), want: "reply#2 200; close; terminated remote-bye; done"},
		{arrow: "§3.1.4 re-INVITE before the ACK -> it implies the ACK", given: answered, when: req(2, "INVITE", 2, "offer"), want: "reply#2 200 answer"},
		{arrow: "§3.1.4 then the late ACK -> ignored", given: then(answered, req(2, "INVITE", 2, "offer")), when: req(0, "ACK", 1, ""), want: ""},
		{arrow: "§3.1.5 re-INVITE before the ACK that has to bring the answer -> 491", given: []any{invite(""), Accept{}}, when: req(2, "INVITE", 2, "offer"), want: "reply#2 491"},
		{arrow: "§3.1.6 BYE before the ACK -> 200, no more 200s to INVITE", given: answered, when: req(2, "BYE", 2, ""), want: "reply#2 200; close; terminated remote-bye; done"},
		{arrow: "§3.2.1 BYE crossing our BYE -> 200", given: then(serving, Hangup{}), when: req(2, "BYE", 2, ""), want: "reply#2 200"},
		{arrow: "§3.2.2 re-INVITE crossing our BYE -> 481", given: then(serving, Hangup{}), when: req(2, "INVITE", 2, "offer"), want: "reply#2 481"},
		{arrow: "§3.2.3 200 to our re-INVITE crossing our BYE -> ACK", given: then(hold, Hangup{}), when: got(1, 200, "far", "sdp"), want: "ack far"},
		{arrow: "§3.2.3 487 to our re-INVITE after their BYE -> done", given: then(hold, req(2, "BYE", 2, "")), when: got(1, 487, "far", ""), want: "done"},
		{arrow: "§3.2.4 ACK crossing our BYE -> ignored", given: then(answered, TimerAck), when: req(0, "ACK", 1, ""), want: ""},
		{arrow: "§3.3.1 re-INVITE crossing our re-INVITE -> 491", given: hold, when: req(2, "INVITE", 2, "offer"), want: "reply#2 491"},
		{arrow: "§3.3.1 491 to our re-INVITE -> rolled back, tried later", given: hold, when: got(1, 491, "far", ""), want: "rollback"},
		{arrow: "§3.3.1 later -> tried again", given: then(hold, got(1, 491, "far", "")), when: TimerGlare, want: "send INVITE>far offer-true"},
		{arrow: "§3.3.2 UPDATE crossing our re-INVITE -> 491", given: hold, when: req(2, "UPDATE", 2, "offer"), want: "reply#2 491"},
		{arrow: "§3.3.2 UPDATE before the ACK that has to bring the answer -> 491", given: []any{invite(""), Accept{}}, when: req(2, "UPDATE", 2, "offer"), want: "reply#2 491"},
		{arrow: "§3.3.3 REFER crossing our BYE -> 481", given: then(serving, Hangup{}), when: req(2, "REFER", 2, ""), want: "reply#2 481"},
		{arrow: "BYE crossing our re-INVITE -> 200", given: hold, when: req(2, "BYE", 2, ""), want: "reply#2 200; close; terminated remote-bye"},
		{arrow: "BYE while their re-INVITE is in work -> 200, 487", given: then(serving, mute, req(2, "INVITE", 2, "offer")), when: req(3, "BYE", 3, ""), want: "reply#3 200; reply#2 487; close; terminated remote-bye; done"},
		{arrow: "BYE while their UPDATE is in work -> 200, 487", given: then(serving, mute, req(2, "UPDATE", 2, "offer")), when: req(3, "BYE", 3, ""), want: "reply#3 200; reply#2 487; close; terminated remote-bye; done"},
		{arrow: "Hangup while their re-INVITE is in work -> BYE, 487", given: then(serving, mute, req(2, "INVITE", 2, "offer")), when: Hangup{}, want: "send BYE>far; reply#2 487; close; terminated local-bye"},
		{arrow: "Hangup before the ACK to our 200 to a re-INVITE -> BYE", given: then(serving, req(2, "INVITE", 2, "offer")), when: Hangup{}, want: "send BYE>far; close; terminated local-bye"},
	})
}

func TestStep_2xx_is_repeated_ever_more_slowly(t *testing.T) {
	r := newRig(Config{})
	r.feed(alerting)
	r.acts = nil
	r.step(Accept{})
	for range 5 {
		r.fire(TimerResend)
	}
	var intervals []time.Duration
	for _, a := range r.acts {
		if a, ok := a.(StartTimer); ok && a.ID == TimerResend {
			intervals = append(intervals, a.After)
		} else if ok && a.ID == TimerAck && a.After != 32*time.Second {
			t.Errorf("ACK awaited for %v", a.After)
		}
	}
	for i, want := range []time.Duration{500, 1000, 2000, 4000, 4000, 4000} {
		if intervals[i] != want*time.Millisecond {
			t.Errorf("intervals %v", intervals)
		}
	}
}

func TestStep_incoming_snapshot(t *testing.T) {
	r := newRig(Config{Call: ua.Call{ID: 7, SIPCallID: "x"}})
	r.step(with(invite("offer"), func(q *Request) {
		q.Party = ua.Party{URI: "sip:1002@pbx", User: "1002"}
		q.AlertInfo = []string{"<http://pbx>;info=alert-autoanswer"}
		q.Expires, q.MayAutoAnswer = time.Second, true
	}))
	call := r.machine.Call()
	if !call.Incoming || !call.AutoAnswer || call.Remote.User != "1002" || call.AlertInfo == "" || call.ID != 7 || call.State != ua.Proceeding {
		t.Errorf("%+v", call)
	}
	for _, a := range r.acts {
		if a, ok := a.(StartTimer); ok && a.ID == TimerFinal && a.After != time.Second {
			t.Errorf("Expires is not obeyed: %v", a.After)
		}
	}
}
