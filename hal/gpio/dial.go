package gpio

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"offhook/hal"
	"offhook/hal/keys"
)

type dialConfig struct {
	_        [0]func()     // nobody compares two: no code for it
	Chip     string        `param:"chip"`
	Line     string        `param:"line,required" takes:"line"` // closed to ground, and interrupted by each pulse
	Turning  string        `param:"turning" takes:"line"`       // closed to ground while the dial is off its rest; "": there is none
	Digits   string        `param:"digits" values:"usual new-zealand sweden"`
	Debounce time.Duration `param:"debounce-delay-ms"`
	Pause    time.Duration `param:"pause-ms"`
}

func dialDefaults() dialConfig {
	return dialConfig{Digits: "usual", Debounce: 10 * time.Millisecond, Pause: 250 * time.Millisecond}
}

// digits are those of one to ten pulses.
func (c dialConfig) digits() string {
	switch c.Digits {
	case "new-zealand": // ten less the digit
		return "9876543210"
	case "sweden": // one more than the digit
		return "0123456789"
	}
	return "1234567890"
}

func dialParams(p hal.Params) (dialConfig, error) {
	c := dialDefaults()
	if err := hal.Decode(p, &c); err != nil {
		return c, err
	}
	return c, errors.Join(checkChip(c.Chip), checkLines("line", c.Chip, c.lines(), map[string]string{}))
}

func (c dialConfig) lines() []string {
	if c.Turning == "" {
		return []string{c.Line}
	}
	return []string{c.Line, c.Turning}
}

func dialDriver(open opener) hal.Driver[hal.Keypad] {
	return hal.Driver[hal.Keypad]{
		Defaults: dialDefaults(),
		Check:    func(p hal.Params) error { _, err := dialParams(p); return err },
		Open: func(_ context.Context, p hal.Params, _ *slog.Logger) (hal.Keypad, error) {
			c, err := dialParams(p)
			if err != nil {
				return nil, err
			}
			return newContacts(open, c.Chip, c.lines(), true, &keys.Dial{Debounce: c.Debounce, Pause: c.Pause, Digits: c.digits()})
		},
	}
}

type encoderConfig struct {
	Chip      string   `param:"chip"`
	Lines     []string `param:"lines,required" takes:"line"` // A and B
	Clockwise hal.Key  `param:"clockwise"`
	Counter   hal.Key  `param:"counter-clockwise"`
	Steps     int      `param:"steps-per-detent" values:"1 2 4"`
}

func encoderDefaults() encoderConfig {
	return encoderConfig{Clockwise: hal.KeyVolumeUp, Counter: hal.KeyVolumeDown, Steps: 4}
}

func encoderParams(p hal.Params) (encoderConfig, error) {
	c := encoderDefaults()
	if err := hal.Decode(p, &c); err != nil {
		return c, err
	}
	used := map[hal.Key]string{}
	return c, errors.Join(checkChip(c.Chip), checkLines("lines", c.Chip, c.Lines, map[string]string{}), c.two(),
		checkKey("clockwise", c.Clockwise, used), checkKey("counter-clockwise", c.Counter, used))
}

func (c encoderConfig) two() error {
	if len(c.Lines) != 2 {
		return hal.Faultf("lines", "are %d: an encoder has two", len(c.Lines))
	}
	return nil
}

func encoderDriver(open opener) hal.Driver[hal.Keypad] {
	return hal.Driver[hal.Keypad]{
		Defaults: encoderDefaults(),
		Check:    func(p hal.Params) error { _, err := encoderParams(p); return err },
		Open: func(_ context.Context, p hal.Params, _ *slog.Logger) (hal.Keypad, error) {
			c, err := encoderParams(p)
			if err != nil {
				return nil, err
			}
			return newContacts(open, c.Chip, c.Lines, true, &keys.Encoder{Clockwise: c.Clockwise, Counter: c.Counter, Steps: c.Steps})
		},
	}
}
