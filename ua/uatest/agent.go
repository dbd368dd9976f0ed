package uatest

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"offhook/ua"
)

var _ ua.Agent = (*Agent)(nil)

// Command is what an Agent was told to do.
type Command struct {
	Name     string // Invite, Pickup, Redirect, SendMessage, Ringing, Answer, Reject, Hold, Reoffer, Transfer, TransferTo, SendDigit, Hangup, Withdraw or SetAccounts
	Account  ua.AccountID
	Call     ua.CallID
	Consult  ua.CallID // of TransferTo
	Target   ua.Target
	Status   int
	Digit    rune          // of SendDigit
	Duration time.Duration // of SendDigit
	On       bool
	Accounts []ua.Account
	Options  ua.InviteOptions // of Invite
	Dialog   ua.DialogRef     // of Pickup
	Why      ua.Diversion     // of Redirect
	Text     string           // of SendMessage
	Feature  ua.FeatureState  // of SetFeature
}

// Agent is a fake ua.Agent: it notes commands and tells the events that a test
// gives it. Commands to calls that it was never told of give ua.ErrNoCall, as
// from a real one.
type Agent struct {
	tb       testing.TB
	events   chan ua.Event
	commands chan Command

	mu          sync.Mutex
	accounts    map[ua.AccountID]ua.Account
	calls       map[ua.CallID]ua.Call
	last        ua.CallID
	lastMessage ua.MessageID
	fail        error
	running     bool
	closed      bool
}

// NewAgent makes an Agent that has room for as many events and commands.
func NewAgent(tb testing.TB, room int) *Agent {
	return &Agent{
		tb: tb, events: make(chan ua.Event, room), commands: make(chan Command, room),
		accounts: map[ua.AccountID]ua.Account{}, calls: map[ua.CallID]ua.Call{},
	}
}

// Commands are the commands that were accepted, in order.
func (a *Agent) Commands() <-chan Command { return a.commands }

// Fail lets the next command return this error, as ua.ErrBusy.
func (a *Agent) Fail(err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.fail = err
}

// Tell gives an event. A call that it tells of is known from then on, until it
// is told to be Terminated; telling of it again after that fails the test.
func (a *Agent) Tell(event ua.Event) {
	a.tb.Helper()
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed {
		a.tb.Errorf("uatest: %T after Run has returned", event)
		return
	}
	if changed, ok := event.(ua.CallChanged); ok {
		a.note(changed.Call)
	}
	select {
	case a.events <- event:
	default:
		a.tb.Errorf("uatest: no room for %T: nobody reads the events", event)
	}
}

func (a *Agent) note(call ua.Call) {
	a.tb.Helper()
	if _, known := a.calls[call.ID]; !known {
		if call.ID <= a.last {
			a.tb.Errorf("uatest: call %d was used before, or is not the next", call.ID)
		}
		a.last = call.ID
	}
	a.calls[call.ID] = call
	if call.State == ua.Terminated {
		delete(a.calls, call.ID)
	}
}

// Ring is a shorthand: an incoming call. It returns its snapshot.
func (a *Agent) Ring(account ua.AccountID, from ua.Party) ua.Call {
	a.tb.Helper()
	a.mu.Lock()
	call := ua.Call{ID: a.last + 1, Account: account, Incoming: true, State: ua.Proceeding, Remote: from}
	a.mu.Unlock()
	a.Tell(ua.CallChanged{Call: call})
	return call
}

// Change is a shorthand: the call as it was told last, changed.
func (a *Agent) Change(id ua.CallID, change func(*ua.Call)) ua.Call {
	a.tb.Helper()
	a.mu.Lock()
	call, ok := a.calls[id]
	a.mu.Unlock()
	if !ok {
		a.tb.Errorf("uatest: no call %d", id)
	}
	change(&call)
	a.Tell(ua.CallChanged{Call: call})
	return call
}

// Invite implements ua.Agent.
func (a *Agent) Invite(account ua.AccountID, target ua.Target) (ua.CallID, error) {
	return a.InviteWith(account, target, ua.InviteOptions{})
}

