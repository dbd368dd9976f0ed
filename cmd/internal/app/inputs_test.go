package app

import (
	"sync/atomic"
	"testing"

	"offhook/cmd/internal/localapi"
	"offhook/cmd/internal/phone"
	"offhook/hal"
)

func TestKeypad_pulled_out_and_plugged_in_again(t *testing.T) {
	w := newWorld(t, boardFile)
	next := &fakeKeys{latch: newLatch(), events: make(chan hal.KeyEvent, 32)}
	var opened, plugged atomic.Int32
	plugged.Store(1)
	w.cfg.Drivers.Keypads = one(func() (hal.Keypad, error) {
		if opened.Load() == plugged.Load() {
			return nil, errBroken
		}
		if opened.Add(1) == 1 {
			return w.parts.keys, nil
		}
		return next, nil
	})
	w.registered()
	close(w.parts.keys.events)
	broken := func(s localapi.Status) bool { return len(s.Devices) == 1 && s.Devices[0].Part == "keypads[0]" }
	w.until("the keypad's end", broken)
	if !w.parts.keys.isClosed() {
		t.Error("the keypad that is gone is open")
	}
	plugged.Add(1)
	w.until("the keypad's return", func(s localapi.Status) bool { return len(s.Devices) == 0 })
	w.lift()
	w.view("a dial tone", kind(phone.KindDialling))
	next.tap("6", "0", "0")
	w.callIn("confirmed")
	w.replace()
	w.quiet()
	w.stop()
	if !next.isClosed() {
		t.Error("the keypad that came back was left open")
	}
}
