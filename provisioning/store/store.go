// Package store keeps the last documents in a directory, with what became of
// each, and what the phone's user has set, so that a power cut at any instant
// leaves a phone with a document that works.
//
// Each document is a file of its own, document.N, numbered from 1 up. A save
// writes the file beside the others, makes it durable, renames it to its name
// and makes the directory durable; only then is the oldest removed. Each file
// carries the SHA-256 of all it holds, so that a torn one is known.
package store

import (
	"errors"
	"fmt"
	"path/filepath"
	"sync"

	"offhook/provisioning"
)

// The bounds of the history.
const (
	keep     = 5       // documents
	keepSize = 2 << 20 // bytes of them together; the newest and the one to start with are kept whatever they have
)

// born is behind the name of a file that is not whole yet.
const born = ".new"

// Dir is a store in a directory.
type Dir struct {
	path string
	disk Disk
	mu   sync.Mutex // one use of the directory at a time
}

var _ provisioning.Store = (*Dir)(nil)

// New makes a store in the directory, which is made if it is not there, for
// its owner only: documents hold passwords.
func New(path string) (*Dir, error) { return Open(path, OS{}) }

// Open is New on any Disk.
func Open(path string, d Disk) (*Dir, error) {
	if err := d.MkdirAll(path); err != nil {
		return nil, fmt.Errorf("the directory for the configuration cannot be made: %w; choose another with state: in the agent's file", err)
	}
	return &Dir{path: path, disk: d}, nil
}

// Load returns the whole records, newest first.
func (s *Dir) Load() ([]provisioning.Record, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	kept, err := s.list()
	var records []provisioning.Record
	damaged := []error{err}
	for _, e := range kept {
		record, err := s.read(e)
		if err != nil {
			damaged = append(damaged, err)
			continue
		}
		records = append(records, record)
	}
	return records, errors.Join(damaged...)
}

func (s *Dir) read(e entry) (provisioning.Record, error) {
	path := filepath.Join(s.path, e.name)
	data, err := s.disk.ReadFile(path)
	if err != nil {
		return provisioning.Record{}, fmt.Errorf("store: %w", err)
	}
	record, err := decode(data)
	if err != nil {
		return record, fmt.Errorf("store: %s: %w", path, err)
	}
	record.Meta.Number = e.number
	return record, nil
}

// Save makes the record the newest, or puts it in the place of the one with its
// number. When it returns nil the record survives a power cut; when not, what
// was there before does.
func (s *Dir) Save(r provisioning.Record) (number int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	data, err := encode(r)
	if err != nil {
		return 0, fmt.Errorf("store: %w", err)
	}
	if len(data) > maxFile {
		return 0, fmt.Errorf("store: the configuration is not kept: it has more than %d bytes; remove from it what is not for this phone", maxFile)
	}
	kept, err := s.list()
	if err != nil {
		return 0, unkept(err)
	}
	e := place(kept, r.Meta.Number)
	if err := s.put(e.name, data); err != nil {
		return 0, unkept(err)
	}
	s.prune()
	return e.number, nil
}

func unkept(err error) error {
	return fmt.Errorf("store: the configuration is not kept: %w; see that the disk is neither full nor read-only", err)
}

// put makes a file durable under its name, whole or not at all.
func (s *Dir) put(name string, data []byte) error {
	beside := filepath.Join(s.path, name+born)
	if err := s.disk.Write(beside, data); err != nil {
		_ = s.disk.Remove(beside) // of a full disk at least what was begun is given back
		return err
	}
	if err := s.disk.Rename(beside, filepath.Join(s.path, name)); err != nil {
		return err
	}
	return s.disk.SyncDir(s.path)
}
