package subscription

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"offhook/ua/refresh"
)

type rig struct {
	machine Machine
	tx      Tx
	gen     uint32
	timer   bool
	after   time.Duration
	lines   []string
}

func newRig() *rig { return &rig{machine: New(Config{Seed: 2})} }

func (r *rig) feed(in any) {
	switch f := in.(type) {
	case func(*rig) Input:
		r.step(f(r))
	case []any:
		for _, each := range f {
			r.feed(each)
		}
	case Input:
		r.step(f)
	}
}

func (r *rig) step(in Input) {
	if fired, ok := in.(TimerFired); ok && fired.Gen == r.gen {
		r.timer = false
	}
	var actions []Action
	r.machine, actions = r.machine.Step(in)
	for _, a := range actions {
		switch a := a.(type) {
		case Send:
			r.tx = a.Tx
			r.lines = append(r.lines, strings.TrimSpace(fmt.Sprintf("send %v %s %s", a.Expires, a.Dialog.Tag, a.Content.Body)))
		case Reply:
			r.lines = append(r.lines, fmt.Sprintf("reply %d", a.Status))
		case Notification:
			r.lines = append(r.lines, string(a.Body))
		case Changed:
			r.lines = append(r.lines, map[bool]string{true: "active", false: "lost"}[a.Active])
			if !a.Active && a.Cause == "" {
				r.lines = append(r.lines, "without a cause")
			}
		case StartTimer:
			r.gen, r.after, r.timer = a.Gen, a.After, true
		case StopTimer:
			r.timer = false
		case Done:
			r.lines = append(r.lines, "done")
		}
	}
}

func answer(status int, expires time.Duration) func(*rig) Input {
	return func(r *rig) Input {
		return Responded{r.tx, Response{
			Status: status, Dialog: Dialog{Tag: "far", Target: "sip:far"}, Expires: expires,
			HasExpires: expires > 0, MinExpires: expires,
		}}
	}
}

func notify(cseq uint32, tag, state string) Notified {
	return Notified{1, Notify{CSeq: cseq, Dialog: Dialog{Tag: tag, Target: "sip:n"}, Event: "message-summary", State: state, Body: []byte("body")}}
}

var (
	quiet = func(r *rig) Input { return Failed{Tx: r.tx, Timeout: true} }
	fire  = func(r *rig) Input { return TimerFired{r.gen} }
)

