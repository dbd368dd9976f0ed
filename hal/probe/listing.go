package probe

import (
	"fmt"
	"strings"

	"offhook/hal/gpio"
)

// listing is the listing, as comments.
func (inv *Inventory) listing(d *draft) {
	note := func(format string, args ...any) { d.say("# %s", plain(fmt.Sprintf(format, args...))) }
	note("machine: %s %s", inv.Model, strings.Join(inv.Compatible, ", "))
	for _, c := range inv.Controllers {
		note("%s (%s), %d lines; free with a name: %s", c.Name, c.Label, len(c.Lines), lines(c, false))
		if used := lines(c, true); used != "" {
			note("  taken: %s", used)
		}
	}
	for _, s := range inv.Sound {
		way := "plays"
		if s.Capture {
			way = "captures"
		}
		if s.Busy != "" {
			note("sound card %d (%s) device %d %s: %s", s.Card, s.ID, s.Device, way, s.Busy)
			continue
		}
		note("sound card %d (%s) device %d %s %s at %v Hz, %d to %d channels, periods of %d to %d µs", s.Card, s.ID, s.Device, way,
			strings.Join(s.Formats, " "), s.Rates, s.Channels[0], s.Channels[1], s.PeriodsUS[0], s.PeriodsUS[1])
	}
	for _, in := range inv.Inputs {
		touch := ""
		if in.Touch {
			touch = ", a touch screen"
		}
		note("input %s (%s): %d keys, of a telephone: %s; switches: %s%s", in.Node, in.Name, in.Keys, joined(in.Usual), strings.Join(in.Switches, " "), touch)
	}
	for _, t := range inv.Things {
		note("%s %s: %s", t.Kind, t.Name, strings.Join(t.Says, ", "))
	}
	for _, t := range inv.Troubles {
		note("could not look at %s", t)
	}
}

func lines(c gpio.Controller, used bool) string {
	var all []string
	for i, l := range c.Lines {
		switch {
		case l.Used != used:
		case used:
			all = append(all, fmt.Sprintf("%d %s by %s", i, l.Name, by(l)))
		case l.Name != "" && l.Name != "-":
			all = append(all, l.Name)
		}
	}
	if used {
		return strings.Join(all, ", ")
	}
	return strings.Join(all, " ")
}

func by(l gpio.Line) string {
	if l.By == "" {
		return "the kernel"
	}
	return fmt.Sprintf("%q", l.By)
}
