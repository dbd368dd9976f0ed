package board

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"offhook/hal"
)

// Devices are a board's parts, opened. A part that the board lacks, or that
// did not open, is nil or missing.
type Devices struct {
	Keypads  map[string]hal.Keypad // by path: keypads[0]
	Hook     hal.Hook
	Display  hal.Display
	Text     hal.TextDisplay // in place of a Display
	Lamps    map[string]hal.Indicator
	Relays   map[string]hal.Relay
	Readers  map[string]hal.Reader // by path, as keypads
	Audio    hal.AudioIO
	Mixer    hal.Mixer
	Watchdog hal.Watchdog

	opened []io.Closer
}

// PartError is a part that did not open.
type PartError struct {
	Part Part
	Err  error
}

func (e *PartError) Error() string {
	return fmt.Sprintf("%s (%s): %v", e.Part.Path, e.Part.Compatible, e.Err)
}

func (e *PartError) Unwrap() error { return e.Err }

// Open opens every part. A part that fails does not keep the others from
// working (a phone whose screen is broken can still call for help): the error
// joins a *PartError for each, beside the devices that did open.
func (b *Board) Open(ctx context.Context, drivers hal.Drivers, log *slog.Logger) (*Devices, error) {
	d := newDevices()
	var failed []error
	// Expanders first: other parts are on their lines.
	for _, first := range []bool{true, false} {
		for _, part := range b.Parts {
			if (part.Kind == Expander) != first {
				continue
			}
			if err := d.open(ctx, drivers, part, log.With("part", part.Path)); err != nil {
				failed = append(failed, &PartError{Part: part, Err: err})
			}
		}
	}
	return d, errors.Join(failed...)
}

func newDevices() *Devices {
	return &Devices{Keypads: map[string]hal.Keypad{}, Lamps: map[string]hal.Indicator{}, Relays: map[string]hal.Relay{}, Readers: map[string]hal.Reader{}}
}

func (d *Devices) open(ctx context.Context, drivers hal.Drivers, part Part, log *slog.Logger) error {
	switch part.Kind {
	case Keypad:
		return open(ctx, d, drivers.Keypads, part, log, func(k hal.Keypad) { d.Keypads[part.Path] = k })
	case Hook:
		return open(ctx, d, drivers.Hooks, part, log, func(h hal.Hook) { d.Hook = h })
	case Display:
		if _, text := drivers.Texts[part.Compatible]; text {
			return open(ctx, d, drivers.Texts, part, log, func(p hal.TextDisplay) { d.Text = p })
		}
		return open(ctx, d, drivers.Displays, part, log, func(p hal.Display) { d.Display = p })
	case Lamp:
		return open(ctx, d, drivers.Indicators, part, log, func(l hal.Indicator) { d.Lamps[part.Name] = l })
	case Relay:
		return open(ctx, d, drivers.Relays, part, log, func(r hal.Relay) { d.Relays[part.Name] = r })
	case Audio:
		return open(ctx, d, drivers.Audio, part, log, func(a hal.AudioIO) { d.Audio = a })
	case Mixer:
		return open(ctx, d, drivers.Mixers, part, log, func(m hal.Mixer) { d.Mixer = m })
	case Watchdog:
		return open(ctx, d, drivers.Watchdogs, part, log, func(w hal.Watchdog) { d.Watchdog = w })
	case Reader:
		return open(ctx, d, drivers.Readers, part, log, func(r hal.Reader) { d.Readers[part.Path] = r })
	case Expander:
		return open(ctx, d, drivers.Expanders, part, log, func(hal.Expander) {})
	}
	return fmt.Errorf("no such kind of part")
}

func open[T io.Closer](ctx context.Context, d *Devices, table map[string]hal.Driver[T], part Part, log *slog.Logger, keep func(T)) error {
	driver, ok := table[part.Compatible]
	if !ok {
		return fmt.Errorf("this program carries no such driver")
	}
	device, err := driver.Open(ctx, part.Params, log)
	if err != nil {
		return err
	}
	d.opened = append(d.opened, device)
	keep(device)
	return nil
}

// Reopen opens the board's audio part again after it went away, and returns
// the new device; the old one must be closed by its owner.
func (b *Board) Reopen(ctx context.Context, drivers hal.Drivers, log *slog.Logger) (hal.AudioIO, error) {
	for _, part := range b.Parts {
		if part.Kind != Audio {
			continue
		}
		driver, ok := drivers.Audio[part.Compatible]
		if !ok {
			return nil, &PartError{Part: part, Err: errors.New("this program carries no such driver")}
		}
		audio, err := driver.Open(ctx, part.Params, log.With("part", part.Path))
		if err != nil {
			return nil, &PartError{Part: part, Err: err}
		}
		return audio, nil
	}
	return nil, errors.New("board: it has no audio part")
}

// OpenPart opens one part that went away or was not there. The error is a *PartError.
func (b *Board) OpenPart(ctx context.Context, drivers hal.Drivers, part Part, log *slog.Logger) (io.Closer, error) {
	d := newDevices()
	if err := d.open(ctx, drivers, part, log.With("part", part.Path)); err != nil {
		return nil, &PartError{Part: part, Err: err}
	}
	return d.opened[0], nil
}

// Close closes every part, the last opened first.
func (d *Devices) Close() error {
	var errs []error
	for i := len(d.opened) - 1; i >= 0; i-- {
		errs = append(errs, d.opened[i].Close())
	}
	d.opened = nil
	return errors.Join(errs...)
}
