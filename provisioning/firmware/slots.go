package firmware

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"syscall"
)

// Disk is what of a disk is needed; each call is a point at which the power may go.
type Disk interface {
	ReadFile(path string) ([]byte, error)
	// Write makes the file hold data and be durable, or fails.
	Write(path string, data []byte) error
	Rename(from, to string) error
	Remove(path string) error
	MkdirAll(path string) error
	SyncDir(path string) error
	// Open opens a file for reading, and tells how long it is.
	Open(path string) (File, int64, error)
	// MakeProgram makes a file durable, and one that can be run by its owner.
	MakeProgram(path string) error
}

// File is one that is read.
type File interface {
	io.ReaderAt
	io.Closer
}

// Slots are the places in the state directory. One process at a time changes them.
type Slots struct {
	Dir    string
	Disk   Disk
	Keys   Keys
	Target string // of programs that may run here
}

// Program is the file of a slot.
func (s Slots) Program(slot Slot) string { return filepath.Join(s.Dir, string(slot)) }

func (s Slots) recordFile() string { return filepath.Join(s.Dir, "record") }

// Part is the file that a download grows in, PartOf what it is of.
func (s Slots) Part() string   { return filepath.Join(s.Dir, "part") }
func (s Slots) hand() string   { return filepath.Join(s.Dir, "hand") } // what a person gives
func (s Slots) partOf() string { return filepath.Join(s.Dir, "part.of") }

// Load reads the record.
func (s Slots) Load() Record {
	data, err := s.Disk.ReadFile(s.recordFile())
	if err != nil {
		return Record{}
	}
	return parseRecord(data)
}

// Save writes the record: after it, or before it, whatever happens.
func (s Slots) Save(r Record) error {
	data, err := json.Marshal(r)
	if err != nil {
		return err
	}
	fresh := s.recordFile() + ".new"
	if err := s.Disk.Write(fresh, data); err != nil {
		return fmt.Errorf("the record of versions is not kept: %w", err)
	}
	if err := s.Disk.Rename(fresh, s.recordFile()); err != nil {
		return err
	}
	return s.Disk.SyncDir(s.Dir)
}

// sum is the hash that the manifest of a slot's program tells; "": there is none.
func (s Slots) sum(slot Slot) string {
	file, size, err := s.Disk.Open(s.Program(slot))
	if slot == Installed || err != nil {
		return ""
	}
	defer file.Close()
	m, _ := s.Keys.head(file, size)
	return m.SHA256
}

// Check verifies the program of a file.
func (s Slots) Check(path string) (m Manifest, err error) {
	file, size, err := s.Disk.Open(path)
	if err != nil {
		return m, err
	}
	defer file.Close()
	return s.Keys.Verify(file, size, s.Target)
}

// Choose tells which program is to run now, and keeps that it does. The path is ""
// for the installed one. An error is of the record alone: there is always a program.
func (s Slots) Choose(installed string) (path string, slot Slot, err error) {
	before := s.Load()
	if before.Installed == "" {
		return "", Installed, nil // nothing was ever put into a slot
	}
	r := before
	for {
		r, slot = r.Start(installed)
		if slot == Installed {
			break
		}
		if _, bad := s.Check(s.Program(slot)); bad != nil {
			r = r.Broken(slot, explain(bad))
			continue
		}
		path = s.Program(slot)
		break
	}
	if same, _ := json.Marshal(before); string(same) != mustLine(r) {
		err = s.Save(r)
	}
	if err != nil && r.Trial != Installed {
		// Its starts cannot be counted: a program that does not work would be started
		// for ever.
		return s.good(r), r.Slot, err
	}
	return path, slot, err
}

// good is the program that is not on trial.
func (s Slots) good(r Record) string {
	if r.Slot == Installed {
		return ""
	}
	if _, err := s.Check(s.Program(r.Slot)); err != nil {
		return ""
	}
	return s.Program(r.Slot)
}

func mustLine(r Record) string {
	line, _ := json.Marshal(r) // strings and numbers
	return string(line)
}

func explain(err error) string {
	if errors.Is(err, fs.ErrNotExist) {
		return "its file is gone"
	}
	return err.Error()
}

// Install verifies the file of a download and puts it on trial for the next start,
// in the slot that does not run. It is gone from where it was, good or not.
func (s Slots) Install(path, installed string, bound bool, allowed func(Manifest) error) (m Manifest, err error) {
	m, err = s.Check(path)
	if err == nil {
		err = allowed(m)
	}
	if err != nil {
		return m, errors.Join(err, s.Disk.Remove(path))
	}
	r := s.Load()
	if r.Installed != installed {
		r = Record{Installed: installed, Failed: r.Failed}
	}
	r = r.untried() // what was on trial is not asked for any more
	// Whoever is cut off here finds no trial in the record, and a file in the slot
	// that nobody asks for.
	slot := r.Slot.other()
	if r.Before == slot {
		r.Before = Installed
		if err := s.Save(r); err != nil {
			return m, err
		}
	}
	if err := s.Disk.MakeProgram(path); err != nil {
		return m, err
	}
	if err := s.Disk.Rename(path, s.Program(slot)); err != nil {
		return m, err
	}
	if err := s.Disk.SyncDir(s.Dir); err != nil {
		return m, err
	}
	return m, s.Save(r.Try(slot, m, bound))
}

// Room tells whether so many more octets fit, and leave the disk some.
func (s Slots) Room(octets int64) error {
	const left = 4 << 20
	var disk syscall.Statfs_t
	if err := syscall.Statfs(s.Dir, &disk); err != nil {
		return err
	}
	if free := int64(disk.Bavail) * int64(disk.Bsize); free < octets+left {
		return fmt.Errorf("%d KiB are free in %s, and the new version needs %d: make room there", free>>10, s.Dir, (octets+left)>>10)
	}
	return nil
}
