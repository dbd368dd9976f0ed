package app

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"offhook/hal"
)

// kicker kicks the hardware watchdog as long as the phone, the user agent and
// the engine have all moved since the last kick. A board that hangs reboots.
type kicker struct {
	watchdog     hal.Watchdog
	log          *slog.Logger
	phone, agent func(context.Context) error // return when they have taken a turn
	steps        func() uint64               // of the engine, so far
}

// run may look twice, for a third of the timeout each, between two kicks.
func (k kicker) run(ctx context.Context) error {
	every := k.watchdog.Timeout() / 3
	tick := time.NewTicker(every)
	defer tick.Stop()
	steps := ^uint64(0) // the first kick asks for no movement yet
	for {
		if stuck := k.stuck(ctx, every, &steps); stuck == nil {
			k.kick()
		} else if ctx.Err() == nil {
			k.log.Error("the watchdog is not kicked", "because", stuck)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// kick goes on after a failure: it is the watchdog's to end the phone.
func (k kicker) kick() {
	if err := k.watchdog.Kick(); err != nil {
		k.log.Error("the watchdog does not take a kick", "error", err)
	}
}

func (k kicker) stuck(ctx context.Context, within time.Duration, steps *uint64) error {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	if err := k.phone(ctx); err != nil {
		return fmt.Errorf("the phone does not answer: %w", err)
	}
	if err := k.agent(ctx); err != nil {
		return fmt.Errorf("the user agent does not answer: %w", err)
	}
	now := k.steps()
	if now == *steps {
		return fmt.Errorf("no sound has moved for %s", within)
	}
	*steps = now
	return nil
}
