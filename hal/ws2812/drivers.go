package ws2812

import (
	"context"
	"log/slog"

	"offhook/hal"
	"offhook/hal/bus"
)

// Drivers is the table of this package: ws2812.
func Drivers() hal.Drivers { return driversOn(bus.OpenSPI) }

func driversOn(open portOpener) hal.Drivers {
	all := &strips{open: open, strips: map[string]*strip{}}
	return hal.Drivers{Indicators: map[string]hal.Driver[hal.Indicator]{"ws2812": {
		Defaults: defaults(),
		Check:    func(p hal.Params) error { _, err := params(p); return err },
		Open: func(_ context.Context, p hal.Params, _ *slog.Logger) (hal.Indicator, error) {
			c, err := params(p)
			if err != nil {
				return nil, err
			}
			l, err := all.lamp(c)
			if err != nil {
				return nil, err
			}
			return l, nil
		},
	}}}
}
