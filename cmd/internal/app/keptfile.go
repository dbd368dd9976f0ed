package app

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"log/slog"

	"offhook/cmd/internal/phone"
)

// keptFile keeps a value over a restart. It writes in its own goroutine: flash
// that is slow delays no key. A power cut leaves the old value or the new one.
type keptFile[T any] struct{ keeper }

// keeper is a keptFile whatever it keeps: its code is there once.
type keeper struct {
	stateDir
	name   string
	what   string // for a person
	log    *slog.Logger
	newest chan any
}

func newHistoryFile(d stateDir, log *slog.Logger) *keptFile[[]phone.Entry] {
	return newKeptFile[[]phone.Entry](d, "calls.json", "the call history", log)
}

func newSettingsFile(d stateDir, log *slog.Logger) *keptFile[phone.Settings] {
	return newKeptFile[phone.Settings](d, "settings.json", "what was set on the phone", log)
}

func newContactsFile(d stateDir, log *slog.Logger) *keptFile[[]phone.Contact] {
	return newKeptFile[[]phone.Contact](d, "contacts.json", "the contacts made on the phone", log)
}

func newKeptFile[T any](d stateDir, name, what string, log *slog.Logger) *keptFile[T] {
	return &keptFile[T]{keeper{stateDir: d, name: name, what: what, log: log, newest: make(chan any, 1)}}
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
	data, err := k.stateDir.read(k.name)
	if errors.Is(err, fs.ErrNotExist) {
		return false
	}
	if err == nil {
		err = json.Unmarshal(data, into)
	}
	if err != nil {
		k.log.Warn(k.what+" cannot be read: it begins anew", "file", k.path(k.name), "error", err)
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
		err = k.stateDir.write(k.name, data)
	}
	if err != nil {
		k.log.Error(k.what+" cannot be kept", "file", k.path(k.name), "error", err)
	}
}
