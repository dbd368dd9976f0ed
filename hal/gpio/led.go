package gpio

import (
	"context"
	"errors"
	"log/slog"

	"offhook/hal"
	"offhook/hal/blink"
)

type ledConfig struct {
	Chip      string `param:"chip"`
	Line      string `param:"line,required" takes:"line"`
	ActiveLow bool   `param:"active-low"`
}

func ledParams(p hal.Params) (ledConfig, error) {
	var c ledConfig
	if err := hal.Decode(p, &c); err != nil {
		return c, err
	}
	return c, errors.Join(checkChip(c.Chip), checkLine("line", c.Chip, c.Line))
}

func ledDriver(open opener) hal.Driver[hal.Indicator] {
	return hal.Driver[hal.Indicator]{
		Defaults: ledConfig{},
		Check:    func(p hal.Params) error { _, err := ledParams(p); return err },
		Open: func(_ context.Context, p hal.Params, _ *slog.Logger) (hal.Indicator, error) {
			c, err := ledParams(p)
			if err != nil {
				return nil, err
			}
			pin, err := open(c.Chip, c.Line)
			if err != nil {
				return nil, err
			}
			if err := pin.Out(levelOf(false, c.ActiveLow)); err != nil {
				return nil, errors.Join(err, pin.Halt())
			}
			return blink.New(func(on bool) error { return pin.Out(levelOf(on, c.ActiveLow)) }, pin.Halt), nil
		},
	}
}
