// Package board says what a telephone is made of: which parts, which driver
// for each, and how they are wired. A board is one YAML file; adding a board
// adds no code.
package board

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"offhook/hal"
)

// Version is the board file format that this package reads.
const Version = 1

// Kind is what a part does.
type Kind string

// The kinds, as the keys of a board file.
const (
	Keypad   Kind = "keypads"
	Hook     Kind = "hook"
	Display  Kind = "display"
	Lamp     Kind = "lamps"
	Relay    Kind = "relays"
	Audio    Kind = "audio"
	Mixer    Kind = "mixer"
	Watchdog Kind = "watchdog"
	Expander Kind = "expanders"
	Reader   Kind = "readers"
)

// Part is one device of a board.
type Part struct {
	Kind Kind
	Name string // of a lamp or relay; "" where a board has one of the kind
	Path string // in the board file: "lamps.message"
	hal.Spec
	HandsFree HandsFree // of audio, as all that follow; what Profiles say of it is in it
	Profiles  *Profiles // nil: none
}

// Board is a board file.
type Board struct {
	File       string // as given to Load, for messages
	Name       string
	Model      string   // for people and provisioning macros
	Compatible []string // device-tree strings that Detect matches
	Parts      []Part   // in file order
	Separate   bool     // the sound is the work of a process of its own
	Inside     bool     // it never is; neither: see Apart
	lines      map[string]int
}

// Fault is one mistake in a board file.
type Fault struct {
	File string
	Line int // 0 when it belongs to no line
	Path string
	Msg  string
}

func (f *Fault) Error() string {
	where := f.File
	if f.Line > 0 {
		where = fmt.Sprintf("%s:%d", f.File, f.Line)
	}
	if f.Path == "" {
		return where + ": " + f.Msg
	}
	return where + ": " + f.Path + ": " + f.Msg
}

// fault is a Fault at the path's line.
func (b *Board) fault(path, format string, args ...any) error {
	return &Fault{File: b.File, Line: b.lineOf(path), Path: path, Msg: fmt.Sprintf(format, args...)}
}

// lineOf finds the line of the path, or of the nearest parent that has one; 0
// without either.
func (b *Board) lineOf(path string) int {
	for {
		if n, ok := b.lines[path]; ok {
			return n
		}
		cut := strings.LastIndexAny(path, ".[")
		if cut < 0 {
			return 0
		}
		path = path[:cut]
	}
}

// Validate finds every fault that can be found without the hardware: unknown
// drivers, parameters that a driver does not take, a part named twice.
func (b *Board) Validate(drivers hal.Drivers) error {
	var faults []error
	if b.Name == "" {
		faults = append(faults, b.fault("name", "is required"))
	}
	for _, part := range b.Parts {
		driver, known := about(drivers, part)
		if driver.check == nil {
			faults = append(faults, b.fault(part.Path+".compatible", "no driver %q for %s (there are: %s)",
				part.Compatible, part.Kind, strings.Join(known, ", ")))
			continue
		}
		for _, err := range unjoin(driver.check(part.Params)) {
			faults = append(faults, b.paramFault(part, err))
		}
	}
	faults = append(faults, b.shared(drivers)...)
	faults = append(faults, b.expanded(drivers)...)
	return errors.Join(append(faults, b.validateMedia(drivers))...)
}

func (b *Board) validateMedia(drivers hal.Drivers) error {
	if !b.Separate {
		return nil
	}
	audio, ok := b.Audio()
	if !ok {
		return b.fault("media.process", "separate is of no use on a board without audio")
	}
	if drivers.Audio[audio.Compatible].Bound {
		return b.fault("media.process", "separate needs a sound device that another process can open: %s lives in this one", audio.Compatible)
	}
	return nil
}

// Apart tells whether the sound is to be the work of a process of its own. Where
// the file leaves it open that is so on one core, on which the work of the same
// process holds up its sound, if another process can open the sound device.
func (b *Board) Apart(drivers hal.Drivers, cores int) bool {
	if b.Separate || b.Inside {
		return b.Separate
	}
	audio, ok := b.Audio()
	return ok && cores == 1 && !drivers.Audio[audio.Compatible].Bound
}

// Audio is the board's audio part, if it has one.
func (b *Board) Audio() (Part, bool) {
	for _, part := range b.Parts {
		if part.Kind == Audio {
			return part, true
		}
	}
	return Part{}, false
}

// Without is the board less its parts of a kind, for who has another process
// open those.
func (b *Board) Without(kind Kind) *Board {
	out := *b
	out.Parts = slices.DeleteFunc(slices.Clone(b.Parts), func(p Part) bool { return p.Kind == kind })
	return &out
}

func (b *Board) paramFault(part Part, err error) error {
	if fault, ok := errors.AsType[*hal.ParamError](err); ok {
		return b.fault(part.Path+"."+fault.Path, "%s", fault.Msg)
	}
	return b.fault(part.Path, "%s", err)
}

func unjoin(err error) []error {
	if err == nil {
		return nil
	}
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var out []error
	for _, e := range joined.Unwrap() {
		out = append(out, unjoin(e)...)
	}
	return out
}
