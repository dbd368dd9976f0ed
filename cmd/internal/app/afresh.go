package app

import (
	"context"
	"time"

	"offhook/board"
)

// lookAfresh is how often parts are looked for that were not there at the start.
const lookAfresh = time.Minute

// afresh has the telephone start anew, once nobody uses it, when a part that did not
// open can be opened by now: a bus that was stuck, a panel that came late. Inputs and
// the sound are opened again where they are; a watchdog is armed by opening it.
func (a *App) afresh(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(lookAfresh):
			a.reopen(ctx)
		}
	}
}

func (a *App) reopen(ctx context.Context) {
	for _, broken := range a.health.list() {
		for _, part := range a.cfg.Board.Parts {
			if part.Path != broken.Part || part.Kind != board.Display && part.Kind != board.Lamp && part.Kind != board.Relay && part.Kind != board.Mixer && part.Kind != board.Expander {
				continue
			}
			if device, err := a.cfg.Board.OpenPart(ctx, a.cfg.Drivers, part, a.cfg.Log); err == nil {
				_ = device.Close() // opened to see that it can be
				a.health.well(part.Path)
				a.reboot.Store(true)
			}
		}
	}
}
