// Package drm draws on screens of the kernel's DRM/KMS class (drm): what a
// Raspberry Pi's DSI and HDMI, an i.MX's LVDS or a USB screen are.
//
// Pictures are put together in memory; what changed of them is copied into one of
// two dumb buffers, which the kernel then shows from the next frame on. Screens
// that the kernel sends their picture to (on SPI, on USB, of a virtual machine) are
// told what changed instead. A process that ends, however it ends, leaves the
// screen to the kernel, which shows its console again. The virtual terminal stays in
// graphics mode after one that was killed: the next one gives it back.
package drm

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"strconv"
	"strings"
	"time"

	"offhook/hal"
	"offhook/hal/panel"
)

type config struct {
	_         [0]func() // nobody compares two: no code for it
	Device    string    `param:"device" takes:"device"` // the first that has a screen when absent
	Connector string    `param:"connector"`             // HDMI-A-1; the first with a screen when absent
	Mode      string    `param:"mode"`                  // 800x480 or 800x480@60; what the screen likes best when absent
	Rotate    int       `param:"rotate" values:"0 90 180 270"`
	Backlight string    `param:"backlight"` // auto, none, or a name in /sys/class/backlight
	PWM       string    `param:"backlight-pwm" takes:"pwm"`
	Low       bool      `param:"backlight-active-low"` // of the PWM

	Period time.Duration `param:"backlight-period-us"`
}

func defaults() config { return config{Backlight: "auto", Period: time.Millisecond} }

func (c config) light(class string) panel.LightConfig {
	return panel.LightConfig{Class: class, Name: c.Backlight, PWM: c.PWM, Chips: panel.PWMChips, Period: c.Period, Inverted: c.Low}
}

var modeName = regexp.MustCompile(`^([0-9]{1,5})x([0-9]{1,5})(@([0-9]{1,3}))?$`)

// wish is the mode that a board's file asks for; the zero value asks for none.
type wish struct{ width, height, rate int }

func (c config) wish() wish {
	parts := modeName.FindStringSubmatch(c.Mode)
	if parts == nil {
		return wish{}
	}
	number := func(text string) int { n, _ := strconv.Atoi(text); return n }
	return wish{number(parts[1]), number(parts[2]), number(parts[4])}
}

func params(p hal.Params) (config, error) {
	c := defaults()
	if err := hal.Decode(p, &c); err != nil {
		return c, err
	}
	faults := []error{c.light(panel.Backlights).Check()}
	if c.Device != "" && !strings.HasPrefix(c.Device, "/dev/") {
		faults = append(faults, hal.Faultf("device", "%q is not a device such as /dev/dri/card0", c.Device))
	}
	if c.Mode != "" && c.wish() == (wish{}) {
		faults = append(faults, hal.Faultf("mode", "%q is not a mode such as 800x480 or 800x480@60", c.Mode))
	}
	return c, errors.Join(faults...)
}

// Drivers is the table of this package: drm.
func Drivers() hal.Drivers { return driversOn(machine{}, panel.Backlights) }

func driversOn(m cards, backlights string) hal.Drivers {
	return hal.Drivers{Displays: map[string]hal.Driver[hal.Display]{"drm": {
		Defaults: defaults(),
		Check:    func(p hal.Params) error { _, err := params(p); return err },
		Open: func(_ context.Context, p hal.Params, log *slog.Logger) (hal.Display, error) {
			c, err := params(p)
			if err != nil {
				return nil, err
			}
			lamp, err := panel.OpenLight(c.light(backlights))
			if err != nil {
				return nil, fmt.Errorf("backlight of the screen: %w", err)
			}
			s, err := openFirst(m, c, log)
			if err != nil {
				return nil, err
			}
			s.lamp = lamp
			return s, nil
		},
	}}}
}

// openFirst opens the device that the board's file names, or the first that has a
// screen: which number a device has changes from kernel to kernel.
func openFirst(m cards, c config, log *slog.Logger) (*Screen, error) {
	names := []string{c.Device}
	if c.Device == "" {
		names = m.list()
	}
	if len(names) == 0 {
		return nil, errors.New("the kernel has no driver of a screen: there is no /dev/dri/card* (dmesg | grep drm; is the screen's overlay in config.txt?)")
	}
	var faults []error
	for _, name := range names {
		s, err := open(m, name, c, log)
		if err == nil {
			return s, nil
		}
		faults = append(faults, fmt.Errorf("%s: %w", name, err))
	}
	return nil, errors.Join(faults...)
}
