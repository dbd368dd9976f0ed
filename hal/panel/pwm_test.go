package panel

import (
	"errors"
	"fmt"
	"image"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sys/unix"

	"offhook/hal"
)

// pwm is a PWM controller in the kernel's files, with the kernel's rules.
type pwm struct {
	t        *testing.T
	exported bool
	enabled  bool
	period   int
	duty     int
	polarity string // "" has no such file
	upright  bool   // the controller cannot invert
	deny     error  // of everything
}

func (p *pwm) name(path string) string {
	dir, name := filepath.Split(path)
	if name == "export" && dir == "/pwm/pwmchip2/" || dir == "/pwm/pwmchip2/pwm1/" && p.exported {
		return name
	}
	return ""
}

func (p *pwm) read(path string) (string, error) {
	switch name := p.name(path); {
	case p.deny != nil:
		return "", p.deny
	case name == "enable":
		return map[bool]string{false: "0", true: "1"}[p.enabled], nil
	case name == "polarity" && p.polarity != "":
		return p.polarity, nil
	}
	return "", &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
}

func (p *pwm) write(path, value string) error {
	n, _ := strconv.Atoi(value)
	switch name := p.name(path); {
	case name == "export" && p.exported:
		return unix.EBUSY
	case name == "export" && value != "1":
		return unix.ENODEV
	case name == "export":
		p.exported = true
	case name == "period" && n < p.duty, name == "duty_cycle" && n > p.period, n < 0:
		return unix.EINVAL
	case name == "period":
		p.period = n
	case name == "duty_cycle":
		p.duty = n
	case name == "polarity" && p.enabled:
		return unix.EBUSY
	case name == "polarity" && p.upright && value != "normal":
		return unix.EINVAL
	case name == "polarity" && p.polarity != "":
		p.polarity = value
	case name == "enable" && value == "1" && p.period == 0:
		return unix.EINVAL
	case name == "enable":
		p.enabled = value == "1"
	default:
		return &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
	}
	return nil
}

// high is for how much of its time the output is, in percent.
func (p *pwm) high() int {
	if !p.enabled {
		p.t.Error("the output is off")
	}
	if p.polarity == "inversed" {
		return 100 - p.duty*100/p.period
	}
	return p.duty * 100 / p.period
}

func TestPWM(t *testing.T) {
	for _, c := range []struct {
		name     string
		pwm      pwm
		inverted bool
	}{
		{"fresh -> exported", pwm{polarity: "normal"}, false},
		{"fresh, low is light -> inverted by the controller", pwm{polarity: "normal"}, true},
		{"the controller cannot -> inverted by us", pwm{polarity: "normal", upright: true}, true},
		{"no polarity at all -> inverted by us", pwm{}, true},
		{"on already, with a longer time -> taken over", pwm{exported: true, enabled: true, period: 5e6, duty: 4e6, polarity: "normal"}, false},
		{"on already the other way round -> turned", pwm{exported: true, enabled: true, period: 100, duty: 100, polarity: "inversed"}, false},
		{"on already as it should be -> taken over", pwm{exported: true, enabled: true, period: 100, duty: 70, polarity: "inversed"}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := &c.pwm
			p.t = t
			l, err := openPWM(p, LightConfig{PWM: "pwmchip2/1", Chips: "/pwm", Period: time.Millisecond, Inverted: c.inverted})
			if err != nil {
				t.Fatal(err)
			}
			for _, percent := range []int{100, 50, 1, 0, 100} {
				want := percent
				if c.inverted {
					want = 100 - percent
				}
				if err := l.Set(percent); err != nil || p.high() != want || p.period != 1e6 {
					t.Errorf("%d percent: high for %d percent of %d ns; %v", percent, p.high(), p.period, err)
				}
			}
		})
	}
}

func TestPWM_is_lit_when_it_is_opened(t *testing.T) {
	p := &pwm{t: t, polarity: "normal"}
	if _, err := openPWM(p, LightConfig{PWM: "pwmchip2/1", Chips: "/pwm", Period: time.Millisecond}); err != nil || p.high() != 100 {
		t.Errorf("high for %d percent, %v", p.high(), err)
	}
}

