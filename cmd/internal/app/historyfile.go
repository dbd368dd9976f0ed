package app

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"

	"offhook/cmd/internal/phone"
)

// historyFile keeps the call history over a restart. It writes in its own
// goroutine: flash that is slow delays no key.
type historyFile struct {
	path   string
	log    *slog.Logger
	newest chan []phone.Entry
}

func newHistoryFile(dir string, log *slog.Logger) *historyFile {
	return &historyFile{path: filepath.Join(dir, "calls.json"), log: log, newest: make(chan []phone.Entry, 1)}
}

// load reads what was kept. A damaged file costs the history, not the phone.
func (h *historyFile) load() []phone.Entry {
	data, err := os.ReadFile(h.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	var entries []phone.Entry
	if err == nil {
		err = json.Unmarshal(data, &entries)
	}
	if err != nil {
		h.log.Warn("the call history cannot be read: it begins anew", "file", h.path, "error", err)
		return nil
	}
	return entries
}

// save never blocks. Only the phone's goroutine calls it.
func (h *historyFile) save(entries []phone.Entry) { newest(h.newest, entries) }

func (h *historyFile) run(ctx context.Context) error {
	for {
		select {
		case entries := <-h.newest:
			h.write(entries)
		case <-ctx.Done():
			select {
			case entries := <-h.newest: // the last call is history too
				h.write(entries)
			default:
			}
			return nil
		}
	}
}

func (h *historyFile) write(entries []phone.Entry) {
	data, err := json.Marshal(entries)
	if err == nil {
		err = renameio.WriteFile(h.path, data, 0o600)
	}
	if err != nil {
		h.log.Error("the call history cannot be kept", "file", h.path, "error", err)
	}
}
