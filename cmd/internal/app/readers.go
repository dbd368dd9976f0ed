package app

import (
	"context"
	"time"

	"offhook/cmd/internal/phone"
	"offhook/hal"
)

// readKeys passes a keypad's events on until it is closed or breaks. The owner
// of the keypad closes it to end this.
func readKeys(ctx context.Context, k hal.Keypad, inbox chan<- phone.Input) error {
	for {
		e, err := k.ReadKey()
		if err != nil {
			return err
		}
		post(ctx, inbox, phone.Key{KeyEvent: e})
	}
}

// readCards passes on what a reader of credentials reads.
func readCards(ctx context.Context, r hal.Reader, d *desk) error {
	for {
		c, err := r.ReadCredential()
		if err != nil {
			return err
		}
		d.do(ctx, func() {
			d.say(ctx, d.door.card(c))
			d.awaitDoor(ctx)
		})
	}
}

// readHook is readKeys for the cradle.
func readHook(ctx context.Context, h hal.Hook, inbox chan<- phone.Input) error {
	for {
		s, err := h.ReadHook()
		if err != nil {
			return err
		}
		if s == hal.HookFlash { // what the key R of such telephones does: hold, and change between two calls
			for _, action := range []hal.KeyAction{hal.KeyPress, hal.KeyRelease} {
				post(ctx, inbox, phone.Key{KeyEvent: hal.KeyEvent{Key: hal.KeyHold, Action: action, Time: time.Now()}})
			}
			continue
		}
		post(ctx, inbox, phone.Hook{State: s})
	}
}

// post waits for the phone to take the input; blocking goes up only.
func post(ctx context.Context, inbox chan<- phone.Input, in phone.Input) {
	select {
	case inbox <- in:
	case <-ctx.Done():
	}
}
