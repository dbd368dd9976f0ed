package gpio

import (
	"testing"
	"testing/synctest"
	"time"

	"offhook/hal"
	"offhook/hal/haltest"
)

// opened opens a part on copper of its own.
func opened[T any](t *testing.T, d func(hal.Drivers) map[string]hal.Driver[T], compatible string, p hal.Params) (T, *copper) {
	t.Helper()
	board := newCopper(t)
	part, err := d(driversOn(board.open))[compatible].Open(t.Context(), p, quiet)
	if err != nil {
		t.Fatal(err)
	}
	return part, board
}

func keypads(d hal.Drivers) map[string]hal.Driver[hal.Keypad]       { return d.Keypads }
func hooks(d hal.Drivers) map[string]hal.Driver[hal.Hook]           { return d.Hooks }
func indicators(d hal.Drivers) map[string]hal.Driver[hal.Indicator] { return d.Indicators }
func relays(d hal.Drivers) map[string]hal.Driver[hal.Relay]         { return d.Relays }

func TestConform(t *testing.T) {
	bubble := func(name string, test func(*testing.T)) {
		t.Run(name, func(t *testing.T) { synctest.Test(t, test) })
	}
	bubble("gpio-matrix-keypad", func(t *testing.T) {
		haltest.Keypad(t, hal.Key5, func(testing.TB) (hal.Keypad, func(hal.Key, bool)) {
			k, board := opened(t, keypads, "gpio-matrix-keypad", matrixPart)
			return k, func(key hal.Key, down bool) { board.join(places[string(key)][0], places[string(key)][1], down) }
		})
	})
	bubble("gpio-keys", func(t *testing.T) {
		haltest.Keypad(t, hal.KeyCall, func(testing.TB) (hal.Keypad, func(hal.Key, bool)) {
			k, board := opened(t, keypads, "gpio-keys", hal.Params{"keys": map[string]any{"call": "GPIO5"}})
			return k, func(_ hal.Key, down bool) { board.join("GND", "GPIO5", down) }
		})
	})
	bubble("gpio-rotary-dial", func(t *testing.T) {
		haltest.Keypad(t, hal.Key3, func(testing.TB) (hal.Keypad, func(hal.Key, bool)) {
			k, board := opened(t, keypads, "gpio-rotary-dial", hal.Params{"line": "GPIO5", "turning": "GPIO6"})
			board.join("GND", "GPIO5", true)
			synctest.Wait()
			return k, func(_ hal.Key, down bool) {
				if !down { // a digit is a press and a release at once
					return
				}
				board.join("GND", "GPIO6", true)
				for range 3 {
					time.Sleep(60 * time.Millisecond)
					board.join("GND", "GPIO5", false)
					time.Sleep(60 * time.Millisecond)
					board.join("GND", "GPIO5", true)
				}
				time.Sleep(60 * time.Millisecond)
				board.join("GND", "GPIO6", false)
			}
		})
	})
	bubble("rotary-encoder", func(t *testing.T) {
		haltest.Keypad(t, hal.KeyVolumeUp, func(testing.TB) (hal.Keypad, func(hal.Key, bool)) {
			k, board := opened(t, keypads, "rotary-encoder", hal.Params{"lines": []any{"GPIO5", "GPIO6"}})
			synctest.Wait()
			return k, func(_ hal.Key, down bool) {
				for _, move := range []struct {
					line   string
					closed bool
				}{{"GPIO5", true}, {"GPIO6", true}, {"GPIO5", false}, {"GPIO6", false}} {
					if down {
						board.join("GND", move.line, move.closed)
						synctest.Wait()
					}
				}
			}
		})
	})
	bubble("gpio-hook with a flash", func(t *testing.T) {
		haltest.Hook(t, func(testing.TB) (hal.Hook, func(bool)) {
			h, board := opened(t, hooks, "gpio-hook", hal.Params{"line": "GPIO4", "off-hook": "low", "flash-ms": 500})
			return h, func(up bool) { board.join("GND", "GPIO4", up) }
		})
	})
	bubble("gpio-hook", func(t *testing.T) {
		haltest.Hook(t, func(testing.TB) (hal.Hook, func(bool)) {
			h, board := opened(t, hooks, "gpio-hook", hal.Params{"line": "GPIO4", "off-hook": "low"})
			return h, func(up bool) { board.join("GND", "GPIO4", up) }
		})
	})
	bubble("gpio-led", func(t *testing.T) {
		haltest.Indicator(t, func(testing.TB) (hal.Indicator, func() bool) {
			l, board := opened(t, indicators, "gpio-led", hal.Params{"line": "GPIO24"})
			return l, func() bool { return board.driven("GPIO24") == "high" }
		})
	})
	bubble("gpio-relay", func(t *testing.T) {
		haltest.Relay(t, 5*time.Second, func(testing.TB) (hal.Relay, func() bool) {
			r, board := opened(t, relays, "gpio-relay", hal.Params{"line": "GPIO25", "max-hold": "5s", "active-low": true})
			return r, func() bool { return board.driven("GPIO25") == "low" }
		})
	})
}

func TestHook_a_short_on_hook_is_a_flash(t *testing.T) {
	for _, c := range []struct {
		name string
		down time.Duration
		want []hal.HookState
	}{
		{"a bounce -> nothing", 10 * time.Millisecond, []hal.HookState{hal.OnHook}},
		{"short -> flash", 200 * time.Millisecond, []hal.HookState{hal.HookFlash, hal.OnHook}},
		{"long -> on-hook, off-hook", 700 * time.Millisecond, []hal.HookState{hal.OnHook, hal.OffHook, hal.OnHook}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h, board := opened(t, hooks, "gpio-hook", hal.Params{"line": "GPIO4", "off-hook": "low", "flash-ms": 500})
				defer h.Close()
				board.join("GND", "GPIO4", true)
				if s, err := h.ReadHook(); s != hal.OffHook || err != nil {
					t.Fatalf("at first %v, %v", s, err)
				}
				go func() {
					time.Sleep(time.Second)
					board.join("GND", "GPIO4", false)
					time.Sleep(c.down)
					board.join("GND", "GPIO4", true)
					time.Sleep(5 * time.Second)
					board.join("GND", "GPIO4", false)
				}()
				for i, want := range c.want {
					if s, err := h.ReadHook(); s != want || err != nil {
						t.Errorf("reading %d: %v, %v, want %v", i, s, err, want)
					}
				}
			})
		})
	}
}