func TestStep(t *testing.T) {
	active := []any{Start{}, answer(200, time.Hour), notify(1, "far", "active")}
	turns := []any{active, Refetch{}, answer(200, time.Hour), Refetch{}, answer(200, time.Hour), Refetch{}, answer(200, time.Hour)}
	dnd := Tell{Content{"text/plain", []byte("dnd")}}
	const minute = time.Minute
	for _, c := range []struct {
		arrow    string
		given    []any
		when     any
		want     string
		from, to time.Duration
	}{
		{"idle: Start -> SUBSCRIBE", nil, Start{}, "send 1h0m0s", 0, 0},
		{"idle: NOTIFY -> 481", nil, notify(1, "far", "active"), "reply 481", 0, 0},
		{"idle: Stop -> done", nil, Stop{}, "done", 0, 0},
		{"subscribing: 200 -> active, Timer N", []any{Start{}}, answer(200, time.Hour), "active", 32 * time.Second, 32 * time.Second},
		{"subscribing: 202 -> active", []any{Start{}}, answer(202, 2*minute), "active", 54 * time.Second, minute},
		{"subscribing: NOTIFY, then 200 -> active", []any{Start{}, notify(1, "far", "active")}, answer(200, time.Hour), "active", 56 * minute, 59 * minute},
		{"silent: NOTIFY -> refresh in time", []any{Start{}, answer(200, time.Hour)}, notify(1, "far", "active"), "reply 200; body", 55 * minute, 59 * minute},
		{"silent: pending -> stands", []any{Start{}, answer(200, time.Hour)}, notify(1, "far", "pending;expires=600"), "reply 200; body", 8 * minute, 9 * minute},
		{"silent: nothing -> lost", []any{Start{}, answer(200, time.Hour)}, fire, "lost", 15 * time.Second, 30 * time.Second},
		{"a short one, silent: nothing -> lost", []any{Start{}, answer(200, minute)}, fire, "lost", 15 * time.Second, 30 * time.Second},
		{"subscribing: NOTIFY before the 200 -> taken", []any{Start{}}, notify(1, "far", "active;expires=60"), "reply 200; body", 0, 0},
		{"subscribing: 489 -> slowly", []any{Start{}}, answer(489, 0), "lost", 15 * minute, 30 * minute},
		{"subscribing: 403 -> slowly", []any{Start{}}, answer(403, 0), "lost", 15 * minute, 30 * minute},
		{"slowly again -> more slowly", []any{Start{}, answer(489, 0), fire}, answer(489, 0), "lost", 30 * minute, 60 * minute},
		{"subscribing: 503 -> later", []any{Start{}}, answer(503, 0), "lost", 15 * time.Second, 30 * time.Second},
		{"subscribing: no response -> later", []any{Start{}}, quiet, "lost", 15 * time.Second, 30 * time.Second},
		{"subscribing: 423 -> asks for more", []any{Start{}}, answer(423, 2*time.Hour), "send 2h0m0s", 0, 0},
		{"subscribing: 423 for ever -> slowly", []any{Start{}, answer(423, 0), answer(423, 0), answer(423, 0)}, answer(423, 0), "lost", 15 * minute, 30 * minute},
		{"subscribing: Stop, then 200 -> unsubscribes", []any{Start{}, Stop{}}, answer(200, time.Hour), "send 0s far", 2 * time.Second, 2 * time.Second},
		{"subscribing: Stop, then 403 -> done", []any{Start{}, Stop{}}, answer(403, 0), "done", 0, 0},
		{"active: refresh -> in the dialog", active, fire, "send 1h0m0s far", 0, 0},
		{"refreshing: 200 -> nothing told", []any{active, fire}, answer(200, time.Hour), "", 56 * minute, 59 * minute},
		{"refreshing: 481 -> anew, soon", []any{active, fire}, answer(481, 0), "lost", 0, 2 * time.Second},
		{"refreshing: 480 -> anew, soon", []any{active, fire}, answer(480, 0), "lost", 0, 2 * time.Second},
		{"refreshing: 503 -> again, it still stands", []any{active, fire}, answer(503, 0), "", 15 * time.Second, 30 * time.Second},
		{"refreshing: no response -> again, it still stands", []any{active, fire}, quiet, "", 15 * time.Second, 30 * time.Second},
		{"refreshing: 503, then -> in the dialog", []any{active, fire, answer(503, 0)}, fire, "send 1h0m0s far", 0, 0},
		{"refreshing: 503 until it is over -> lost", []any{active, notify(2, "far", "active;expires=20"), fire}, answer(503, 0), "lost", 15 * time.Second, 30 * time.Second},
		{"refreshing: 423 -> asks for more", []any{active, fire}, answer(423, 2*time.Hour), "send 2h0m0s far", 0, 0},
		{"refreshing: 481, then -> a new dialog", []any{active, fire, answer(481, 0)}, fire, "send 1h0m0s", 0, 0},
		{"active: NOTIFY -> told", active, notify(2, "far", "active"), "reply 200; body", 56 * minute, 59 * minute},
		{"active: NOTIFY with less time -> refresh sooner", active, notify(2, "far", "active;expires=60"), "reply 200; body", 27 * time.Second, 30 * time.Second},
		{"active: NOTIFY of another fork -> 481", active, notify(1, "b", "active"), "reply 481", 56 * minute, 59 * minute},
		{"active: NOTIFY out of order -> 500", []any{active, notify(5, "far", "active")}, notify(4, "far", "active"), "reply 500", 56 * minute, 59 * minute},
		{"active: NOTIFY of another event -> 489", active, Notified{1, Notify{Event: "dialog"}}, "reply 489", 56 * minute, 59 * minute},
		{"active: deactivated -> anew, soon", active, notify(2, "far", "terminated;reason=deactivated"), "reply 200; body; lost", 0, 2 * time.Second},
		{"active: timeout -> anew, soon", active, notify(2, "far", "terminated; reason=Timeout"), "reply 200; body; lost", 0, 2 * time.Second},
		{"active: rejected -> never again", active, notify(2, "far", "terminated;reason=rejected"), "reply 200; body; lost", 0, 0},
		{"active: rejected, with a time that has no meaning -> never again", active, notify(2, "far", "terminated;reason=rejected;retry-after=5"), "reply 200; body; lost", 0, 0},
		{"active: noresource -> never again", active, notify(2, "far", "terminated;reason=noresource"), "reply 200; body; lost", 0, 0},
		{"active: invariant -> what was told stands", active, notify(2, "far", "terminated;reason=invariant"), "reply 200; body", 0, 0},
		{"refreshing: rejected -> never again, the response is void", []any{active, fire, notify(2, "far", "terminated;reason=rejected")}, answer(200, time.Hour), "", 0, 0},
		{"rejected: the timer that was -> nothing", []any{active, notify(2, "far", "terminated;reason=rejected")}, fire, "", 0, 0},
		{"rejected: NOTIFY -> 481", []any{active, notify(2, "far", "terminated;reason=rejected")}, notify(3, "far", "active"), "reply 481", 0, 0},
		{"rejected: something to tell -> it waits", []any{active, notify(2, "far", "terminated;reason=rejected")}, dnd, "", 0, 0},
		{"rejected: another network -> anew", []any{active, notify(2, "far", "terminated;reason=rejected")}, Afresh{}, "send 1h0m0s", 0, 0},
		{"rejected: Stop -> done", []any{active, notify(2, "far", "terminated;reason=rejected")}, Stop{}, "done", 0, 0},
		{"active: giveup without a time -> later", active, notify(2, "far", "terminated;reason=giveup"), "reply 200; body; lost", 15 * time.Second, 30 * time.Second},
		{"active: probation without a time -> later", active, notify(2, "far", "terminated;reason=probation"), "reply 200; body; lost", 15 * time.Second, 30 * time.Second},
		{"active: an unknown reason -> as told", active, notify(2, "far", "terminated;reason=lunch;retry-after=60"), "reply 200; body; lost", time.Minute, 67 * time.Second},
		{"invariant: network changed -> anew", []any{active, notify(2, "far", "terminated;reason=invariant")}, Afresh{}, "send 1h0m0s", 0, 0},
		{"active: giveup -> as told", active, notify(2, "far", "terminated;reason=giveup;retry-after=10"), "reply 200; body; lost", 10 * time.Second, 12 * time.Second},
		{"refreshing: terminated -> anew, the response is void", []any{active, fire, notify(2, "far", "terminated;reason=timeout")}, answer(200, time.Hour), "", 0, 2 * time.Second},
		{"active: a gap -> asks for all", active, Refetch{}, "send 1h0m0s far", 0, 0},
		{"active: a gap while it refreshes -> nothing", []any{active, fire}, Refetch{}, "", 0, 0},
		{"active: gaps again and again -> anew, later", turns, Refetch{}, "lost", 15 * time.Second, 30 * time.Second},
		{"active: something to tell -> in the dialog", active, dnd, "send 1h0m0s far dnd", 0, 0},
		{"telling: 200 -> told", []any{active, dnd, answer(200, time.Hour)}, fire, "send 1h0m0s far", 0, 0},
		{"telling: 503 -> told again", []any{active, dnd, answer(503, 0)}, fire, "send 1h0m0s far dnd", 0, 0},
		{"telling: 403 -> not again", []any{active, dnd, answer(403, 0), fire, answer(200, time.Hour)}, fire, "lost", 15 * time.Second, 20 * time.Hour},
		{"subscribing: something to tell -> after the 200", []any{Start{}, dnd}, answer(200, time.Hour), "active; send 1h0m0s far dnd", 0, 0},
		{"telling: something else to tell -> after the 200", []any{active, dnd, dnd}, answer(200, time.Hour), "send 1h0m0s far dnd", 0, 0},
		{"active: probation -> as told", active, notify(2, "far", "terminated;reason=probation;retry-after=100"), "reply 200; body; lost", 100 * time.Second, 111 * time.Second},
		{"active: terminated without a reason -> later", active, notify(2, "far", "terminated"), "reply 200; body; lost", 15 * time.Second, 30 * time.Second},
		{"active: network changed -> a new dialog", active, Afresh{}, "send 1h0m0s", 0, 0},
		{"active: Stop -> unsubscribes", active, Stop{}, "send 0s far", 2 * time.Second, 2 * time.Second},
		{"unsubscribing: the last NOTIFY -> 200", []any{active, Stop{}}, notify(2, "far", "terminated"), "reply 200", 2 * time.Second, 2 * time.Second},
		{"unsubscribing: 200 -> done", []any{active, Stop{}}, answer(200, 0), "done", 0, 0},
		{"unsubscribing: too long -> done", []any{active, Stop{}}, fire, "done", 0, 0},
		{"lost: Stop -> done", []any{Start{}, quiet}, Stop{}, "done", 0, 0},
		{"done: NOTIFY -> 481", []any{Stop{}}, notify(1, "far", "active"), "reply 481", 0, 0},
	} {
		t.Run(c.arrow, func(t *testing.T) {
			r := newRig()
			r.feed(c.given)
			r.lines = nil
			r.feed(c.when)
			if got := strings.Join(r.lines, "; "); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
			if r.timer != (c.to > 0) || r.timer && (r.after < c.from || r.after > c.to) {
				t.Errorf("timer %v after %v", r.timer, r.after)
			}
		})
	}
}

