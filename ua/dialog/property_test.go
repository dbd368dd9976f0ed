package dialog

import (
	"bytes"
	"fmt"
	"reflect"
	"testing"
	"time"

	"offhook/ua"
	"pgregory.net/rapid"
)

// many runs a property n times as often as rapid does by itself, which is 100
// times: the races have narrow windows.
func many(t *testing.T, n int, property func(*rapid.T)) {
	t.Helper()
	for range n {
		rapid.Check(t, property)
	}
}

// judge watches the actions of a Machine for what must never happen.
type judge struct {
	t          *rapid.T
	timers     map[TimerID]uint32
	terminated int
	closed     int
	done       int
	finals     map[ServerTx]int
	last       map[ServerTx]Answer
	tx         Tx
	pending    []MediaDone
}

func (j *judge) watch(actions []Action) {
	for _, a := range actions {
		if j.done > 0 {
			if _, ok := a.(Reply); !ok {
				j.t.Fatalf("%T after Done", a)
			}
		}
		switch a := a.(type) {
		case StartTimer:
			j.timers[a.ID] = a.Gen
			if a.After < 0 {
				j.t.Fatalf("timer %v after %v", a.ID, a.After)
			}
		case StopTimer:
			delete(j.timers, a.ID)
		case Send:
			if a.Tx <= j.tx {
				j.t.Fatalf("Tx %d comes after %d", a.Tx, j.tx)
			}
			j.tx = a.Tx
		case Ack:
			if a.Tx == 0 || a.Tx > j.tx {
				j.t.Fatalf("ACK of Tx %d that was not sent", a.Tx)
			}
		case Reply:
			j.reply(a)
		case Changed:
			if j.terminated > 0 {
				j.t.Fatalf("Changed after Terminated: %+v", a.Call)
			}
			if a.Call.State == ua.Terminated {
				j.terminated++
				if a.Call.Cause == ua.CauseNone || j.closed != 1 {
					j.t.Fatalf("terminated with cause %q, media closed %d times", a.Call.Cause, j.closed)
				}
			}
		case CloseMedia:
			if j.closed++; j.closed > 1 {
				j.t.Fatal("CloseMedia twice")
			}
		case MakeOffer:
			j.pending = append(j.pending, MediaDone{Seq: a.Seq})
		case MakeAnswer:
			j.pending = append(j.pending, MediaDone{Seq: a.Seq})
		case AcceptAnswer:
			j.pending = append(j.pending, MediaDone{Seq: a.Seq})
		case Done:
			if j.done++; j.done > 1 || len(j.timers) > 0 || j.terminated != 1 {
				j.t.Fatalf("Done %d times, timers %v, Terminated %d times", j.done, j.timers, j.terminated)
			}
		}
	}
}

func (j *judge) reply(a Reply) {
	if a.Answer.Status < 200 {
		if j.finals[a.Tx] > 0 {
			j.t.Fatalf("%d after a final response", a.Answer.Status)
		}
		return
	}
	if j.finals[a.Tx]++; j.finals[a.Tx] > 1 && (a.Answer.Status >= 300 || !reflect.DeepEqual(a.Answer, j.last[a.Tx])) {
		j.t.Fatalf("a second final response %d to %d", a.Answer.Status, a.Tx)
	}
	j.last[a.Tx] = a.Answer
}

func TestStep_any_input_in_any_state(t *testing.T) {
	many(t, 100, func(t *rapid.T) {
		j := &judge{t: t, timers: map[TimerID]uint32{}, finals: map[ServerTx]int{}, last: map[ServerTx]Answer{}}
		config := drawConfig(t)
		config.Seed = rapid.Uint64().Draw(t, "seed")
		machine := New(config)
		steps := 0
		step := func(in Input) {
			receiver := machine
			before := ""
			if steps++; steps%8 == 0 { // it is slow to look at
				before = fmt.Sprintf("%+v", receiver)
			}
			after, actions := receiver.Step(in)
			if before != "" && fmt.Sprintf("%+v", receiver) != before {
				t.Fatal("Step changed its receiver")
			}
			machine = after
			j.watch(actions)
		}
		first := rapid.SampledFrom([]Input{dial, late, invite("offer"), invite(""), relied(invite("offer")), relied(invite(""))}).Draw(t, "first")
		serverTx := ServerTx(1)
		step(first)
		for range rapid.IntRange(0, 60).Draw(t, "steps") {
			if len(j.pending) > 0 && rapid.IntRange(0, 9).Draw(t, "media first") > 0 {
				step(drawMedia(t, j))
				continue
			}
			step(drawInput(t, j, machine, &serverTx))
		}
		wind(t, j, &machine, step)
	})
}

func drawMedia(t *rapid.T, j *judge) MediaDone {
	in := j.pending[0]
	j.pending = j.pending[1:]
	if rapid.IntRange(0, 9).Draw(t, "media") == 0 {
		in.Err = bytes.ErrTooLarge
	} else {
		in.SDP = []byte("sdp")
	}
	in.RemoteHold = rapid.Bool().Draw(t, "remote hold")
	return in
}

