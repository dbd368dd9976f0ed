package hal

import (
	"context"
	"log/slog"
)

// Driver opens one kind of device.
type Driver[T any] struct {
	// Check finds every fault in the parameters without touching hardware,
	// so that a board file can be linted on a workstation. Its error joins
	// *ParamError values (errors.Join).
	Check func(Params) error
	// Open opens the device. The context bounds the opening only; Close ends
	// what was opened.
	Open func(context.Context, Params, *slog.Logger) (T, error)
	// Defaults is the struct that the parameters are decoded into, as it is
	// before: what Schema and Claims read. nil: nothing is told of them.
	Defaults any
	// Bound says that the device lives in the program that carries the driver:
	// no other process can open it.
	Bound bool
	// Lines is how many lines an expander has.
	Lines int
}

// Drivers is the table of the drivers that a program carries, by the
// "compatible" string of the board file ("gpio-matrix-keypad").
type Drivers struct {
	Keypads    map[string]Driver[Keypad]
	Hooks      map[string]Driver[Hook]
	Displays   map[string]Driver[Display]
	Indicators map[string]Driver[Indicator]
	Relays     map[string]Driver[Relay]
	Audio      map[string]Driver[AudioIO]
	Mixers     map[string]Driver[Mixer]
	Watchdogs  map[string]Driver[Watchdog]
	Expanders  map[string]Driver[Expander]
	Readers    map[string]Driver[Reader]
	Texts      map[string]Driver[TextDisplay] // a board's display is one of these, or of Displays
}

// Spec is one part of a board: which driver, with which parameters.
type Spec struct {
	Compatible string
	Params     Params
}