// A server that ends each subscription at once is not asked in a tight circle.
func TestStep_deactivated_again_and_again(t *testing.T) {
	r := newRig()
	r.step(Start{})
	var slowest time.Duration
	for range 10 {
		r.feed(answer(200, time.Hour))
		r.step(notify(2, "far", "terminated;reason=deactivated"))
		slowest = max(slowest, r.after)
		r.feed(fire)
	}
	if slowest < time.Minute {
		t.Errorf("at most %v between attempts", slowest)
	}
}

func TestStep_never_stands_still(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := newRig()
		r.step(Start{})
		for range rapid.IntRange(0, 50).Draw(t, "steps") {
			status := rapid.SampledFrom([]int{0, 200, 202, 403, 423, 481, 489, 503}).Draw(t, "status")
			expires := time.Duration(rapid.Int64Range(-1, 1<<44).Draw(t, "expires"))
			state := rapid.SampledFrom([]string{"", "active;expires=5", "terminated;reason=deactivated", "terminated;reason=rejected", "terminated"}).Draw(t, "state")
			r.feed(rapid.SampledFrom([]any{
				answer(status, expires), answer(200, time.Hour), quiet, fire, Afresh{}, Stop{}, Start{}, TimerFired{99}, Refetch{}, Tell{Content{"a/b", []byte("x")}},
				notify(uint32(rapid.IntRange(0, 9).Draw(t, "cseq")), "far", state), notify(1, "b", state),
			}).Draw(t, "input"))
			done := slices.Contains(r.lines, "done")
			if done == (r.timer || r.machine.tx.Busy() || r.machine.phase == phaseRefused) {
				t.Fatalf("done %v, timer %v, phase %d after %v", done, r.timer, r.machine.phase, r.lines)
			}
		}
		r.step(Stop{})
		if r.timer {
			r.feed(fire)
		}
		if !slices.Contains(r.lines, "done") {
			t.Fatalf("%v", r.lines)
		}
	})
}

