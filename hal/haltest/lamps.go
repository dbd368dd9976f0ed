package haltest

import (
	"testing"
	"time"

	"offhook/hal"
)

// Indicator tests a hal.Indicator; lit looks at the lamp, also when it is
// closed.
func Indicator(t testing.TB, open func(testing.TB) (i hal.Indicator, lit func() bool)) {
	t.Helper()
	lamp, lit := open(t)
	if lit() {
		t.Error("the lamp is lit before anybody said so")
	}
	// Every pattern begins lit, so that a change is seen at once.
	for _, p := range []hal.Pattern{hal.LampOn, hal.LampOff, hal.LampSlow, hal.LampFast, hal.LampOff, hal.LampFlutter, hal.LampOn} {
		if err := lamp.Set(p); err != nil {
			t.Fatalf("Set(%d): %v", p, err)
		}
		if lit() != (p != hal.LampOff) {
			t.Errorf("Set(%d): lit is %v", p, lit())
		}
	}
	closing(t, "lamp", lamp)
	if lit() {
		t.Error("the lamp is lit when closed")
	}
	wantClosed(t, "Set", lamp.Set(hal.LampOn))
	if lit() {
		t.Error("Set after Close lights the lamp")
	}
}

// Relay tests a hal.Relay in a synctest bubble; energised looks at the contact,
// also when it is closed. The longest hold of the relay opened is maxHold, at
// least a second.
func Relay(t testing.TB, maxHold time.Duration, open func(testing.TB) (r hal.Relay, energised func() bool)) {
	t.Helper()
	r, energised := open(t)
	want := func(on bool, when string) {
		t.Helper()
		if energised() != on {
			t.Errorf("%s: energised is %v", when, energised())
		}
	}
	do := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	const moment = 10 * time.Millisecond
	wait := func(d time.Duration) { <-time.After(d) }
	want(false, "opened")
	do(r.Release())
	want(false, "released without a pulse")

	do(r.Pulse(maxHold / 2))
	want(true, "pulsed")
	wait(maxHold/2 - moment)
	want(true, "shortly before its time")
	wait(2 * moment)
	want(false, "after its time, without a word of ours")

	do(r.Pulse(100 * maxHold))
	wait(maxHold + moment)
	want(false, "pulsed for too long, after max-hold")

	do(r.Pulse(maxHold))
	wait(maxHold / 2)
	do(r.Pulse(maxHold))
	wait(maxHold - moment)
	want(true, "extended")
	wait(2 * moment)
	want(false, "extended, max-hold after the last pulse")

	do(r.Pulse(maxHold))
	do(r.Release())
	want(false, "released")
	do(r.Pulse(maxHold))
	want(true, "pulsed before closing")
	closing(t, "relay", r)
	want(false, "closed")
	wantClosed(t, "Pulse", r.Pulse(moment))
	want(false, "pulsed after Close")
}

// Watchdog tests a hal.Watchdog.
func Watchdog(t testing.TB, open func(testing.TB) hal.Watchdog) {
	t.Helper()
	w := open(t)
	if w.Timeout() <= 0 {
		t.Errorf("a timeout of %s", w.Timeout())
	}
	for range 3 {
		if err := w.Kick(); err != nil {
			t.Fatalf("Kick: %v", err)
		}
	}
	closing(t, "watchdog", w)
	wantClosed(t, "Kick", w.Kick())
}
