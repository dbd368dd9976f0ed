package uatest

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"go.uber.org/goleak"

	"offhook/ua"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// witness collects what a strict fake says of its use.
type witness struct {
	testing.TB
	said []string
}

func (w *witness) Helper()                   {}
func (w *witness) Error(args ...any)         { w.said = append(w.said, fmt.Sprint(args...)) }
func (w *witness) Errorf(f string, a ...any) { w.said = append(w.said, fmt.Sprintf(f, a...)) }

func TestAgent_keeps_the_contract(t *testing.T) {
	agent := NewAgent(t, 16)
	if _, err := agent.Invite("a", "600"); !errors.Is(err, ua.ErrNoAccount) {
		t.Errorf("Invite without accounts: %v", err)
	}
	if err := agent.SetAccounts([]ua.Account{{ID: "a"}}); err != nil {
		t.Fatal(err)
	}
	id, err := agent.Invite("a", "600")
	if err != nil {
		t.Fatal(err)
	}
	ringing := agent.Ring("a", ua.Party{User: "1002"})
	if ringing.ID != id+1 || !ringing.Incoming {
		t.Errorf("an incoming call %+v", ringing)
	}
	if err := agent.Answer(ringing.ID); err != nil {
		t.Error(err)
	}
	agent.Fail(ua.ErrBusy)
	if err := agent.Hangup(id); !errors.Is(err, ua.ErrBusy) {
		t.Errorf("told to fail: %v", err)
	}
	agent.Change(ringing.ID, func(c *ua.Call) { c.State = ua.Terminated })
	if err := agent.Hangup(ringing.ID); !errors.Is(err, ua.ErrNoCall) {
		t.Errorf("a call that is over: %v", err)
	}
	for _, want := range []string{"SetAccounts", "Invite", "Answer"} {
		if got := <-agent.Commands(); got.Name != want {
			t.Errorf("command %q, want %q", got.Name, want)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := agent.Run(ctx); err != nil {
		t.Error(err)
	}
	if err := agent.Hangup(id); !errors.Is(err, ua.ErrClosed) {
		t.Errorf("after the end: %v", err)
	}
}

func TestAgent_says_when_it_is_told_wrongly(t *testing.T) {
	w := &witness{TB: t}
	agent := NewAgent(w, 1)
	call := ua.Call{ID: 1, State: ua.Terminated}
	agent.Tell(ua.CallChanged{Call: call})
	agent.Tell(ua.CallChanged{Call: call}) // again, and nobody reads
	if len(w.said) != 2 {
		t.Errorf("said %q", w.said)
	}
}

func TestSession_holds(t *testing.T) {
	a, b := NewSession(t), NewSession(t)
	for _, test := range []struct{ aHolds, bSees bool }{{false, false}, {true, true}, {false, false}} {
		offer, err := a.Offer(test.aHolds)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := b.Answer(offer)
		if err != nil {
			t.Fatal(err)
		}
		if err := a.Accept(answer); err != nil {
			t.Fatal(err)
		}
		if b.RemoteHold() != test.bSees || a.RemoteHold() {
			t.Errorf("%+v: a sees %v, b sees %v", test, a.RemoteHold(), b.RemoteHold())
		}
	}
}

func TestSession_says_when_it_is_used_wrongly(t *testing.T) {
	w := &witness{TB: t}
	s := NewSession(w)
	_, _ = s.Offer(false)
	_, _ = s.Offer(false)
	_ = s.Close()
	_ = s.Close()
	if len(w.said) != 2 {
		t.Errorf("said %q", w.said)
	}
}
