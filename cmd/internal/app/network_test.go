package app

import (
	"testing"
	"time"

	"offhook/ua/netwatch"
)

// told notes what a user agent is told.
type told struct{ what string }

func (a *told) NetworkChanged() error { a.what = "all anew"; return nil }
func (a *told) RoutesChanged() error  { a.what = "what goes another way"; return nil }
func (a *told) ClockChanged() error   { a.what = "bindings"; return nil }

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
