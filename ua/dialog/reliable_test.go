package dialog

import (
	"testing"
	"time"

	"offhook/ua"
)

// reliably is a provisional response that wants a PRACK.
func reliably(status int, tag string, rseq uint32, sdp string) Responded {
	in := got(1, status, tag, sdp)
	in.Response.Require, in.Response.RSeq = []string{"100rel"}, rseq
	return in
}

// able is an INVITE whose caller knows 100rel; relied one whose caller insists.
func able(in Received) Received {
	in.Request.Supported = []string{"100rel"}
	return in
}

func relied(in Received) Received {
	in.Request.Require = []string{"100rel"}
	return in
}

// prack acknowledges what the machine has sent last.
func prack(tx ServerTx, cseq uint32, sdp string) func(*rig) {
	return func(r *rig) {
		in := req(tx, "PRACK", cseq, sdp)
		in.Request.RAck = RAck{r.machine.rel.seq, 1, "INVITE"}
		r.step(in)
	}
}

func TestStep_reliable_provisional_received(t *testing.T) {
	rang := []any{dial, reliably(180, "far", 7, "")}
	early := []any{dial, reliably(183, "far", 7, "v"), got(2, 200, "far", "")}
	run(t, []row{
		{arrow: "calling: reliable 180 -> PRACK", given: calling, when: reliably(180, "far", 7, ""), want: "send PRACK>far of 7 to #1; early"},
		{arrow: "calling: reliable 183 with answer -> PRACK, early media", given: calling, when: reliably(183, "far", 7, "v"), want: "send PRACK>far of 7 to #1; accept v; early; early+sound"},
		{arrow: "early: the same again -> nothing", given: rang, when: reliably(180, "far", 7, ""), want: ""},
		{arrow: "early: the next one -> PRACK", given: rang, when: reliably(183, "far", 8, "v"), want: "send PRACK>far of 8 to #1; accept v; early; early+sound"},
		{arrow: "early: one too far -> nothing", given: rang, when: reliably(183, "far", 9, "v"), want: ""},
		{arrow: "early: of another fork -> PRACK there", given: rang, when: reliably(180, "b", 3, ""), want: "send PRACK>b of 3 to #1"},
		{arrow: "early: PRACK not answered -> goes on", given: rang, when: Failed{Tx: 2, Timeout: true}, want: ""},
		{arrow: "early: 481 to PRACK -> goes on", given: rang, when: got(2, 481, "far", ""), want: ""},
		{arrow: "early: 200 without SDP -> what the 183 said", given: early, when: got(1, 200, "far", ""), want: "ack far; accept v; confirmed"},
		{arrow: "early: UPDATE with offer after the PRACK -> 200", given: early, when: req(5, "UPDATE", 1, "offer"), want: "reply#5 200 answer"},
		{arrow: "early: UPDATE with offer before the PRACK is answered -> 491", given: []any{dial, reliably(183, "far", 7, "v")}, when: req(5, "UPDATE", 1, "offer"), want: "reply#5 491"},
		{arrow: "early: UPDATE, then 200 -> what the UPDATE said", given: then(early, req(5, "UPDATE", 1, "offer")), when: got(1, 200, "far", "v"), want: "ack far; confirmed"},
		{arrow: "cancelling: reliable 180 -> PRACK all the same", given: then(calling, Hangup{}), when: reliably(180, "far", 7, ""), want: "cancel; send PRACK>far of 7 to #1"},
		{arrow: "calling, off: reliable 180 -> as any", config: Config{Reliable: ua.ReliableOff}, given: calling, when: reliably(180, "far", 7, ""), want: "early"},
	})
}

