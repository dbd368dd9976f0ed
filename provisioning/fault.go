package provisioning

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
)

// Position is a place in a file. Lines and columns count from 1; 0 is unknown.
// What follows is of files of other makers, whose parameters were converted.
type Position struct {
	File         string
	Line, Column int
	Given        string // the parameter as it stands there: "P32=30"; secrets as ***
	How          string // the conversion: "minutes"
	Over         string // what it was laid over: "common.cfg:4 P32=60"
	User         bool   // the file lets the user of the phone change it
}

func (p Position) String() string {
	switch {
	case p.Line == 0:
		return p.File
	case p.File == "":
		return "line " + strconv.Itoa(p.Line)
	}
	return p.File + ":" + strconv.Itoa(p.Line)
}

// FaultError is one fault of a document: where, which setting, what is wrong
// and what to do. It never carries a secret.
type FaultError struct {
	Position
	Path string // accounts[1001].password; empty for the document as a whole
	Msg  string
}

func (e *FaultError) Error() string {
	s := e.Position.String()
	if e.Given != "" {
		s += " " + e.Given
	}
	for _, part := range []string{e.Path, e.Msg} {
		if part == "" {
			continue
		}
		if s != "" {
			s += ": "
		}
		s += part
	}
	return s
}

// Faults returns every FaultError that err joins or wraps, in its order.
func Faults(err error) []*FaultError {
	switch e := err.(type) {
	case nil:
		return nil
	case *FaultError:
		return []*FaultError{e}
	case interface{ Unwrap() []error }:
		var all []*FaultError
		for _, one := range e.Unwrap() {
			all = append(all, Faults(one)...)
		}
		return all
	}
	return Faults(errors.Unwrap(err))
}

// faults collects.
type faults []*FaultError

func (f *faults) add(at Position, path, format string, args ...any) {
	*f = append(*f, &FaultError{Position: at, Path: path, Msg: fmt.Sprintf(format, args...)})
}

// maxFaults bounds what a hostile file can make us say.
const maxFaults = 100

// err joins the faults in the order of the file.
func (f faults) err() error {
	slices.SortStableFunc(f, func(a, b *FaultError) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	var all []error
	for i, fault := range f {
		if i == maxFaults {
			all = append(all, &FaultError{
				Position: Position{File: fault.File},
				Msg:      fmt.Sprintf("%d more faults are not shown; mend these first", len(f)-i),
			})
			break
		}
		all = append(all, fault)
	}
	return errors.Join(all...)
}