func drawInput(t *rapid.T, j *judge, machine Machine, serverTx *ServerTx) Input {
	methods := []string{"INVITE", "ACK", "BYE", "UPDATE", "OPTIONS", "INFO", "NOTIFY", "REFER", "PRACK", "X"}
	tags := []string{"far", "b", ""}
	sdp := rapid.SampledFrom([]string{"", "sdp"}).Draw(t, "sdp")
	tx := Tx(rapid.IntRange(0, int(j.tx)+1).Draw(t, "tx"))
	switch rapid.IntRange(0, 9).Draw(t, "kind") {
	case 0, 1, 2:
		status := rapid.SampledFrom([]int{0, 100, 180, 183, 199, 200, 200, 202, 302, 407, 408, 422, 481, 486, 487, 491, 500, 603, 700}).Draw(t, "status")
		in := got(tx, status, rapid.SampledFrom(tags).Draw(t, "tag"), sdp)
		in.Response.Session = drawSession(t)
		if rapid.Bool().Draw(t, "reliable") {
			in.Response.Require, in.Response.RSeq = []string{"100rel"}, uint32(rapid.IntRange(0, 3).Draw(t, "rseq"))
		}
		in.Response.Allow = rapid.SampledFrom([][]string{nil, {"INVITE"}, {"INVITE", "UPDATE"}}).Draw(t, "allow")
		return in
	case 3, 4, 5:
		*serverTx++
		in := req(*serverTx, rapid.SampledFrom(methods).Draw(t, "method"), uint32(rapid.IntRange(1, 12).Draw(t, "cseq")), sdp)
		in.Request.FromTag = rapid.SampledFrom(tags).Draw(t, "from")
		in.Request.Event, in.Request.SubscriptionState = "refer", rapid.SampledFrom([]string{"active", "terminated"}).Draw(t, "state")
		in.Request.Session = drawSession(t)
		if machine.rel.open {
			in.Request.RAck = RAck{machine.rel.seq, machine.rel.cseq, "INVITE"}
		}
		in.Request.Supported = rapid.SampledFrom([][]string{nil, {"timer"}, {"100rel", "timer"}}).Draw(t, "supported")
		in.Request.Trusted, in.Request.ReferTo = rapid.Bool().Draw(t, "trusted"), rapid.SampledFrom([]string{"", "sip:x@y"}).Draw(t, "refer-to")
		if rapid.IntRange(0, 5).Draw(t, "no tag") == 0 {
			in.Request.ToTag = ""
		}
		return in
	case 6:
		return CancelReceived{Tx: ServerTx(rapid.IntRange(1, int(*serverTx)).Draw(t, "cancelled"))}
	case 7:
		id := TimerID(rapid.IntRange(0, int(timerCount)).Draw(t, "timer"))
		gen := j.timers[id]
		if rapid.IntRange(0, 4).Draw(t, "stale") > 0 {
			delete(j.timers, id)
		} else {
			gen--
		}
		return TimerFired{id, gen}
	case 8:
		return Failed{Tx: tx, Timeout: rapid.Bool().Draw(t, "timeout")}
	}
	return rapid.SampledFrom([]Input{
		Ring{}, Ring{Early: true}, Accept{}, Reject{486}, Redirect{"sip:x@far"}, Hold{true}, Hold{false},
		Transfer{"sip:x@y"}, Refresh{}, Replace{}, ReferProgress{Status: 180}, ReferProgress{Status: 200, Over: true}, Hangup{}, dial, MediaDone{Seq: 3}, nil,
	}).Draw(t, "command")
}

func drawSession(t *rapid.T) SessionTimer {
	interval := rapid.SampledFrom([]time.Duration{0, 0, time.Second, 90 * time.Second, time.Hour, 1 << 60})
	return SessionTimer{
		Expires: interval.Draw(t, "expires"), Min: interval.Draw(t, "min"),
		Refresher: rapid.SampledFrom([]string{"", "uac", "uas", "x"}).Draw(t, "refresher"),
	}
}

// wind lets a Machine come to its end: a person hangs up, then only time passes.
func wind(t *rapid.T, j *judge, machine *Machine, step func(Input)) {
	step(Hangup{})
	if j.terminated != 1 {
		t.Fatalf("Terminated %d times after Hangup", j.terminated)
	}
	for range 200 {
		if j.done > 0 {
			break
		}
		if len(j.timers) == 0 {
			t.Fatal("not Done, and no timer will ever fire")
		}
		for id, gen := range j.timers {
			if id == TimerResend && len(j.timers) > 1 {
				continue
			}
			delete(j.timers, id)
			step(TimerFired{id, gen})
			break
		}
	}
	if j.done != 1 || machine.Busy() {
		t.Fatalf("Done %d times", j.done)
	}
	step(req(99, "BYE", 99, ""))
	if j.last[99].Status != 481 {
		t.Fatal("a BYE after Done")
	}
}
