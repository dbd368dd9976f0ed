package probe

import (
	"errors"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"offhook/hal"
	"offhook/hal/alsa"
	"offhook/hal/gpio"
)

// Misfit finds what of a part is not on this machine, or is somebody else's. It
// joins a *hal.ParamError for each.
func (inv *Inventory) Misfit(s hal.Spec, claims []hal.Claim) error {
	var faults []error
	for _, c := range claims {
		switch c.What {
		case "line":
			faults = append(faults, inv.line(c))
		case "device":
			faults = append(faults, inv.device(c))
		case "spi":
			at := c
			at.Name = "/dev/" + c.Name
			faults = append(faults, inv.device(at))
		case "pixel":
			at := c
			at.Name = "/dev/" + c.On
			faults = append(faults, inv.device(at))
		case "lamp":
			if all := inv.of(kindLED); !slices.Contains(all, c.Name) {
				faults = append(faults, hal.Faultf(c.Path, "this machine has no lamp %q (it has: %s)", c.Name, strings.Join(all, ", ")))
			}
		case "address":
			faults = append(faults, inv.address(c))
		}
	}
	if s.Compatible == "alsa-pcm" {
		faults = append(faults, alsa.Fits(inv.Sound, s.Params))
	}
	return errors.Join(faults...)
}

func (inv *Inventory) line(c hal.Claim) error {
	l, known := inv.find(c)
	switch {
	case len(inv.Controllers) == 0:
		return hal.Faultf(c.Path, "this machine shows no GPIO controller (ls -l /dev/gpiochip*): is it here, and may this user read it?")
	case !known:
		return hal.Faultf(c.Path, "this machine has no line %s (offhook board probe lists its lines)", c)
	case l.Used && l.By == "offhook":
		return hal.Faultf(c.Path, "line %s is held by an offhook that runs here: stop it, or check without --here", c)
	case l.Used:
		return hal.Faultf(c.Path, "line %s is taken by %s: choose a free one (offhook board probe lists them), or take away what claims it (an overlay in config.txt, a driver, a program)", c, by(l))
	}
	return nil
}

func (inv *Inventory) find(c hal.Claim) (gpio.Line, bool) {
	chip, offset, numbered := strings.Cut(c.Name, ":")
	for _, controller := range inv.Controllers {
		if numbered {
			if n, err := strconv.Atoi(offset); (controller.Name == chip || controller.Label == chip) && err == nil && n >= 0 && n < len(controller.Lines) {
				return controller.Lines[n], true
			}
			continue
		}
		if c.On != "" && c.On != controller.Label {
			continue
		}
		for _, l := range controller.Lines {
			if l.Name == c.Name {
				return l, true
			}
		}
		if n, ok := gpio.Offset(controller.Label, c.Name); ok && n < len(controller.Lines) {
			return controller.Lines[n], true
		}
	}
	return gpio.Line{}, false
}

func (inv *Inventory) device(c hal.Claim) error {
	if _, err := fs.Stat(inv.root, strings.TrimPrefix(c.Name, "/")); err != nil {
		return hal.Faultf(c.Path, "this machine has no %s (ls -l /dev; is its driver loaded, its overlay in config.txt?)", c.Name)
	}
	return nil
}

func (inv *Inventory) address(c hal.Claim) error {
	if !slices.Contains(inv.of(kindBus), "i2c-"+c.On) {
		return hal.Faultf(c.Path, "this machine has no I2C bus %s (ls /dev/i2c-*; modprobe i2c-dev; is the bus enabled in config.txt?)", c.On)
	}
	name := strings.TrimPrefix(c.Name, "0x")
	name = c.On + "-" + "0000"[min(4, len(name)):] + name
	for _, t := range inv.Things {
		if t.Kind == kindDriven && t.Name == name {
			return hal.Faultf(c.Path, "%s on I2C bus %s is taken by the kernel's driver of %s: choose another address, or take its overlay away", c.Name, c.On, t.Says[1])
		}
	}
	return nil
}
