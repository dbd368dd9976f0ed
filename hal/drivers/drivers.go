// Package drivers is the table of the drivers that the agent carries.
package drivers

import (
	"maps"

	"offhook/hal"
	"offhook/hal/alsa"
	"offhook/hal/drm"
	"offhook/hal/evdev"
	"offhook/hal/faceplate"
	"offhook/hal/gpio"
	"offhook/hal/led"
	"offhook/hal/panel"
	"offhook/hal/soundfile"
	"offhook/hal/watchdog"
	"offhook/hal/ws2812"
)

// Table is every driver; the faceplate's are those of the workbench's board.
func Table(face *faceplate.Panel) hal.Drivers {
	lines := gpio.NewLines()
	return join(alsa.Drivers(), drm.Drivers(), evdev.Drivers(), gpio.DriversOn(lines), led.Drivers(), panel.Drivers(lines), soundfile.Drivers(), watchdog.Drivers(), ws2812.Drivers(), face.Drivers())
}

func join(tables ...hal.Drivers) hal.Drivers {
	out := hal.Drivers{
		Keypads: map[string]hal.Driver[hal.Keypad]{}, Hooks: map[string]hal.Driver[hal.Hook]{},
		Displays: map[string]hal.Driver[hal.Display]{}, Indicators: map[string]hal.Driver[hal.Indicator]{},
		Relays: map[string]hal.Driver[hal.Relay]{}, Audio: map[string]hal.Driver[hal.AudioIO]{},
		Mixers: map[string]hal.Driver[hal.Mixer]{}, Watchdogs: map[string]hal.Driver[hal.Watchdog]{},
		Expanders: map[string]hal.Driver[hal.Expander]{}, Readers: map[string]hal.Driver[hal.Reader]{}, Texts: map[string]hal.Driver[hal.TextDisplay]{},
	}
	for _, t := range tables {
		maps.Copy(out.Keypads, t.Keypads)
		maps.Copy(out.Hooks, t.Hooks)
		maps.Copy(out.Displays, t.Displays)
		maps.Copy(out.Indicators, t.Indicators)
		maps.Copy(out.Relays, t.Relays)
		maps.Copy(out.Audio, t.Audio)
		maps.Copy(out.Mixers, t.Mixers)
		maps.Copy(out.Watchdogs, t.Watchdogs)
		maps.Copy(out.Expanders, t.Expanders)
		maps.Copy(out.Readers, t.Readers)
		maps.Copy(out.Texts, t.Texts)
	}
	return out
}
