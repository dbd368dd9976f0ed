package app

import (
	"testing"
	"time"

	"offhook/cmd/internal/phone"
	"offhook/hal"
	"offhook/provisioning"
	"offhook/ua"
)

// endedAs waits until the newest call that has ended did so by a cause.
func (w *world) endedAs(cause ua.Cause) {
	w.t.Helper()
	w.wait("the end of a call by "+string(cause), func() bool {
		s, err := w.control.Status(w.t.Context())
		return err == nil && len(s.Calls) > 0 && !s.Calls[0].Ended.IsZero() && s.Calls[0].Cause == string(cause)
	}, func() any { s, _ := w.control.Status(w.t.Context()); return s.Calls })
}

// The bell rings at two at once: who answers has the visitor, the other one has
// missed nothing. When neither does, the next step rings.
func TestJourney_bell_rings_at_two_at_once(t *testing.T) {
	door := newWorld(t, boardFile)
	door.registered()
	one, two := door.neighbour("1002", "00:00:5e:00:53:08"), door.neighbour("1003", "00:00:5e:00:53:09")
	one.registered()
	two.registered()
	door.configure(func(d *provisioning.Document) {
		d.Keys = []provisioning.Key{{Key: "call", Type: "line"}}
		d.Door.Bell = []provisioning.DoorBell{{To: "1002", Also: []string{"1003"}, For: 2 * time.Minute}, {To: "600", For: time.Minute}}
	}, func(d provisioning.Document) bool { return len(d.Door.Bell) == 2 })

	door.parts.keys.tap(hal.KeyCall)
	one.view("the ringing", kind(phone.KindRinging))
	two.takes()
	one.endedAs(ua.AnsweredOther)
	door.view("the talk with the one who answered", func(v phone.View) bool {
		return v.Kind == phone.KindInCall && v.Party.Number == "1003" && len(v.Others) == 0
	})
	if v := one.view("rest", kind(phone.KindIdle)); v.Status.Missed != 0 {
		t.Errorf("%d missed calls where another has answered", v.Status.Missed)
	}
	two.replace()
	door.quiet()
	door.view("rest", kind(phone.KindIdle))

	door.parts.keys.tap(hal.KeyCall)
	for _, w := range []*world{one, two} {
		w.view("the ringing", kind(phone.KindRinging))
		w.parts.keys.tap(hal.KeySoft2) // rejected
	}
	door.view("the talk with the next", func(v phone.View) bool { return v.Kind == phone.KindInCall && v.Party.Number == "600" })
}
