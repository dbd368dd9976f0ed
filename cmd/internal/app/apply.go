package app

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"offhook/provisioning"
	"offhook/ua"
)

var _ provisioning.Applier = (*App)(nil)

// Apply makes the phone work as a document says. What would interrupt a call
// waits for its end.
func (a *App) Apply(ctx context.Context, doc provisioning.Document, changes []provisioning.Change) error {
	if a.interrupts(doc, changes) && !a.calls.idle() {
		return provisioning.ErrLater
	}
	config, err := phoneConfig(doc)
	if err != nil {
		return err
	}
	a.calls.use(doc)
	accounts := doc.SIPAccounts()
	if err := patiently(ctx, func() error { return a.agent.SetAccounts(accounts) }); err != nil {
		return err
	}
	a.accounts = accounts
	a.bindings.use(accounts)
	a.teller.use(doc)
	a.logHost.Use(logTarget(doc))
	a.pushing.use(doc)
	a.pages.use(doc)
	a.phonebooks.use(doc)
	a.renewal.use(doc, a.device, a.manager.Status().InForce.URL, a.cfg.Agent.Access())
	if err := a.listen(ctx, doc); err != nil {
		return err
	}
	if provisioning.Restarts(changes, provisioning.RestartAgent) {
		if err := patiently(ctx, a.agent.NetworkChanged); err != nil {
			return err
		}
	}
	if a.cfg.Level != nil {
		a.cfg.Level.Set(a.level(doc))
	}
	a.desk.do(ctx, func() {
		a.desk.zone = zoneOf(doc)
		a.desk.door.use(doc)
		a.desk.sound.use(doc)
	})
	post(ctx, a.desk.inbox, config)
	return nil
}

// interrupts reports whether a document would be heard in a call: by what its
// changes say, or because keys watch others and their account begins anew.
func (a *App) interrupts(doc provisioning.Document, changes []provisioning.Change) bool {
	return interrupts(changes) || !slices.Equal(doc.SIPAccounts(), a.accounts)
}

// interrupts reports whether any change would be heard in a call.
func interrupts(changes []provisioning.Change) bool {
	for _, c := range changes {
		if c.Restart != provisioning.RestartNone {
			return true
		}
	}
	return false
}

// patiently repeats a command while the agent is busy.
func patiently(ctx context.Context, command func() error) error {
	for {
		err := command()
		if !errors.Is(err, ua.ErrBusy) {
			return err
		}
		select {
		case <-time.After(50 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// level is the document's, or the agent's own until a document says.
func (a *App) level(doc provisioning.Document) slog.Level {
	own := levelOf(a.cfg.Agent.Log.Level, slog.LevelInfo)
	if !doc.Given("log.level") {
		return own
	}
	return levelOf(doc.Log.Level, own)
}

func levelOf(name string, otherwise slog.Level) slog.Level {
	var l slog.Level
	if l.UnmarshalText([]byte(name)) != nil {
		return otherwise
	}
	return l
}
