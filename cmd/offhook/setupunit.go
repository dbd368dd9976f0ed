package main

import (
	"strings"

	"offhook/board"
	"offhook/hal"
)

// needs is what the unit has to open: to a driver, beside what its parameters
// name, and for a thing that they name. + is a device.
const needs = `
alsa-pcm +char-alsa
alsa-mixer +char-alsa
alsa-jack +char-alsa
evdev-keypad +char-input
evdev-hook +char-input
evdev-touch +char-input
drm +char-drm +char-fb +/dev/tty0 AmbientCapabilities=CAP_SYS_TTY_CONFIG CapabilityBoundingSet=CAP_SYS_TTY_CONFIG ProtectKernelTunables=no
linux-fb +char-fb +/dev/tty0 AmbientCapabilities=CAP_SYS_TTY_CONFIG CapabilityBoundingSet=CAP_SYS_TTY_CONFIG ProtectKernelTunables=no
line +char-gpiochip
address +/dev/i2c-ON
spi +/dev/NAME
pixel +/dev/ON
device +NAME
lamp ProtectKernelTunables=no
pwm ProtectKernelTunables=no
`

// devicesOf is the drop-in that opens the board's devices to the service, and no
// others. Which controller has a line, and which number a card or a key's device
// has, shows when they are opened: of these the whole class is open. A screen is
// taken from the kernel's text; lamps, backlights and PWMs are files in /sys.
func devicesOf(b *board.Board) string {
	text := "# By offhook setup, for " + b.Name + ".\n[Service]\nDeviceAllow=\n"
	_ = b.Misfits(table(), func(part hal.Spec, claims []hal.Claim) error { // that nothing does not fit is known
		for _, c := range append(claims, hal.Claim{What: part.Compatible}) {
			_, line, _ := strings.Cut(needs, "\n"+c.What+" ")
			line, _, _ = strings.Cut(line, "\n")
			for _, word := range strings.Fields(line) {
				if device, is := strings.CutPrefix(word, "+"); is {
					word = "DeviceAllow=" + strings.ReplaceAll(strings.ReplaceAll(device, "ON", c.On), "NAME", c.Name) + " rw"
				}
				if word += "\n"; !strings.Contains(text, word) {
					text += word
				}
			}
		}
		return nil
	})
	return text
}