func TestPWM_faults(t *testing.T) {
	for _, c := range []struct {
		name, pwm, want string
		deny            error
	}{
		{"no such controller -> said", "pwmchip3/1", "PWM pwmchip3/1: open /pwm/pwmchip3/export", nil},
		{"no such output -> said", "pwmchip2/7", "PWM pwmchip2/7: no such device (ls /sys/class/pwm;", nil},
		{"not allowed -> said", "pwmchip2/1", "permission denied", os.ErrPermission},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := openPWM(&pwm{t: t, deny: c.deny}, LightConfig{PWM: c.pwm, Chips: "/pwm", Period: time.Millisecond})
			if err == nil || !strings.HasPrefix(err.Error(), c.want) && !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
	check := driversOn(nil, nil, "").Displays["linux-fb"].Check
	for _, c := range []struct {
		p    hal.Params
		want string
	}{
		{hal.Params{"backlight-pwm": "pwmchip0/1"}, ""},
		{hal.Params{"backlight-pwm": "pwm1"}, `backlight-pwm: "pwm1" is not a PWM controller and its output`},
		{hal.Params{"backlight-pwm": "pwmchip0/x"}, `backlight-pwm: "pwmchip0/x"`},
		{hal.Params{"backlight-pwm": "pwmchip0/1", "backlight-period-us": "1s"}, "backlight-period-us: 1s is not between 1µs and 50ms"},
	} {
		if err := check(c.p); fmt.Sprint(err) == "<nil>" != (c.want == "") || err != nil && !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%v: %v, want %s", c.p, err, c.want)
		}
	}
	if err := st7789Check(hal.Params{"dc": "GPIO1", "backlight": "GPIO2", "backlight-pwm": "pwmchip0/1"}); err == nil || !strings.Contains(err.Error(), "backlight is a line already") {
		t.Errorf("two lights: %v", err)
	}
}

func st7789Check(p hal.Params) error { return tftDrivers(nil, nil)["st7789-spi"].Check(p) }

// A panel on SPI is dimmed by a PWM in place of its line.
func TestTFT_is_dimmed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &pwm{t: t, polarity: "normal"}
		lamp, err := openPWM(p, LightConfig{PWM: "pwmchip2/1", Chips: "/pwm", Period: time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		g := newTFTGlass(t, 0, image.Point{}, image.Pt(240, 240), false)
		d := openTFT(t, g, "st7789-spi", tftParts(hal.Params{"height": 240, "backlight": nil}))
		d.(*TFT).bus.lamp = lamp
		for _, percent := range []int{30, 0, 100} {
			if err := d.Backlight(percent); err != nil || p.high() != percent || g.on != (percent > 0) {
				t.Errorf("%d percent: %d, on %v, %v", percent, p.high(), g.on, err)
			}
		}
		if err := d.Close(); err != nil || p.high() != 0 {
			t.Errorf("closed: %d percent, %v", p.high(), err)
		}
	})
}

// Files of a directory are the kernel's as far as names go.
func TestSysfs(t *testing.T) {
	dir := backlights(t, map[string]string{"pwmchip0/pwm0/enable": "1\n", "pwmchip0/pwm0/duty_cycle": "", "pwmchip0/pwm0/period": "", "pwmchip0/export": ""})
	l, err := OpenLight(LightConfig{PWM: "pwmchip0/0", Chips: dir, Period: time.Millisecond})
	if err == nil {
		err = os.Truncate(filepath.Join(dir, "pwmchip0/pwm0/duty_cycle"), 0)
	}
	if err == nil {
		err = l.Set(25)
	}
	duty, _ := os.ReadFile(filepath.Join(dir, "pwmchip0/pwm0/duty_cycle"))
	if err != nil || string(duty) != "250000" {
		t.Errorf("wrote %q, %v", duty, err)
	}
	if err := (sysfs{}).write(filepath.Join(dir, "none"), "1"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
}
