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
