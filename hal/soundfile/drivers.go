package soundfile

import (
	"context"
	"log/slog"

	"offhook/hal"
)

// Drivers is the table of this package: file.
func Drivers() hal.Drivers {
	return hal.Drivers{Audio: map[string]hal.Driver[hal.AudioIO]{"file": {
		Defaults: defaults(),
		Check:    func(p hal.Params) error { _, err := params(p); return err },
		Open: func(_ context.Context, p hal.Params, log *slog.Logger) (hal.AudioIO, error) {
			c, err := params(p)
			if err != nil {
				return nil, err
			}
			k, err := newMonotonic()
			if err != nil {
				return nil, err
			}
			d, err := open(c, k, log)
			if err != nil {
				_ = k.close()   // nothing waits
				return nil, err // not a nil *PCM in an interface
			}
			return d, nil
		},
	}}}
}
