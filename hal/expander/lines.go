package expander

import (
	"fmt"
	"strconv"
	"strings"
	"sync"

	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/i2c"
)

// Config is what expanders need of the machine.
type Config struct {
	// Bus opens an I2C bus by its number.
	Bus func(int) (i2c.BusCloser, error)
	// Line opens a line of the kernel's: an expander's interrupt, and every line
	// that is none of an expander.
	Line func(chip, line string) (gpio.PinIO, error)
}

// Lines is where parts find their lines: on the expanders that are open, by
// name, and else on the kernel's controllers.
type Lines struct {
	config Config

	mu        sync.Mutex
	expanders map[string]*Expander
	failed    map[string]error
}

// New makes Lines without an expander.
func New(c Config) *Lines {
	return &Lines{config: c, expanders: map[string]*Expander{}, failed: map[string]error{}}
}

// Open opens a line by the name that a board file gives it.
func (l *Lines) Open(chip, line string) (gpio.PinIO, error) {
	name, offset, numbered := strings.Cut(line, ":")
	l.mu.Lock()
	e, failed := l.expanders[name], l.failed[name]
	l.mu.Unlock()
	switch {
	case !numbered || e == nil && failed == nil:
		return l.config.Line(chip, line)
	case failed != nil:
		return nil, fmt.Errorf("%s cannot be had: its expander did not open: %w", line, failed)
	}
	number, err := strconv.Atoi(offset)
	if err != nil {
		return nil, fmt.Errorf("%s is no line: an expander's are named like %s:3", line, name)
	}
	p, err := e.hold(number)
	if err != nil {
		return nil, err
	}
	return p, nil
}

// add takes in an expander, or that it did not open.
func (l *Lines) add(name string, e *Expander, failed error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.expanders[name] != nil {
		return fmt.Errorf("there is an expander %s already: give each a name of its own", name)
	}
	delete(l.failed, name)
	if failed != nil {
		l.failed[name] = failed
		return nil
	}
	l.expanders[name] = e
	e.forget = func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		delete(l.expanders, name)
	}
	return nil
}
