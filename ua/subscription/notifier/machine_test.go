package notifier

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

type rig struct {
	machine Machine
	tx      Tx
	gens    map[TimerID]uint32
	after   map[TimerID]time.Duration
	lines   []string
}

func newRig() *rig {
	return &rig{machine: New(Config{}), gens: map[TimerID]uint32{}, after: map[TimerID]time.Duration{}}
}

func (r *rig) step(in Input) {
	if fired, ok := in.(TimerFired); ok {
		delete(r.after, fired.ID)
	}
	var actions []Action
	r.machine, actions = r.machine.Step(in)
	for _, a := range actions {
		switch a := a.(type) {
		case Reply:
			r.lines = append(r.lines, fmt.Sprint("reply ", a.Status, " ", a.Expires))
		case Notify:
			r.tx = a.Tx
			r.lines = append(r.lines, strings.TrimSpace("notify "+a.Reason))
		case StartTimer:
			r.gens[a.ID], r.after[a.ID] = a.Gen, a.After
		case StopTimer:
			delete(r.after, a.ID)
		case Done:
			r.lines = append(r.lines, "done")
		}
	}
}

func subscribe(expires time.Duration) func(*rig) Input {
	return func(*rig) Input { return Subscribed{1, expires, true} }
}

func answered(status int) func(*rig) Input {
	return func(r *rig) Input { return Answered{r.tx, status} }
}

func fire(id TimerID) func(*rig) Input {
	return func(r *rig) Input { return TimerFired{id, r.gens[id]} }
}

func changed(*rig) Input { return Changed{} }
func stop(*rig) Input    { return Stop{"noresource"} }

type feed = func(*rig) Input

func TestStep(t *testing.T) {
	told := []feed{subscribe(time.Hour), answered(200)}
	calm := append(append([]feed{}, told...), fire(TimerPace))
	for _, c := range []struct {
		arrow string
		given []feed
		when  feed
		want  string
	}{
		{"new: SUBSCRIBE -> 200, NOTIFY", nil, subscribe(time.Hour), "reply 200 1h0m0s; notify"},
		{"new: SUBSCRIBE for a day -> an hour", nil, subscribe(24 * time.Hour), "reply 200 1h0m0s; notify"},
		{"new: SUBSCRIBE without Expires -> an hour", nil, func(*rig) Input { return Subscribed{Tx: 1} }, "reply 200 1h0m0s; notify"},
		{"new: too brief -> 423", nil, subscribe(time.Second), "reply 423 1m0s; done"},
		{"new: Expires 0 -> the state, once", nil, subscribe(0), "reply 200 0s; notify timeout"},
		{"fetched: answered -> done", []feed{subscribe(0)}, answered(200), "done"},
		{"new: Stop -> done", nil, stop, "done"},
		{"active: changed -> NOTIFY", calm, changed, "notify"},
		{"just told: changed -> waits", told, changed, ""},
		{"just told: changed, the interval is over -> NOTIFY", append(told[:2:2], changed, changed), fire(TimerPace), "notify"},
		{"telling: changed -> waits", []feed{subscribe(time.Hour)}, changed, ""},
		{"active: the interval is over -> nothing", told, fire(TimerPace), ""},
		{"telling: 481 -> done", []feed{subscribe(time.Hour)}, answered(481), "done"},
		{"telling: no answer -> done", []feed{subscribe(time.Hour)}, answered(0), "done"},
		{"active: refresh -> 200, NOTIFY", told, subscribe(10 * time.Minute), "reply 200 10m0s; notify"},
		{"active: a refresh too brief -> 423, it stands", told, subscribe(time.Second), "reply 423 1m0s"},
		{"active: Expires 0 -> the last NOTIFY", told, subscribe(0), "reply 200 0s; notify timeout"},
		{"active: expired -> the last NOTIFY", told, fire(TimerExpiry), "notify timeout"},
		{"active: Stop -> the last NOTIFY", told, stop, "notify noresource"},
		{"telling: Stop -> waits", []feed{subscribe(time.Hour)}, stop, ""},
		{"telling: Stop, answered -> the last NOTIFY", []feed{subscribe(time.Hour), stop}, answered(200), "notify noresource"},
		{"parting: answered -> done", append(told[:2:2], stop), answered(200), "done"},
		{"parting: SUBSCRIBE -> 481", append(told[:2:2], stop), subscribe(time.Hour), "reply 481 0s"},
		{"parting: changed -> nothing", append(told[:2:2], stop), changed, ""},
		{"done: SUBSCRIBE -> 481", []feed{stop}, subscribe(time.Hour), "reply 481 0s"},
	} {
		t.Run(c.arrow, func(t *testing.T) {
			r := newRig()
			for _, in := range c.given {
				r.step(in(r))
			}
			r.lines = nil
			r.step(c.when(r))
			if got := strings.Join(r.lines, "; "); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// Whatever happens, a machine that is not done waits for an answer or for the
// expiry, and a change is told in the end.
func TestStep_never_stands_still(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := newRig()
		r.step(Subscribed{1, time.Hour, true})
		for range rapid.IntRange(0, 40).Draw(t, "steps") {
			status := rapid.SampledFrom([]int{200, 200, 200, 481, 0}).Draw(t, "status")
			expires := time.Duration(rapid.IntRange(-1, 7200).Draw(t, "expires")) * time.Second
			r.step(rapid.SampledFrom([]feed{changed, answered(status), fire(TimerPace), fire(TimerExpiry), subscribe(expires), stop}).Draw(t, "input")(r))
			_, expiring := r.after[TimerExpiry]
			if done := r.machine.phase == phaseDone; done == (expiring || r.machine.tx.Busy()) {
				t.Fatalf("phase %d, timers %v, busy %v after %v", r.machine.phase, r.after, r.machine.tx.Busy(), r.lines)
			}
			if r.machine.phase == phaseActive && r.machine.dirty && !r.machine.paced && !r.machine.tx.Busy() {
				t.Fatalf("a change is not told: %v", r.lines)
			}
		}
	})
}
