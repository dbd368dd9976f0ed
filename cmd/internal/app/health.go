package app

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"

	"offhook/board"
	"offhook/cmd/internal/localapi"
	"offhook/hal"
)

// health remembers which parts of the board do not work, for status. None of
// them ends the phone.
type health struct {
	log    *slog.Logger
	mu     sync.Mutex
	broken []localapi.Device
}

func newHealth(log *slog.Logger) *health { return &health{log: log, broken: []localapi.Device{}} }

// opened takes what board.Open returned.
func (h *health) opened(err error) {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return
	}
	for _, e := range joined.Unwrap() {
		if p, ok := errors.AsType[*board.PartError](e); ok {
			h.note(p.Part.Path, p.Err)
		} else {
			h.note("", e)
		}
	}
}

// broke tells that a part that worked does so no more, unless it was closed.
func (h *health) broke(ctx context.Context, part string, err error) {
	if ctx.Err() == nil && !errors.Is(err, hal.ErrClosed) {
		h.note(part, err)
	}
}

func (h *health) note(part string, err error) {
	h.log.Error("a part of the board does not work", "part", part, "error", err)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.broken = append(h.broken, localapi.Device{Part: part, Error: err.Error()})
}

// well tells that a part that did not work does so now.
func (h *health) well(part string) {
	h.log.Info("a part of the board works again", "part", part)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.broken = slices.DeleteFunc(h.broken, func(d localapi.Device) bool { return d.Part == part })
}

func (h *health) list() []localapi.Device {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.broken)
}
