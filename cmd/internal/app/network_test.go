package app

import (
	"testing"
	"time"

	"offhook/cmd/internal/localapi"
	"offhook/cmd/internal/phone"
	"offhook/ua/netwatch"
)

// told notes what a user agent is told.
type told struct{ what string }

func (a *told) NetworkChanged() error { a.what = "all anew"; return nil }
func (a *told) RoutesChanged() error  { a.what = "what goes another way"; return nil }
func (a *told) ClockChanged() error   { a.what = "bindings"; return nil }

func TestNetwork_that_is_gone_is_shown(t *testing.T) {
	w := newWorld(t, boardFile)
	w.registered()
	w.app.reaches(t.Context(), netwatch.Event{Network: true})
	w.app.reaches(t.Context(), netwatch.Event{Down: true})
	w.view("no network", func(v phone.View) bool { return v.Status.NetworkDown && len(v.Text) == 1 && v.Text[0] == unreached })
	w.until("no network in status", func(s localapi.Status) bool { return len(s.Devices) == 1 && s.Devices[0].Part == "network" })
	w.app.reaches(t.Context(), netwatch.Event{Clock: true})
	w.view("still none", func(v phone.View) bool { return v.Status.NetworkDown })
	w.app.reaches(t.Context(), netwatch.Event{Network: true, Broken: true})
	w.view("a network", func(v phone.View) bool { return !v.Status.NetworkDown })
	w.until("a network in status", func(s localapi.Status) bool { return len(s.Devices) == 0 })
}

func TestReaction(t *testing.T) {
	for _, test := range []struct {
		event netwatch.Event
		want  string
	}{
		{netwatch.Event{Network: true, Broken: true}, "all anew"},
		{netwatch.Event{Network: true}, "what goes another way"},
		{netwatch.Event{Clock: true}, "bindings"},
		{netwatch.Event{Clock: true, Slept: time.Second}, "bindings"},
		{netwatch.Event{Clock: true, Slept: time.Hour}, "all anew"},
	} {
		var agent told
		if err := reaction(&agent, test.event)(); err != nil || agent.what != test.want {
			t.Errorf("%+v: %q, want %q", test.event, agent.what, test.want)
		}
	}
}
