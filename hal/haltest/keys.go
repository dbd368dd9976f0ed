package haltest

import (
	"testing"

	"offhook/hal"
)

// Keypad tests a hal.Keypad. The keypad opened has no key down; press moves
// one key.
func Keypad(t testing.TB, key hal.Key, open func(testing.TB) (k hal.Keypad, press func(hal.Key, bool))) {
	t.Helper()
	k, press := open(t)
	var last hal.KeyEvent
	for i := range 6 {
		down := i%2 == 0
		want := hal.KeyRelease
		if down {
			want = hal.KeyPress
		}
		press(key, down)
		e, err := k.ReadKey()
		if err != nil {
			t.Fatalf("ReadKey: %v", err)
		}
		if e.Key != key || e.Action != want {
			t.Errorf("event %d: %s %d, want %s %d", i, e.Key, e.Action, key, want)
		}
		if e.Time.IsZero() || e.Time.Before(last.Time) {
			t.Errorf("event %d: at %s, after one at %s", i, e.Time, last.Time)
		}
		last = e
	}
	closing(t, "keypad", k)
	_, err := k.ReadKey()
	wantClosed(t, "ReadKey", err)

	k, _ = open(t)
	wakes(t, "ReadKey", k, func() error { _, err := k.ReadKey(); return err })
}

// Hook tests a hal.Hook. The handset of the hook opened rests in its cradle;
// lift takes it out and puts it back.
func Hook(t testing.TB, open func(testing.TB) (h hal.Hook, lift func(bool))) {
	t.Helper()
	h, lift := open(t)
	read := func(want hal.HookState, when string) {
		t.Helper()
		s, err := h.ReadHook()
		if err != nil {
			t.Fatalf("ReadHook %s: %v", when, err)
		}
		if s != want {
			t.Errorf("ReadHook %s: %d, want %d", when, s, want)
		}
	}
	read(hal.OnHook, "first, without a change") // must not wait for one
	for range 3 {
		lift(true)
		read(hal.OffHook, "after lifting")
		lift(false)
		read(hal.OnHook, "after putting back")
	}
	closing(t, "hook", h)
	_, err := h.ReadHook()
	wantClosed(t, "ReadHook", err)

	h, _ = open(t)
	wakes(t, "ReadHook", h, func() error { _, err := h.ReadHook(); return err })

	h, lift = open(t)
	closing(t, "hook", h)
	lift(true) // nobody may mind
}
