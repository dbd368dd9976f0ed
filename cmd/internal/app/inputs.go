package app

import (
	"context"
	"io"
	"time"

	"offhook/board"
	"offhook/hal"
)

// lookAgain is how often an input that is not there is looked for: a keypad on USB
// is pulled out and plugged in again.
const lookAgain = time.Second

// inputs are the parts that a person or a door acts on. One that breaks, or did not
// open, leaves the rest of the telephone working, and is opened again when it can be.
func (a *App) inputs() (parts []part) {
	for _, p := range a.cfg.Board.Parts {
		var device io.Closer // nil where it did not open
		switch p.Kind {
		case board.Keypad:
			if k := a.devices.Keypads[p.Path]; k != nil {
				device = k
			}
		case board.Reader:
			if r := a.devices.Readers[p.Path]; r != nil {
				device = r
			}
		case board.Hook:
			if a.devices.Hook != nil {
				device = a.devices.Hook
			}
		default:
			continue
		}
		parts = append(parts, part{p.Path, func(ctx context.Context) error { return a.runInput(ctx, p, device) }})
	}
	return parts
}

// runInput reads a device until the telephone ends.
func (a *App) runInput(ctx context.Context, p board.Part, device io.Closer) error {
	for {
		if device != nil {
			a.readInput(ctx, p, device)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(lookAgain):
		}
		var err error
		if device, err = a.cfg.Board.OpenPart(ctx, a.cfg.Drivers, p, a.cfg.Log); err == nil {
			a.health.well(p.Path)
		}
	}
}

// readInput reads a device until it breaks or the telephone ends; closing it is what
// ends its reading.
func (a *App) readInput(ctx context.Context, p board.Part, device io.Closer) {
	stop := context.AfterFunc(ctx, func() { _ = device.Close() })
	var err error
	switch d := device.(type) {
	case hal.Keypad:
		err = readKeys(ctx, d, a.desk.inbox)
	case hal.Reader:
		err = readCards(ctx, d, a.desk)
	case hal.Hook:
		err = readHook(ctx, d, a.desk.inbox)
	}
	a.health.broke(ctx, p.Path, err)
	if stop() {
		_ = device.Close() // it is of no use any more
	}
}
