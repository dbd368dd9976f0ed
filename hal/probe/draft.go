package probe

import (
	"fmt"
	"slices"
	"strings"

	"offhook/hal"
	"offhook/hal/alsa"
)

// Draft is a board file of what is there, with everything else as comments: it
// is good as it is, and wants the wiring that no machine can tell.
func (inv *Inventory) Draft() string {
	d := &draft{}
	d.say("# Drafted by offhook board probe. What is on this machine:")
	inv.listing(d)
	d.say("#\n# Keys, hook, lamps and relays on lines want your wiring: docs/board.md has their parameters.")
	d.say("offhook-board: 1\nname: %s\nmodel: %q", inv.name(), plain(inv.Model))
	if len(inv.Compatible) > 0 {
		d.say("compatible: [%q] # by this the board is detected", inv.Compatible[0])
	}
	inv.parts(d)
	return d.String()
}

type draft struct{ strings.Builder }

func (d *draft) say(format string, args ...any) { fmt.Fprintf(d, format+"\n", args...) }

func (inv *Inventory) name() string {
	name := "my-board"
	if len(inv.Compatible) > 0 {
		_, name, _ = strings.Cut(inv.Compatible[0], ",")
	}
	name = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, strings.ToLower(name))
	return "my-" + strings.TrimPrefix(strings.Trim(name, "-"), "my-")
}

func (inv *Inventory) parts(d *draft) {
	title := "\nkeypads:"
	for _, in := range inv.Inputs {
		if len(in.Usual) > 0 {
			d.say("%s\n  - compatible: evdev-keypad\n    name: %q # %s", title, in.Name, joined(in.Usual))
			title = ""
		}
	}
	inv.audio(d)
	for _, name := range inv.of(kindScreen)[:min(1, len(inv.of(kindScreen)))] {
		d.say("display:\n  compatible: linux-fb\n  device: /dev/%s", name)
	}
	for _, name := range inv.of(kindWatchdog)[:min(1, len(inv.of(kindWatchdog)))] {
		d.say("watchdog:\n  compatible: linux-watchdog\n  device: /dev/%s", name)
	}
	for _, led := range inv.of(kindLED) {
		d.say("# lamps: {message: {compatible: sysfs-led, led: %q}}", led)
	}
}

// audio takes the first device that plays, and the first that captures at the
// same rate.
func (inv *Inventory) audio(d *draft) {
	for _, out := range inv.Sound {
		for _, in := range inv.Sound {
			rate := common(out, in)
			if out.Capture || !in.Capture || rate == 0 {
				continue
			}
			d.say("audio:\n  compatible: alsa-pcm\n  card: %s\n  device: %d\n  sample-rate: %d", out.ID, out.Device, rate)
			if in.ID != out.ID || in.Device != out.Device {
				d.say("  capture-card: %s\n  capture-device: %d", in.ID, in.Device)
			}
			d.say("  playback-channels: %d\n  capture-channels: %d", max(1, out.Channels[0]), max(1, in.Channels[0]))
			return
		}
	}
	if len(inv.Sound) > 0 {
		d.say("# no two of the sound devices play and capture samples of 16, 24 or 32 bits at 16000, 48000 or 8000 Hz both")
	}
}

// common is the best rate of both; 0 where there is none. Formats are those that
// alsa-pcm speaks, and it takes one by itself.
func common(out, in alsa.Stream) int {
	if len(out.Formats) == 0 || len(in.Formats) == 0 {
		return 0
	}
	for _, rate := range []int{16000, 48000, 8000} {
		if slices.Contains(out.Rates, rate) && slices.Contains(in.Rates, rate) {
			return rate
		}
	}
	return 0
}

func joined(keys []hal.Key) string { return strings.Trim(fmt.Sprint(keys), "[]") }

// plain keeps a name that a device gives itself from ending a comment's line.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == '\u0085' || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, s)
}