func (a *Agent) invite(command Command) (ua.CallID, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if _, ok := a.accounts[command.Account]; !ok {
		return 0, ua.ErrNoAccount
	}
	if command.Target == "" {
		return 0, ua.ErrTarget
	}
	command.Call = a.last + 1
	if err := a.accept(command); err != nil {
		return 0, err
	}
	a.last = command.Call
	a.calls[a.last] = ua.Call{ID: a.last, Account: command.Account}
	return a.last, nil
}

// Ringing implements ua.Agent.
func (a *Agent) Ringing(id ua.CallID) error { return a.onCall(Command{Name: "Ringing", Call: id}) }

// Answer implements ua.Agent.
func (a *Agent) Answer(id ua.CallID) error { return a.onCall(Command{Name: "Answer", Call: id}) }

// Reject implements ua.Agent.
func (a *Agent) Reject(id ua.CallID, status int) error {
	if status < 300 || status > 699 {
		return fmt.Errorf("uatest: a call is rejected with 300 to 699, not %d", status)
	}
	return a.onCall(Command{Name: "Reject", Call: id, Status: status})
}

// Hold implements ua.Agent.
func (a *Agent) Hold(id ua.CallID, on bool) error {
	return a.onCall(Command{Name: "Hold", Call: id, On: on})
}

// Reoffer implements ua.Agent.
func (a *Agent) Reoffer(id ua.CallID) error {
	return a.onCall(Command{Name: "Reoffer", Call: id})
}

// Transfer implements ua.Agent.
func (a *Agent) Transfer(id ua.CallID, target ua.Target) error {
	return a.onCall(Command{Name: "Transfer", Call: id, Target: target})
}

// TransferTo implements ua.Agent.
func (a *Agent) TransferTo(id, consult ua.CallID) error {
	a.mu.Lock()
	_, known := a.calls[consult]
	a.mu.Unlock()
	if !known {
		return ua.ErrNoCall
	}
	if id == consult {
		return ua.ErrTarget
	}
	return a.onCall(Command{Name: "TransferTo", Call: id, Consult: consult})
}

// SendDigit implements ua.Agent.
func (a *Agent) SendDigit(id ua.CallID, digit rune, duration time.Duration) error {
	return a.onCall(Command{Name: "SendDigit", Call: id, Digit: digit, Duration: duration})
}

// Hangup implements ua.Agent.
func (a *Agent) Hangup(id ua.CallID) error { return a.onCall(Command{Name: "Hangup", Call: id}) }

// Withdraw implements ua.Caller.
func (a *Agent) Withdraw(id ua.CallID) error { return a.onCall(Command{Name: "Withdraw", Call: id}) }

// SetFeature implements ua.Agent.
func (a *Agent) SetFeature(account ua.AccountID, feature ua.FeatureState) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if _, ok := a.accounts[account]; !ok {
		return ua.ErrNoAccount
	}
	return a.accept(Command{Name: "SetFeature", Account: account, Feature: feature})
}

// SetAccounts implements ua.Agent.
func (a *Agent) SetAccounts(accounts []ua.Account) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := a.accept(Command{Name: "SetAccounts", Accounts: append([]ua.Account(nil), accounts...)}); err != nil {
		return err
	}
	clear(a.accounts)
	for _, account := range accounts {
		a.accounts[account.ID] = account
	}
	return nil
}

func (a *Agent) onCall(command Command) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if _, ok := a.calls[command.Call]; !ok {
		return ua.ErrNoCall
	}
	return a.accept(command)
}

func (a *Agent) accept(command Command) error {
	if a.closed {
		return ua.ErrClosed
	}
	if err := a.fail; err != nil {
		a.fail = nil
		return err
	}
	select {
	case a.commands <- command:
		return nil
	default:
		return ua.ErrBusy
	}
}

// Events implements ua.Agent.
func (a *Agent) Events() <-chan ua.Event { return a.events }

// Run implements ua.Agent.
func (a *Agent) Run(ctx context.Context) error {
	a.mu.Lock()
	if a.running {
		a.tb.Error("uatest: Run twice")
	}
	a.running = true
	a.mu.Unlock()
	<-ctx.Done()
	a.mu.Lock()
	defer a.mu.Unlock()
	a.closed = true
	close(a.events)
	return nil
}
