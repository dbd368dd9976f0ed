package gpio

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"periph.io/x/conn/v3/gpio"

	"offhook/hal"
)

type hookConfig struct {
	Chip     string        `param:"chip"`
	Line     string        `param:"line,required" takes:"line"`
	OffHook  string        `param:"off-hook" values:"high low"` // the line's level when the handset is lifted: high or low
	Debounce time.Duration `param:"debounce-delay-ms"`
	Flash    time.Duration `param:"flash-ms"` // on-hook no longer than this is a flash; 0: there is none
}

func hookDefaults() hookConfig { return hookConfig{OffHook: "high", Debounce: 30 * time.Millisecond} }

func hookParams(p hal.Params) (hookConfig, error) {
	c := hookDefaults()
	if err := hal.Decode(p, &c); err != nil {
		return c, err
	}
	return c, errors.Join(checkChip(c.Chip), checkLine("line", c.Chip, c.Line))
}

func hookDriver(open opener) hal.Driver[hal.Hook] {
	return hal.Driver[hal.Hook]{
		Defaults: hookDefaults(),
		Check:    func(p hal.Params) error { _, err := hookParams(p); return err },
		Open: func(_ context.Context, p hal.Params, _ *slog.Logger) (hal.Hook, error) {
			c, err := hookParams(p)
			if err != nil {
				return nil, err
			}
			pin, err := open(c.Chip, c.Line)
			if err != nil {
				return nil, err
			}
			// A switch to ground against a pull-up: closed in the cradle or out of
			// it, the board file says.
			if err := pin.In(gpio.PullUp, gpio.BothEdges); err != nil {
				return nil, errors.Join(err, pin.Halt())
			}
			return &hook{pin: pin, offHook: gpio.Level(c.OffHook == "high"), debounce: c.Debounce, flash: c.Flash}, nil
		},
	}
}

// hook is the cradle's switch.
type hook struct {
	pin      gpio.PinIO
	offHook  gpio.Level
	debounce time.Duration
	flash    time.Duration

	mu     sync.Mutex // no reading of the line after it was given back
	closed bool

	told bool // ReadHook's own: there was a first call
	last hal.HookState
}

var _ hal.Hook = (*hook)(nil)

// ReadHook returns the first state at once and every change when it has lasted
// for the debounce time. One goroutine calls it.
func (h *hook) ReadHook() (hal.HookState, error) {
	for {
		s, err := h.settled()
		if err != nil {
			return h.last, err
		}
		if h.flash > 0 && h.told && h.last == hal.OffHook && s == hal.OnHook {
			if s, err = h.stays(); err != nil {
				return h.last, err
			}
			if s == hal.OffHook {
				return hal.HookFlash, nil
			}
		}
		if !h.told || s != h.last {
			h.told, h.last = true, s
			return s, nil
		}
		h.pin.WaitForEdge(-1)
	}
}

// stays waits out a flash: off-hook when the handset was not put down for good.
func (h *hook) stays() (hal.HookState, error) {
	end := time.Now().Add(h.flash - h.debounce) // which is over already
	for left := time.Until(end); left > 0; left = time.Until(end) {
		if !h.pin.WaitForEdge(left) {
			break
		}
		if s, err := h.settled(); err != nil || s == hal.OffHook {
			return s, err
		}
	}
	return h.read()
}

// settled waits until the level has stayed for the debounce time.
func (h *hook) settled() (hal.HookState, error) {
	s, err := h.read()
	for err == nil {
		edge := h.pin.WaitForEdge(h.debounce)
		before := s
		if s, err = h.read(); !edge && s == before {
			break
		}
	}
	return s, err
}

func (h *hook) read() (hal.HookState, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return h.last, hal.ErrClosed
	}
	switch level, err := levelOn(h.pin); {
	case err != nil: // no reason to lift the handset, nor to hang up
		return h.last, nil
	case level == h.offHook:
		return hal.OffHook, nil
	}
	return hal.OnHook, nil
}

// Close wakes the reader and gives the line back.
func (h *hook) Close() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return nil
	}
	h.closed = true
	return h.pin.Halt()
}
