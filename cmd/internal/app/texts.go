package app

import (
	"context"
	"errors"
	"fmt"

	"offhook/cmd/internal/localapi"
	"offhook/cmd/internal/phone"
	"offhook/ua"
)

// texts are the messages whose end somebody waits for. The desk's goroutine owns
// them, so no end comes before its wait has begun.
type texts map[ua.MessageID]chan<- ua.MessageSent

func (t texts) observe(e ua.MessageSent) {
	if waiting, ok := t[e.ID]; ok {
		waiting <- e
		delete(t, e.ID)
	}
}

// Message sends a text and tells what became of it.
func (a *App) Message(ctx context.Context, r localapi.MessageRequest) error {
	accounts := a.bindings.list()
	if r.Account == "" && len(accounts) > 0 {
		r.Account = accounts[0].ID
	}
	if !hasAccount(accounts, r.Account) {
		return errors.New("there is no account " + r.Account + " (offhook status lists them)")
	}
	sent, refused := make(chan ua.MessageSent, 1), make(chan error, 1)
	a.desk.do(ctx, func() {
		id, err := a.agent.SendMessage(ua.AccountID(r.Account), ua.Target(r.Target), r.Text)
		if err != nil {
			refused <- err
			return
		}
		a.texts[id] = sent
	})
	select {
	case err := <-refused:
		return err
	case e := <-sent:
		if e.Reason != "" {
			return fmt.Errorf("the message to %s was not delivered: %s", r.Target, e.Reason)
		}
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// DoNotDisturb begins or ends it.
func (a *App) DoNotDisturb(ctx context.Context, r localapi.Switch) error {
	post(ctx, a.desk.inbox, phone.RemoteDND(r))
	return ctx.Err()
}

// Forward sends every call elsewhere, or ends that.
func (a *App) Forward(ctx context.Context, r localapi.ForwardRequest) error {
	post(ctx, a.desk.inbox, phone.RemoteForward{Number: r.Target})
	return ctx.Err()
}
