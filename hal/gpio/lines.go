package gpio

import (
	"errors"

	"offhook/hal/bus"
	"offhook/hal/expander"
)

// NewLines are this machine's lines and those of its expanders, for every part
// of a board: an expander opens once.
func NewLines() *expander.Lines {
	return expander.New(expander.Config{Bus: bus.OpenI2C, Line: openReal})
}

// Named is a line and the parameter that names it.
type Named struct{ Path, Line string }

// CheckLines finds what is wrong with the lines of one part, and with the label
// of their controller, which may be empty. It joins a *hal.ParamError for each.
func CheckLines(chip string, lines ...Named) error {
	faults := []error{checkChip(chip)}
	seen := map[string]string{}
	for _, l := range lines {
		faults = append(faults, checkLine(l.Path, chip, l.Line), checkOnce(l.Path, l.Line, seen))
	}
	return errors.Join(faults...)
}
