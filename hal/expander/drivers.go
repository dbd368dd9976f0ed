package expander

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/i2c"

	"offhook/hal"
)

type config struct {
	_         [0]func()     // nobody compares two: no code for it
	Name      string        `param:"name,required" takes:"name"`
	Chip      string        `param:"chip"` // of the interrupt
	Interrupt string        `param:"interrupt" takes:"line"`
	Bus       int           `param:"bus" range:"0..255"`
	Address   int           `param:"address" takes:"address"`
	Poll      time.Duration `param:"poll-ms"` // without an interrupt
}

// kind is a chip with the addresses that it can have.
type kind struct {
	model       model
	first, last int
	also        int // the other eight of a PCF8574A begin here; 0: there are none
}

// kinds: an address is 0100 and the chip's three address pins; 0111 of a PCF8574A
// (PCF8574/74A datasheet, table 5).
func kinds() map[string]kind {
	return map[string]kind{
		"mcp23017": {mcp23017{}, 0x20, 0x27, 0},
		"pcf8574":  {pcf857x{1}, 0x20, 0x27, 0x38},
		"pcf8575":  {pcf857x{2}, 0x20, 0x27, 0},
	}
}

func defaults() config { return config{Bus: 1, Address: 0x20, Poll: 20 * time.Millisecond} }

func (k kind) params(p hal.Params) (config, error) {
	c := defaults()
	if err := hal.Decode(p, &c); err != nil {
		return c, err
	}
	var faults []error
	if c.Name == "" || strings.ContainsAny(c.Name, ": /") || strings.HasPrefix(c.Name, "gpiochip") {
		faults = append(faults, hal.Faultf("name", "%q is no name for an expander: lines are called after it (expander0:3), so it has neither colon, blank nor slash, and is none of the kernel's gpiochips", c.Name))
	}
	switch {
	case c.Address >= k.first && c.Address <= k.last:
	case k.also != 0 && c.Address >= k.also && c.Address < k.also+8:
	case k.also != 0:
		faults = append(faults, hal.Faultf("address", "%#x is not one of this chip: %#x to %#x, or %#x to %#x for the kind with an A", c.Address, k.first, k.last, k.also, k.also+7))
	default:
		faults = append(faults, hal.Faultf("address", "%#x is not one of this chip: %#x to %#x", c.Address, k.first, k.last))
	}
	if c.Poll < time.Millisecond || c.Poll > time.Second {
		faults = append(faults, hal.Faultf("poll-ms", "%s is not between 1ms and 1s", c.Poll))
	}
	if name, _, _ := strings.Cut(c.Interrupt, ":"); c.Name != "" && name == c.Name {
		faults = append(faults, hal.Faultf("interrupt", "%s is a line of this expander: its interrupt goes to one of the board", c.Interrupt))
	}
	return c, errors.Join(faults...)
}

// Drivers is the table of this package: mcp23017, pcf8574 and pcf8575.
func (l *Lines) Drivers() map[string]hal.Driver[hal.Expander] {
	all := map[string]hal.Driver[hal.Expander]{}
	for name, k := range kinds() {
		all[name] = hal.Driver[hal.Expander]{
			Defaults: defaults(),
			Lines:    k.model.lines(),
			Check:    func(p hal.Params) error { _, err := k.params(p); return err },
			Open: func(_ context.Context, p hal.Params, log *slog.Logger) (hal.Expander, error) {
				c, err := k.params(p)
				if err != nil {
					return nil, err
				}
				e, err := l.open(c, k.model, log)
				if err != nil {
					return nil, errors.Join(err, l.add(c.Name, nil, err))
				}
				return e, nil
			},
		}
	}
	return all
}

func (l *Lines) open(c config, m model, log *slog.Logger) (*Expander, error) {
	bus, err := l.config.Bus(c.Bus)
	if err != nil {
		return nil, err
	}
	e := &Expander{name: c.Name, model: m, bus: bus, dev: i2c.Dev{Bus: bus, Addr: uint16(c.Address)}, poll: c.Poll, log: log,
		pins: map[int]*Pin{}, wake: make(chan struct{}, 1), done: make(chan struct{}), forget: func() {}}
	if c.Interrupt != "" {
		if e.irq, err = l.interrupt(c); err != nil {
			return nil, errors.Join(err, bus.Close())
		}
	}
	if err := e.begin(); err != nil {
		err = fmt.Errorf("no expander answers at %#x on I2C bus %d (i2cdetect -y %d shows what does): %w", c.Address, c.Bus, c.Bus, err)
		if e.irq != nil {
			err = errors.Join(err, e.irq.Halt())
		}
		return nil, errors.Join(err, bus.Close())
	}
	if err := l.add(c.Name, e, nil); err != nil {
		return nil, errors.Join(err, e.Close())
	}
	return e, nil
}

// interrupt opens the line that the chip pulls low, on an open drain.
func (l *Lines) interrupt(c config) (gpio.PinIO, error) {
	pin, err := l.config.Line(c.Chip, c.Interrupt)
	if err != nil {
		return nil, err
	}
	if err := pin.In(gpio.PullUp, gpio.FallingEdge); err != nil {
		return nil, errors.Join(err, pin.Halt())
	}
	return pin, nil
}
