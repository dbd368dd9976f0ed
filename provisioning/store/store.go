// Package store keeps the last two documents that worked in a directory, so
// that a power cut at any instant leaves a whole one.
//
// A save writes the new document beside the old, makes it durable, and only
// then renames: current becomes previous, the new one becomes current, and the
// directory is made durable after each. Each file carries the SHA-256 of all
// it holds, so that a torn one is known.
package store

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"sync"

	"offhook/provisioning"
)

// The files of a store.
const (
	current  = "document"
	previous = "document.previous"
	unborn   = "document.new"
)

// Dir is a store in a directory.
type Dir struct {
	path string
	disk disk
	mu   sync.Mutex // one Save at a time
}

var _ provisioning.Store = (*Dir)(nil)

// New makes a store in the directory, which is made if it is not there, for
// its owner only: documents hold passwords.
func New(path string) (*Dir, error) { return open(path, osDisk{}) }

func open(path string, d disk) (*Dir, error) {
	if err := d.MkdirAll(path); err != nil {
		return nil, fmt.Errorf("the directory for the configuration cannot be made: %w; choose another with state: in the agent's file", err)
	}
	return &Dir{path: path, disk: d}, nil
}

// Load returns the whole records, newest first.
func (s *Dir) Load() ([]provisioning.Record, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var records []provisioning.Record
	var damaged []error
	for _, name := range []string{current, previous} {
		record, err := s.read(name)
		switch {
		case err == nil:
			records = append(records, record)
		case !errors.Is(err, fs.ErrNotExist):
			damaged = append(damaged, err)
		}
	}
	return records, errors.Join(damaged...)
}

func (s *Dir) read(name string) (provisioning.Record, error) {
	path := filepath.Join(s.path, name)
	data, err := s.disk.ReadFile(path)
	if err != nil {
		return provisioning.Record{}, fmt.Errorf("store: %w", err)
	}
	record, err := decode(data)
	if err != nil {
		return record, fmt.Errorf("store: %s: %w", path, err)
	}
	return record, nil
}

// Save makes the record the newest. When it returns nil the record survives a
// power cut; when not, what was there before does.
func (s *Dir) Save(r provisioning.Record) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	data, err := encode(r)
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	if err := s.save(data); err != nil {
		return fmt.Errorf("store: the configuration is not kept: %w; see that the disk is neither full nor read-only", err)
	}
	return nil
}

func (s *Dir) save(data []byte) error {
	born := filepath.Join(s.path, unborn)
	if err := s.disk.Write(born, data); err != nil {
		return err
	}
	// A damaged file must not take the place of a whole previous one.
	if _, err := s.read(current); err == nil {
		if err := s.disk.Rename(filepath.Join(s.path, current), filepath.Join(s.path, previous)); err != nil {
			return err
		}
		if err := s.disk.SyncDir(s.path); err != nil {
			return err
		}
	}
	if err := s.disk.Rename(born, filepath.Join(s.path, current)); err != nil {
		return err
	}
	return s.disk.SyncDir(s.path)
}
