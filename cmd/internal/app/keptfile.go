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

// keptFile keeps a value over a restart. It writes in its own goroutine: flash
// that is slow delays no key. A power cut leaves the old value or the new one.
type keptFile[T any] struct{ keeper }

// keeper is a keptFile whatever it keeps: its code is there once.
type keeper struct {
	path   string
	what   string // for a person
	log    *slog.Logger
	newest chan any
}

func newHistoryFile(dir string, log *slog.Logger) *keptFile[[]phone.Entry] {
	return newKeptFile[[]phone.Entry](dir, "calls.json", "the call history", log)
}

func newSettingsFile(dir string, log *slog.Logger) *keptFile[phone.Settings] {
	return newKeptFile[phone.Settings](dir, "settings.json", "what was set on the phone", log)
}

func newContactsFile(dir string, log *slog.Logger) *keptFile[[]phone.Contact] {
	return newKeptFile[[]phone.Contact](dir, "contacts.json", "the contacts made on the phone", log)
}

func newKeptFile[T any](dir, name, what string, log *slog.Logger) *keptFile[T] {
	return &keptFile[T]{keeper{path: filepath.Join(dir, name), what: what, log: log, newest: make(chan any, 1)}}
}

// load reads what was kept. A damaged file costs that, not the phone.
func (k *keptFile[T]) load() (kept T) {
	if !k.read(&kept) {
		var none T
		return none // not the half that could be read
	}
	return kept
}

// save never blocks. One goroutine alone calls it.
func (k *keptFile[T]) save(v T) { newest(k.newest, any(v)) }

func (k *keeper) read(into any) bool {
	data, err := os.ReadFile(k.path)
	if errors.Is(err, fs.ErrNotExist) {
		return false
	}
	if err == nil {
		err = json.Unmarshal(data, into)
	}
	if err != nil {
		k.log.Warn(k.what+" cannot be read: it begins anew", "file", k.path, "error", err)
	}
	return err == nil
}

func (k *keeper) run(ctx context.Context) error {
	for {
		select {
		case v := <-k.newest:
			k.write(v)
		case <-ctx.Done():
			select {
			case v := <-k.newest: // the last call is history too
				k.write(v)
			default:
			}
			return nil
		}
	}
}

func (k *keeper) write(v any) {
	data, err := json.Marshal(v)
	if err == nil {
		err = renameio.WriteFile(k.path, data, 0o600)
	}
	if err != nil {
		k.log.Error(k.what+" cannot be kept", "file", k.path, "error", err)
	}
}
