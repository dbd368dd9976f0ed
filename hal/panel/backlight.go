package panel

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"offhook/hal"
)

// LightConfig says what lights a screen: a lamp of the kernel's backlight class,
// or an output of a PWM controller.
type LightConfig struct {
	Class    string        // directory of the backlights
	Name     string        // auto, none, or one in Class
	PWM      string        // pwmchip0/1: the controller and its output; "" for Name
	Chips    string        // directory of the PWM controllers
	Period   time.Duration // of the PWM
	Inverted bool          // the PWM's low level is light
}

// Where the kernel has backlights and PWM controllers.
const (
	Backlights = "/sys/class/backlight"
	PWMChips   = "/sys/class/pwm"
)

// Check finds the faults of what a board file can say.
func (c LightConfig) Check() error {
	var faults []error
	if c.Name == "" || c.Name == "." || c.Name == ".." || strings.ContainsAny(c.Name, "/\x00") {
		faults = append(faults, hal.Faultf("backlight", "%q is neither auto nor none nor the name of a backlight (ls /sys/class/backlight)", c.Name))
	}
	return errors.Join(append(faults, c.checkPWM())...)
}

// Light is a lamp that can be dimmed.
type Light struct {
	highest int
	dark    bool
	write   func(value int) error
}

// OpenLight finds it; nil when there is none to be had or none is wanted.
func OpenLight(c LightConfig) (*Light, error) {
	if c.PWM != "" {
		return openPWM(sysfs{}, c)
	}
	return findBacklight(c.Class, c.Name)
}

// findBacklight finds one by name, or the first for "auto".
func findBacklight(class, name string) (*Light, error) {
	if name == "none" {
		return nil, nil
	}
	entries, err := os.ReadDir(class) // sorted
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if name == "auto" || name == e.Name() {
			return openBacklight(filepath.Join(class, e.Name()))
		}
		names = append(names, e.Name())
	}
	if name == "auto" {
		return nil, nil
	}
	return nil, fmt.Errorf("there is no backlight %q (there are %q; none means no backlight)", name, names)
}

func openBacklight(dir string) (*Light, error) {
	text, err := sysfs{}.read(filepath.Join(dir, "max_brightness"))
	if err != nil {
		return nil, err
	}
	highest, err := strconv.Atoi(text)
	if err != nil || highest < 1 {
		return nil, fmt.Errorf("%s/max_brightness says %q", dir, text)
	}
	l := &Light{highest: highest, write: func(value int) error {
		return sysfs{}.write(filepath.Join(dir, "brightness"), strconv.Itoa(value))
	}}
	if now, err := (sysfs{}).read(filepath.Join(dir, "brightness")); err == nil && now == "0" {
		err = l.Set(100) // an agent that was killed left it dark
		return l, err
	}
	return l, nil
}

// Set gives the lamp a percentage of its brightness: dark at 0 only.
func (l *Light) Set(percent int) error {
	value := int(int64(percent) * int64(l.highest) / 100)
	if percent > 0 {
		value = max(1, value)
	}
	l.dark = percent == 0
	return l.write(value)
}

// Relight is for who has the screen next: a lamp that we darkened shines again.
func (l *Light) Relight() error {
	if l == nil || !l.dark {
		return nil
	}
	return l.Set(100)
}

// sysfs is the kernel's files of settings.
type sysfs struct{}

func (sysfs) read(path string) (string, error) {
	data, err := os.ReadFile(path)
	return strings.TrimSpace(string(data)), err
}

func (sysfs) write(path, value string) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("%w: an udev rule may give it to our group", err)
	}
	if err != nil {
		return err
	}
	_, err = f.WriteString(value)
	return errors.Join(err, f.Close())
}
