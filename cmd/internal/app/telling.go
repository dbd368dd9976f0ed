package app

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"offhook/cmd/internal/webhook"
	"offhook/provisioning"
	"offhook/ua"
)

// teller makes events for web servers of what happens. What it knows of calls and
// accounts belongs to the phone's goroutine.
type teller struct {
	sender *webhook.Sender
	calls  map[ua.CallID]ua.CallState
	bound  map[ua.AccountID]ua.RegistrationState

	hash, fault string // of the configuration; the provisioning events' goroutine's
}

func newTeller(log *slog.Logger, d provisioning.Device) *teller {
	return &teller{
		sender: webhook.New(webhook.Config{Log: log, Fields: map[string]string{"mac": d.MAC, "model": d.Model}}),
		calls:  map[ua.CallID]ua.CallState{}, bound: map[ua.AccountID]ua.RegistrationState{},
	}
}

func (t *teller) tell(name string, fields map[string]string) {
	t.sender.Tell(webhook.Event{Name: name, At: time.Now(), Fields: fields})
}

// use takes the servers of a document.
func (t *teller) use(doc provisioning.Document) {
	var hooks []webhook.Hook
	for _, a := range doc.Actions {
		access := doc.ActionAccess(a)
		hooks = append(hooks, webhook.Hook{On: a.On, URL: a.URL, Method: a.Method, TLS: tlsOf(access), Username: access.Username, Password: access.Password.Reveal()})
	}
	t.sender.Use(hooks)
}

// observe hears the user agent's events, in the phone's goroutine.
func (t *teller) observe(e ua.Event) {
	switch e := e.(type) {
	case ua.RegistrationChanged:
		t.registration(e)
	case ua.CallChanged:
		t.call(e.Call)
	}
}

func (t *teller) registration(e ua.RegistrationChanged) {
	before := t.bound[e.Account]
	if e.State == ua.Registering || e.State == before {
		return // refreshed, or tried
	}
	t.bound[e.Account] = e.State
	name := map[ua.RegistrationState]string{ua.Registered: "registered", ua.Unregistered: "unregistered", ua.RegistrationFailed: "registration-failed"}[e.State]
	t.tell(name, map[string]string{"account": string(e.Account), "cause": e.Cause})
}

// call tells of a call's beginning, answer and end, each once.
func (t *teller) call(c ua.Call) {
	before, known := t.calls[c.ID]
	t.calls[c.ID] = c.State
	fields := map[string]string{"account": string(c.Account), "call": fmt.Sprint(c.ID), "remote": c.Remote.URI, "remote_name": c.Remote.DisplayName}
	if !known {
		t.tell(map[bool]string{true: "call-incoming", false: "call-outgoing"}[c.Incoming], fields)
	}
	switch {
	case c.State == ua.Confirmed && (!known || before != ua.Confirmed):
		t.tell("call-answered", fields)
	case c.State == ua.Terminated:
		delete(t.calls, c.ID)
		fields["cause"] = string(c.Cause)
		name := "call-ended"
		if !c.Answered.IsZero() {
			fields["seconds"] = fmt.Sprint(int(time.Since(c.Answered).Seconds()))
		} else if c.Incoming && (c.Cause == ua.Cancelled || c.Cause == ua.Timeout) {
			name = "call-missed"
		}
		t.tell(name, fields)
	}
}

// configured tells when another document is in force, or one was refused.
func (t *teller) configured(s provisioning.Status) {
	if s.InForce.Hash != t.hash {
		t.hash = s.InForce.Hash
		t.tell("configured", map[string]string{"cause": s.InForce.Step})
	}
	if s.Error != t.fault {
		if t.fault = s.Error; s.Error != "" {
			t.tell("configuration-failed", map[string]string{"cause": s.Error})
		}
	}
}

func (t *teller) run(ctx context.Context) error {
	t.tell("started", nil)
	return t.sender.Run(ctx)
}
