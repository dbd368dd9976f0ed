package panel

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"offhook/hal"
)

// settings are files that hold a line each; tests have their own.
type settings interface {
	read(path string) (string, error)
	write(path, value string) error
}

// The periods that are believed: 20 Hz, which is seen to flicker, to 1 MHz.
const (
	shortestPeriod = time.Microsecond
	longestPeriod  = 50 * time.Millisecond
)

func (c LightConfig) checkPWM() error {
	if c.PWM == "" {
		return nil
	}
	var faults []error
	if _, _, ok := parsePWM(c.PWM); !ok {
		faults = append(faults, hal.Faultf("backlight-pwm", "%q is not a PWM controller and its output such as pwmchip0/1 (ls /sys/class/pwm)", c.PWM))
	}
	if c.Period < shortestPeriod || c.Period > longestPeriod {
		faults = append(faults, hal.Faultf("backlight-period-us", "%s is not between %s and %s", c.Period, shortestPeriod, longestPeriod))
	}
	return errors.Join(faults...)
}

func parsePWM(name string) (chip, output string, ok bool) {
	chip, output, _ = strings.Cut(name, "/")
	number, found := strings.CutPrefix(chip, "pwmchip")
	_, err1 := strconv.ParseUint(number, 10, 16)
	_, err2 := strconv.ParseUint(output, 10, 16)
	return chip, output, found && err1 == nil && err2 == nil
}

// openPWM takes an output of a PWM controller as it has to be by the kernel's
// rules (Documentation/ABI/testing/sysfs-class-pwm): the polarity changes only
// while it is off, and the time that it is high is at no moment more than a period.
// It begins with full light.
func openPWM(s settings, c LightConfig) (*Light, error) {
	chip, output, _ := parsePWM(c.PWM)
	dir := filepath.Join(c.Chips, chip, "pwm"+output)
	l, err := beginPWM(s, c, filepath.Join(c.Chips, chip, "export"), dir, output)
	if err != nil {
		return nil, fmt.Errorf("PWM %s: %w (ls /sys/class/pwm; the pin has to be switched to PWM by the device tree)", c.PWM, err)
	}
	return l, nil
}

func beginPWM(s settings, c LightConfig, export, dir, output string) (*Light, error) {
	enabled, err := s.read(filepath.Join(dir, "enable"))
	if errors.Is(err, fs.ErrNotExist) {
		if err := s.write(export, output); err != nil {
			return nil, err
		}
		enabled, err = s.read(filepath.Join(dir, "enable"))
	}
	if err != nil {
		return nil, err
	}
	inverted, err := polarity(s, dir, enabled == "1", c.Inverted)
	if err != nil {
		return nil, err
	}
	period := int(c.Period)
	if err := setPeriod(s, dir, period); err != nil {
		return nil, err
	}
	duty := filepath.Join(dir, "duty_cycle")
	l := &Light{highest: period, write: func(value int) error {
		if inverted != c.Inverted { // the controller does not, so we do
			value = period - value
		}
		return s.write(duty, strconv.Itoa(value))
	}}
	if err := l.Set(100); err != nil {
		return nil, err
	}
	return l, s.write(filepath.Join(dir, "enable"), "1")
}

// polarity has the controller turn its output around where it can, and tells
// whether it does.
func polarity(s settings, dir string, enabled, want bool) (inverted bool, err error) {
	file := filepath.Join(dir, "polarity")
	is, err := s.read(file)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil // one that cannot be changed has no such file
	}
	if err != nil {
		return false, err
	}
	if inverted = is == "inversed"; inverted == want {
		return inverted, nil
	}
	if enabled {
		if err := s.write(filepath.Join(dir, "enable"), "0"); err != nil {
			return false, err
		}
	}
	if s.write(file, map[bool]string{false: "normal", true: "inversed"}[want]) == nil {
		return want, nil
	}
	return inverted, nil
}

func setPeriod(s settings, dir string, period int) error {
	if err := s.write(filepath.Join(dir, "duty_cycle"), "0"); err != nil {
		return err
	}
	return s.write(filepath.Join(dir, "period"), strconv.Itoa(period))
}
