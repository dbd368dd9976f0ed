package benchpeers

import (
	"context"
	"fmt"
	"slices"
	"time"

	"offhook/cmd/internal/lab"
)

// glance is how often the exchange is asked.
const glance = 500 * time.Microsecond

// registered waits for a telephone's binding and tells when it was made.
func registered(ctx context.Context, l *lab.Lab, extension string, after time.Time) (time.Time, error) {
	var since time.Time
	err := until(ctx, func() bool {
		for _, r := range l.Registrations() {
			if r.Extension == extension && r.Since.After(after) {
				since = r.Since
				return true
			}
		}
		return false
	})
	if err != nil {
		return since, fmt.Errorf("it did not register: %w", err)
	}
	return since, nil
}

// unregistered waits until nobody has the extension.
func unregistered(ctx context.Context, l *lab.Lab, extension string) error {
	return until(ctx, func() bool {
		for _, r := range l.Registrations() {
			if r.Extension == extension {
				return false
			}
		}
		return true
	})
}

// speaks waits for the first packet of a call of an extension's, and tells how long
// after the INVITE it came.
func speaks(ctx context.Context, l *lab.Lab, extension string, after time.Time) (time.Duration, error) {
	var delay time.Duration
	err := until(ctx, func() bool {
		c, ok := newest(l, extension, after)
		delay = time.Since(c.Started)
		return ok && c.Legs[0].Stats.Received > 0
	})
	if err != nil {
		return 0, fmt.Errorf("no sound came: %w", err)
	}
	return delay, nil
}

// newest is the call of an extension's that began last, and after an instant: one
// that was not hung up may still be there.
func newest(l *lab.Lab, extension string, after time.Time) (lab.Call, bool) {
	for _, c := range slices.Backward(l.Calls()) {
		if c.From == extension && len(c.Legs) > 0 && c.Started.After(after) {
			return c, true
		}
	}
	return lab.Call{}, false
}

func until(ctx context.Context, ok func() bool) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	tick := time.NewTicker(glance)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

func wait(ctx context.Context, long time.Duration) error {
	timer := time.NewTimer(long)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
