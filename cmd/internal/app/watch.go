package app

import (
	"context"
	"fmt"
	"time"

	"offhook/cmd/internal/phone"
	"offhook/hal"
)

// watch kicks the hardware watchdog as long as the phone, the user agent and
// the engine have all moved since the last kick. A board that hangs reboots.
func (a *App) watch(ctx context.Context, w hal.Watchdog) error {
	every := w.Timeout() / 3
	tick := time.NewTicker(every)
	defer tick.Stop()
	steps := ^uint64(0) // the first kick asks for no movement yet
	for {
		if stuck := a.stuck(ctx, every, &steps); stuck != nil {
			a.cfg.Log.Error("the watchdog is not kicked", "because", stuck)
		} else if err := w.Kick(); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

func (a *App) stuck(ctx context.Context, within time.Duration, steps *uint64) error {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	if _, err := ask(ctx, a.desk, func(phone.State) bool { return true }); err != nil {
		return fmt.Errorf("the phone does not answer: %w", err)
	}
	if err := a.agent.Ping(ctx); err != nil {
		return fmt.Errorf("the user agent does not answer: %w", err)
	}
	now := a.engine.Steps()
	if now == *steps {
		return fmt.Errorf("no sound has moved for %s", within)
	}
	*steps = now
	return nil
}
