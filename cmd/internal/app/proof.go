package app

import (
	"context"
	"time"

	"offhook/provisioning"
	"offhook/ua"
)

var _ provisioning.Prover = (*App)(nil)

// proofTime is what the parts of the program may take to answer.
const proofTime = 2 * time.Second

// Ready tells whether a document can be applied now.
func (a *App) Ready(doc provisioning.Document, changes []provisioning.Change) error {
	if a.interrupts(doc, changes) && !a.calls.idle() {
		return provisioning.ErrLater
	}
	return nil
}

// Vitals tells how the phone is, while a new document is on trial: the three
// owners have to take a turn, as for the watchdog.
func (a *App) Vitals(ctx context.Context) provisioning.Vitals {
	v := provisioning.Vitals{Busy: !a.calls.idle()}
	for _, account := range a.bindings.list() {
		if account.State == ua.Registered.String() {
			v.Registered = append(v.Registered, ua.AccountID(account.ID))
		}
	}
	ctx, cancel := context.WithTimeout(ctx, proofTime)
	defer cancel()
	before := a.engine.Steps()
	switch {
	case a.desk.ping(ctx) != nil:
		v.Stuck = "the phone does not answer"
	case a.agent.Ping(ctx) != nil:
		v.Stuck = "the user agent does not answer"
	case !stepped(ctx, a.engine.Steps, before):
		v.Stuck = "no sound moves"
	}
	return v
}

// stepped waits until the engine has taken a step; one whose device rests takes
// them seldom.
func stepped(ctx context.Context, steps func() uint64, before uint64) bool {
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for steps() == before {
		select {
		case <-ctx.Done():
			return false
		case <-look.C:
		}
	}
	return true
}