func TestStep_reliable_provisional_sent(t *testing.T) {
	offered := []any{able(invite("offer"))}
	insisted := []any{relied(invite("offer"))}
	bare := []any{relied(invite(""))}
	run(t, []row{
		{arrow: "caller can: Ring -> 180 as ever", given: offered, when: Ring{}, want: "reply#1 180; early"},
		{arrow: "caller can: Ring with early media -> 183 reliably", given: offered, when: Ring{Early: true}, want: "reply#1 183 answer reliably; early"},
		{arrow: "caller insists: Ring -> 180 reliably", given: insisted, when: Ring{}, want: "reply#1 180 reliably; early"},
		{arrow: "we insist: Ring -> 180 reliably", config: Config{Reliable: ua.ReliableRequired}, given: offered, when: Ring{}, want: "reply#1 180 reliably; early"},
		{arrow: "we insist: INVITE of one who cannot -> 421", config: Config{Reliable: ua.ReliableRequired}, when: invite("offer"), want: "reply#1 421; close; terminated error; done"},
		{arrow: "off: Ring with early media -> 183 as ever", config: Config{Reliable: ua.ReliableOff}, given: offered, when: Ring{Early: true}, want: "reply#1 183 answer; early"},
		{arrow: "unacknowledged: T1 -> again", given: then(insisted, Ring{}), when: TimerResend, want: "reply#1 180 reliably"},
		{arrow: "unacknowledged: 64*T1 -> 504", given: then(insisted, Ring{}), when: TimerPrack, want: "reply#1 504; close; terminated timeout; done"},
		{arrow: "unacknowledged: PRACK -> 200", given: then(insisted, Ring{}), when: prack(2, 2, ""), want: "reply#2 200"},
		{arrow: "unacknowledged: PRACK of another -> 481", given: then(insisted, Ring{}), when: with(req(2, "PRACK", 2, ""), func(r *Request) { r.RAck = RAck{1, 2, "INVITE"} }), want: "reply#2 481"},
		{arrow: "unacknowledged: PRACK with another body -> 415", given: then(insisted, Ring{}), when: func(r *rig) {
			r.step(Received{2, Request{Method: "PRACK", CSeq: 2, FromTag: "far", RAck: RAck{r.machine.rel.seq, 1, "INVITE"}, ContentType: "text/plain", Body: []byte("x")}})
		}, want: "reply#2 415"},
		{arrow: "unacknowledged: Ring with early media waits", given: then(insisted, Ring{}), when: Ring{Early: true}, want: "early"},
		{arrow: "unacknowledged: Ring with early media, then PRACK -> 183", given: then(insisted, Ring{}, Ring{Early: true}), when: prack(2, 2, ""), want: "reply#2 200; reply#1 183 answer reliably"},
		{arrow: "unacknowledged, no description: Accept -> 200", given: then(insisted, Ring{}), when: Accept{}, want: "reply#1 200 answer; confirmed"},
		{arrow: "confirmed: late PRACK -> 200", given: then(insisted, Ring{}, Accept{}), when: prack(2, 2, ""), want: "reply#2 200"},
		{arrow: "confirmed: late PRACK again -> 481", given: then(insisted, Ring{}, Accept{}, prack(2, 2, "")), when: prack(3, 3, ""), want: "reply#3 481"},
		{arrow: "unacknowledged answer: Accept waits", given: then(offered, Ring{Early: true}), when: Accept{}, want: ""},
		{arrow: "unacknowledged answer: Accept, then PRACK -> 200 without SDP", given: then(offered, Ring{Early: true}, Accept{}), when: prack(2, 2, ""), want: "reply#2 200; reply#1 200; confirmed"},
		{arrow: "unacknowledged answer: CANCEL -> 487", given: then(offered, Ring{Early: true}), when: cancel(), want: "reply#1 487; close; terminated cancelled; done"},
		{arrow: "unacknowledged answer: PRACK with a new offer -> answered", given: then(offered, Ring{Early: true}), when: prack(2, 2, "offer"), want: "reply#2 200 answer"},
		{arrow: "unacknowledged answer: PRACK with a useless offer -> 488", given: then(offered, Ring{Early: true}, noSound), when: prack(2, 2, "offer"), want: "reply#2 488"},
		{arrow: "unacknowledged 180: PRACK with an offer -> 491", given: then(insisted, Ring{}), when: prack(2, 2, "offer"), want: "reply#2 491"},
		{arrow: "acknowledged: a minute -> 180 reliably", given: then(insisted, Ring{}, prack(2, 2, "")), when: TimerResend, want: "reply#1 180 reliably"},
		{arrow: "acknowledged answer: a minute -> 183 as ever", given: then(offered, Ring{Early: true}, prack(2, 2, "")), when: TimerResend, want: "reply#1 183"},
		{arrow: "acknowledged answer: UPDATE with offer -> 200", given: then(offered, Ring{Early: true}, prack(2, 2, "")), when: req(3, "UPDATE", 3, "offer"), want: "reply#3 200 answer"},
		{arrow: "no offer: Ring -> ours, reliably", given: bare, when: Ring{}, want: "early; reply#1 180 offer-false reliably"},
		{arrow: "no offer, no sound: Ring -> 500", given: then(bare, noSound), when: Ring{}, want: "early; reply#1 500; close; terminated error; done"},
		{arrow: "no offer: PRACK with answer -> accepted", given: then(bare, Ring{}), when: prack(2, 2, "v"), want: "accept v; reply#2 200"},
		{arrow: "no offer: PRACK without answer -> 400, 488", given: then(bare, Ring{}), when: prack(2, 2, ""), want: "reply#2 400; reply#1 488; close; terminated error; done"},
		{arrow: "no offer: PRACK with useless answer -> 488", given: then(bare, Ring{}, noSound), when: prack(2, 2, "v"), want: "accept v; reply#2 488; reply#1 488; close; terminated error; done"},
		{arrow: "no offer: Accept waits for the PRACK", given: then(bare, Ring{}, Accept{}), when: prack(2, 2, "v"), want: "accept v; reply#2 200; reply#1 200; confirmed"},
		{arrow: "no offer: Accept after the PRACK -> 200 without SDP", given: then(bare, Ring{}, prack(2, 2, "v")), when: Accept{}, want: "reply#1 200; confirmed"},
		{arrow: "no offer: the ACK needs no answer", given: then(bare, Ring{}, prack(2, 2, "v"), Accept{}), when: req(0, "ACK", 1, ""), want: ""},
		{arrow: "no offer: BYE while the answer is looked at -> 487", given: then(bare, Ring{}, mute, prack(2, 2, "v")), when: req(3, "BYE", 3, ""), want: "reply#3 200; reply#2 487; reply#1 487; close; terminated cancelled; done"},
	})
}

func TestStep_provisional_is_repeated_ever_more_slowly(t *testing.T) {
	r := newRig(Config{})
	r.feed([]any{relied(invite("offer")), Ring{}})
	for range 5 {
		r.fire(TimerResend)
	}
	var intervals []time.Duration
	seqs := map[uint32]int{}
	for _, a := range r.acts {
		switch a := a.(type) {
		case StartTimer:
			if a.ID == TimerResend {
				intervals = append(intervals, a.After)
			}
			if a.ID == TimerPrack && a.After != 32*time.Second {
				t.Errorf("PRACK awaited for %v", a.After)
			}
		case Reply:
			seqs[a.Answer.RSeq]++
		}
	}
	for i, want := range []time.Duration{500, 1000, 2000, 4000, 8000, 16000} {
		if intervals[i] != want*time.Millisecond {
			t.Errorf("intervals %v", intervals)
		}
	}
	if len(seqs) != 1 {
		t.Errorf("RSeqs %v", seqs)
	}
	first := r.machine.rel.seq
	prack(2, 2, "")(r)
	r.fire(TimerResend)
	if r.machine.rel.seq != first+1 {
		t.Errorf("RSeq %d comes after %d", r.machine.rel.seq, first)
	}
}
