package benchprov

import (
	"context"
	"errors"
	"fmt"

	"offhook/cmd/internal/farm"
	"offhook/provisioning"
	"offhook/provisioning/source/https"
)

// farm has many telephones come at once, each with a handshake of its own.
func (c Config) farm(ctx context.Context, f *Figures) (err error) {
	s, err := serveFiles(ctx, c.Phones)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	result, err := farm.Run(ctx, farm.Config{
		Count: c.Phones, URL: s.url, Access: provisioning.Access{CA: s.ca},
		Device: func(n int) provisioning.Device { return provisioning.Device{MAC: farm.MAC(n), Model: "bench"} },
		Source: func(provisioning.Device) provisioning.Source { return https.New(https.Config{}) },
		Phases: []farm.Phase{farm.Boot(0)},
	})
	if err != nil {
		return err
	}
	boot := result.Phases[0]
	if boot.Fetched == 0 {
		return fmt.Errorf("no phone of the farm got its file: %v", boot.Errors)
	}
	f.FarmPhones, f.FarmServer, f.FarmP99 = boot.PerSecond, s.name, boot.P99
	c.say("%d of %d phones that came to %s at once had their file, %.0f a second, 99 of 100 within %.0f ms", boot.Fetched, boot.Phones, s.name, boot.PerSecond, boot.P99)
	return nil
}
