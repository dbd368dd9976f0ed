package app

import (
	"testing"

	"offhook/cmd/internal/localapi"
	"offhook/cmd/internal/phone"
	"offhook/hal"
)

// A number that was dialled gets a name at the keys, and has it after a restart.
func TestJourney_a_contact_is_made_and_kept(t *testing.T) {
	w := newWorld(t, boardFile)
	w.registered()
	w.lift()
	w.parts.keys.tap("6", "0", "3") // always busy
	w.until("an end", func(s localapi.Status) bool { return len(s.Calls) == 1 && !s.Calls[0].Ended.IsZero() })
	w.replace()
	w.view("the idle screen", kind(phone.KindIdle))
	w.parts.keys.tap(hal.KeyDown, hal.KeySoft3, hal.KeyDown, hal.KeyOK, "2", "3", "5", hal.KeyOK)
	w.view("that it is saved", func(v phone.View) bool { return v.Notice == "Saved: Adj" })
	w.stop()

	w.parts = newParts(t)
	w.cfg.Drivers = w.parts.drivers()
	w.registered()
	w.parts.keys.tap("6", "0", "3")
	w.view("whom that is", func(v phone.View) bool { return v.Party.Name == "Adj" })
	w.parts.keys.tap(hal.KeySoft4)
	w.quiet()
}
