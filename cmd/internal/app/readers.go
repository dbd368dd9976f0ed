package app

import (
	"context"
	"errors"
	"log/slog"

	"offhook/cmd/internal/phone"
	"offhook/hal"
)

// readKeys passes a keypad's events on until it is closed. The owner of the
// keypad closes it to end this.
func readKeys(ctx context.Context, k hal.Keypad, inbox chan<- phone.Input, log *slog.Logger) {
	for {
		e, err := k.ReadKey()
		if err != nil {
			ended(ctx, "keypad", err, log)
			return
		}
		post(ctx, inbox, phone.Key{KeyEvent: e})
	}
}

// readHook is readKeys for the cradle.
func readHook(ctx context.Context, h hal.Hook, inbox chan<- phone.Input, log *slog.Logger) {
	for {
		s, err := h.ReadHook()
		if err != nil {
			ended(ctx, "hook", err, log)
			return
		}
		post(ctx, inbox, phone.Hook{State: s})
	}
}

func ended(ctx context.Context, what string, err error, log *slog.Logger) {
	if ctx.Err() != nil || errors.Is(err, hal.ErrClosed) {
		return
	}
	log.Error("the "+what+" does not work any more", "error", err)
}

// post waits for the phone to take the input; blocking goes up only.
func post(ctx context.Context, inbox chan<- phone.Input, in phone.Input) {
	select {
	case inbox <- in:
	case <-ctx.Done():
	}
}