func TestStep_once(t *testing.T) {
	for _, c := range []struct {
		arrow string
		given []any
		want  string
	}{
		{"200, NOTIFY -> done", []any{answer(200, 0), notify(1, "far", "terminated;reason=timeout")}, "reply 200; body; done"},
		{"NOTIFY before the 200 -> done", []any{notify(1, "far", "terminated")}, "reply 200; body; done"},
		{"200, nothing -> done, with a cause", []any{answer(202, 0), fire}, "lost; done"},
		{"489 -> done, with a cause", []any{answer(489, 0)}, "lost; done"},
		{"no response -> done, with a cause", []any{quiet}, "lost; done"},
		{"Stop -> done", []any{Stop{}}, "done"},
	} {
		t.Run(c.arrow, func(t *testing.T) {
			r := &rig{machine: New(Config{Once: true})}
			r.step(Start{})
			if r.lines[0] != "send 0s" {
				t.Error(r.lines)
			}
			r.lines = nil
			r.feed(c.given)
			if got := strings.Join(r.lines, "; "); got != c.want || r.timer {
				t.Errorf("got %s, want %s; timer %v", got, c.want, r.timer)
			}
		})
	}
}

func TestTell_is_bounded(t *testing.T) {
	r := newRig()
	r.step(Start{})
	for range 100 {
		r.step(Tell{Content{"a/b", []byte("x")}})
	}
	if len(r.machine.news) != maxNews {
		t.Errorf("%d wait", len(r.machine.news))
	}
}

func FuzzState(f *testing.F) {
	f.Add("dialog;id=1", "active;expires=60;reason=x")
	f.Add("dialog", "terminated;reason=probation;retry-after=4294967295")
	f.Fuzz(func(t *testing.T, event, state string) {
		m, _ := New(Config{Event: "dialog"}).Step(Start{})
		_, actions := m.Step(Notified{1, Notify{CSeq: 1, Dialog: Dialog{Tag: "t"}, Event: event, State: state}})
		for _, a := range actions {
			if timer, ok := a.(StartTimer); ok && (timer.After < 0 || timer.After > refresh.Longest) {
				t.Errorf("after %v", timer.After)
			}
		}
	})
}
