package evdev

import (
	"context"
	"errors"
	"log/slog"
	"os"

	"github.com/holoplot/go-evdev"

	"offhook/hal"
)

func hookDriver() hal.Driver[hal.Hook] {
	return hal.Driver[hal.Hook]{
		Defaults: hookConfig{OffHook: 1},
		Check:    func(p hal.Params) error { _, _, _, err := hookParams(p); return err },
		Open: func(_ context.Context, p hal.Params, _ *slog.Logger) (hal.Hook, error) {
			c, kind, code, err := hookParams(p)
			if err != nil {
				return nil, err
			}
			w := where{c.Device, c.Name}
			f, err := openNode(w, false)
			if err != nil {
				return nil, err
			}
			// The node is open already: a change from now on is in its queue.
			now, err := valueNow(w, kind, code)
			if err != nil {
				return nil, errors.Join(err, f.Close())
			}
			return &hook{f: f, stream: stream{f: f}, kind: kind, code: uint16(code), offHook: int32(c.OffHook), value: now}, nil
		},
	}
}

// valueNow asks the kernel how a key or switch is.
func valueNow(w where, kind uint16, code evdev.EvCode) (int32, error) {
	path, err := locate(w)
	if err != nil {
		return 0, err
	}
	d, err := evdev.OpenWithFlags(path, os.O_RDONLY)
	if err != nil {
		return 0, err
	}
	defer d.Close()
	state, err := d.State(evdev.EvType(kind))
	if err != nil {
		return 0, err
	}
	if state[code] {
		return 1, nil
	}
	return 0, nil
}

// hook is a switch of an input device.
type hook struct {
	f          file
	stream     stream
	kind, code uint16
	offHook    int32

	value int32 // ReadHook's own
	told  bool
}

var _ hal.Hook = (*hook)(nil)

// ReadHook returns the present state first and then each change. One goroutine
// calls it.
func (h *hook) ReadHook() (hal.HookState, error) {
	if !h.told {
		h.told = true
		return h.state(), nil
	}
	for {
		e, err := h.stream.next()
		if err != nil {
			return h.state(), err
		}
		if e.kind == h.kind && e.code == h.code && e.value != h.value && e.value <= 1 {
			h.value = e.value
			return h.state(), nil
		}
	}
}

func (h *hook) state() hal.HookState {
	if h.value == h.offHook {
		return hal.OffHook
	}
	return hal.OnHook
}

// Close wakes the reader.
func (h *hook) Close() error {
	if err := h.f.Close(); !errors.Is(err, os.ErrClosed) {
		return err
	}
	return nil
}
