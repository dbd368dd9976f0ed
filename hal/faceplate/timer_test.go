package faceplate

import (
	"testing"
	"testing/synctest"
	"time"

	"offhook/hal"
)

func TestLongPress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k, page := newKeypad(800*time.Millisecond), &conn{}
		defer k.Close()
		start := time.Now()
		next := func(want hal.KeyAction, at time.Duration) {
			t.Helper()
			e, err := k.ReadKey()
			if err != nil || e.Action != want || e.Time.Sub(start) != at {
				t.Fatalf("%+v after %v, %v; want %d after %v", e, e.Time.Sub(start), err, want, at)
			}
		}
		k.set(hal.Key1, page, true)
		k.set(hal.Key1, page, true) // said twice
		pass(799 * time.Millisecond)
		k.set(hal.Key1, page, false)
		next(hal.KeyPress, 0)
		next(hal.KeyRelease, 799*time.Millisecond)
		k.set(hal.Key1, page, true)
		next(hal.KeyPress, 799*time.Millisecond)
		next(hal.KeyLong, 1599*time.Millisecond)
		pass(5 * time.Second)
		k.set(hal.Key1, &conn{}, false) // another page did not hold it
		k.gone(page)
		next(hal.KeyRelease, 6599*time.Millisecond)
	})
}

func TestKeysWithoutAReader(t *testing.T) {
	k, page := newKeypad(time.Hour), &conn{}
	defer k.Close()
	for range 2 * maxEvents {
		k.set(hal.Key1, page, true)
		k.set(hal.Key1, page, false)
	}
	down := 0
	for len(k.events.items) > 0 {
		e, err := k.ReadKey()
		if err != nil {
			t.Fatal(err)
		}
		down += map[hal.KeyAction]int{hal.KeyPress: 1, hal.KeyRelease: -1}[e.Action]
	}
	if down != 0 {
		t.Errorf("%d presses without their release", down)
	}
}

func TestHookFallsWhenNobodyIsThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHook(5*time.Second, func() {})
		defer h.Close()
		h.set(hal.OffHook)
		h.pages(0)
		pass(4 * time.Second)
		h.pages(1) // the page was loaded again
		pass(time.Minute)
		if h.get() != hal.OffHook {
			t.Error("the handset fell though a page is open")
		}
		h.pages(0)
		pass(5*time.Second - 1)
		if h.get() != hal.OffHook {
			t.Error("the handset fell early")
		}
		pass(time.Nanosecond)
		synctest.Wait()
		if h.get() != hal.OnHook {
			t.Error("the handset did not fall")
		}
		for _, want := range []hal.HookState{hal.OnHook, hal.OffHook, hal.OnHook} {
			if s, err := h.ReadHook(); err != nil || s != want {
				t.Errorf("%d, %v; want %d", s, err, want)
			}
		}
	})
}

func TestRelayLetsGo(t *testing.T) {
	cases := []struct {
		name string
		do   func(*relay) error
		held time.Duration
	}{
		{"pulse -> its time", func(r *relay) error { return r.Pulse(3 * time.Second) }, 3 * time.Second},
		{"a pulse beyond max-hold -> max-hold", func(r *relay) error { return r.Pulse(time.Hour) }, 5 * time.Second},
		{"a pulse while energised -> extended", func(r *relay) error {
			_ = r.Pulse(3 * time.Second)
			pass(2 * time.Second)
			return r.Pulse(3 * time.Second)
		}, 5 * time.Second},
		{"a shorter pulse while energised -> not shortened", func(r *relay) error {
			_ = r.Pulse(4 * time.Second)
			return r.Pulse(time.Second)
		}, 4 * time.Second},
		{"pulses never add up -> max-hold from the last", func(r *relay) error {
			for range 10 {
				_ = r.Pulse(time.Minute)
			}
			return nil
		}, 5 * time.Second},
		{"release -> at once", func(r *relay) error { _ = r.Pulse(time.Second); return r.Release() }, 0},
		{"close -> at once", func(r *relay) error { _ = r.Pulse(time.Second); return r.Close() }, 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				told := 0
				r := newRelay("Door", 5*time.Second, func() { told++ })
				defer r.Close()
				start := time.Now()
				if err := c.do(r); err != nil {
					t.Fatal(err)
				}
				for range 20000 {
					if r.left() == 0 {
						break
					}
					pass(time.Millisecond)
				}
				synctest.Wait()
				if held := time.Since(start); held != c.held {
					t.Errorf("held for %v, want %v", held, c.held)
				}
				if told < 1 || !r.until.IsZero() {
					t.Errorf("told %d times, until %v", told, r.until)
				}
			})
		})
	}
	r := newRelay("Door", time.Second, func() {})
	if r.Pulse(0) == nil || r.Pulse(-1) == nil {
		t.Error("a pulse of nothing is taken")
	}
}
