package app

import (
	"strings"
	"testing"

	"offhook/cmd/internal/localapi"
	"offhook/hal"
	"offhook/provisioning"
)

// configure gives a phone that runs another document, and waits until it holds.
func (w *world) configure(change func(*provisioning.Document), holds func(provisioning.Document) bool) {
	w.t.Helper()
	w.serve(change)
	w.reprovision()
	w.wait("the new document", func() bool { return holds(w.app.manager.Document()) }, func() any { return "the old one" })
}

// Keys that are pressed in a call reach the exchange as the account says.
func TestJourney_digits(t *testing.T) {
	for _, way := range []provisioning.DTMF{provisioning.DTMFAuto, provisioning.DTMFEvents, provisioning.DTMFInfo} {
		t.Run(string(way), func(t *testing.T) {
			w := newWorld(t, boardFile)
			w.registered()
			w.configure(func(d *provisioning.Document) { d.Accounts[0].DTMF = way },
				func(d provisioning.Document) bool { return d.Accounts[0].DTMF == way })
			w.talking("600")
			w.parts.keys.tap("1", "2", hal.KeyPound)
			dialled := func() string {
				var all []string
				for _, c := range w.lab.Calls() {
					all = append(all, c.Digits)
				}
				return strings.Join(all, " ")
			}
			w.wait("the digits", func() bool { return dialled() == "12#" }, func() any { return dialled() })
			w.replace()
			w.quiet()
		})
	}
}

// hearsDigits has digits pressed that end in the only star, and wants them found in
// the sound. A tone that a gap has cut is two for whoever hears it, or none: where
// the sound did not come whole nothing is judged, and the answer is false.
func (w *world) hearsDigits(want string, press func()) bool {
	w.t.Helper()
	const enough = 150 // packets: 3 s
	before := w.callIn("confirmed")
	press()
	var after localapi.Call
	w.until("the digits, or 3 s", func(s localapi.Status) bool {
		after = s.Calls[0]
		return strings.HasSuffix(after.Digits[len(before.Digits):], "*") || after.Media.Received > before.Media.Received+enough
	})
	got, whole := after.Digits[len(before.Digits):], gaps(before) == gaps(after)
	if got != want && whole {
		w.t.Fatalf("digits %q, want %q", got, want)
	}
	return got == want
}

// gaps is what a call's listener missed or had stretched.
func gaps(c localapi.Call) [2]int64 {
	m := c.Media
	return [2]int64{int64(m.Lost + m.Late + m.Discarded), int64(m.Concealed + m.Expanded)}
}

// Keys as sound are found by a phone that is asked to listen for them.
func TestJourney_digits_in_the_sound(t *testing.T) {
	w := newWorld(t, boardFile)
	w.registered()
	other := w.neighbour("1002", "00:00:5e:00:53:08")
	other.registered()
	w.configure(func(d *provisioning.Document) { d.Accounts[0].DTMF = provisioning.DTMFInBand },
		func(d provisioning.Document) bool { return d.Accounts[0].DTMF == provisioning.DTMFInBand })
	other.configure(func(d *provisioning.Document) { d.Door.Digits = []string{"inband"} },
		func(d provisioning.Document) bool { return len(d.Door.Digits) == 1 && d.Door.Digits[0] == "inband" })
	w.lift()
	w.parts.keys.tap("1", "0", "0", "2")
	other.takes()
	w.heard()
	found := false
	for range 10 {
		if found = other.hearsDigits("73*", func() { w.parts.keys.tap("7", "3", hal.KeyStar) }); found {
			break
		}
	}
	if !found {
		t.Error("the sound never came whole, nor the digits")
	}
	if s, err := w.control.Status(t.Context()); err != nil || s.Calls[0].Digits != "" {
		t.Errorf("its own digits came back: %+v, %v", s.Calls, err)
	}
	w.replace()
	w.quiet()
	other.replace()
}
