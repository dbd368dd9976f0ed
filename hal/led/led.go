// Package led drives lamps of the kernel's LED class (/sys/class/leds). It
// blinks them itself: not every kernel has the timer trigger.
package led

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"offhook/hal"
	"offhook/hal/blink"
)

type config struct {
	Name string `param:"led,required" takes:"lamp"` // as in /sys/class/leds
}

func params(p hal.Params) (config, error) {
	var c config
	if err := hal.Decode(p, &c); err != nil {
		return c, err
	}
	if strings.ContainsAny(c.Name, "/\x00") || c.Name == "." || c.Name == ".." {
		return c, hal.Faultf("led", "%q is not the name of a lamp (ls /sys/class/leds)", c.Name)
	}
	return c, nil
}

// Drivers is the table of this package: sysfs-led.
func Drivers() hal.Drivers { return driversIn("/sys/class/leds") }

func driversIn(class string) hal.Drivers {
	return hal.Drivers{Indicators: map[string]hal.Driver[hal.Indicator]{"sysfs-led": {
		Defaults: config{},
		Check:    func(p hal.Params) error { _, err := params(p); return err },
		Open: func(_ context.Context, p hal.Params, _ *slog.Logger) (hal.Indicator, error) {
			c, err := params(p)
			if err != nil {
				return nil, err
			}
			return open(filepath.Join(class, c.Name))
		},
	}}}
}

func open(dir string) (hal.Indicator, error) {
	data, err := os.ReadFile(filepath.Join(dir, "max_brightness"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s does not exist (ls %s lists the lamps)", dir, filepath.Dir(dir))
	}
	if err != nil {
		return nil, err
	}
	brightest, err := strconv.Atoi(strings.TrimSpace(string(data)))
	if err != nil || brightest < 1 {
		return nil, fmt.Errorf("%s/max_brightness says %q", dir, strings.TrimSpace(string(data)))
	}
	// Another trigger (disk, heartbeat) would go on changing the lamp.
	if err := write(dir, "trigger", "none"); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	light := func(on bool) error {
		value := 0
		if on {
			value = brightest
		}
		return write(dir, "brightness", strconv.Itoa(value))
	}
	if err := light(false); err != nil {
		return nil, err
	}
	return blink.New(light, func() error { return nil }), nil
}

func write(dir, file, value string) error {
	f, err := os.OpenFile(filepath.Join(dir, file), os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteString(value)
	return errors.Join(err, f.Close())
}
