package store

import (
	"errors"
	"io"
	"io/fs"
	"os"
)

// Disk is the few operations that a store is made of, each a point at which the
// power may go.
type Disk interface {
	MkdirAll(path string) error
	// ReadDir returns the names of the files in a directory.
	ReadDir(path string) ([]string, error)
	ReadFile(path string) ([]byte, error)
	// Write makes the file hold data and be durable, or fails.
	Write(path string, data []byte) error
	Rename(from, to string) error
	Remove(path string) error
	SyncDir(path string) error
}

// OS is the system's disk.
type OS struct{}

var _ Disk = OS{}

// MkdirAll makes a directory for its owner only.
func (OS) MkdirAll(path string) error { return os.MkdirAll(path, 0o700) }

// ReadDir returns the names of the files in a directory.
func (OS) ReadDir(path string) ([]string, error) {
	entries, err := os.ReadDir(path)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names, err
}

// maxFile bounds what is written, and what is read back.
const maxFile = 16 << 20

// ReadFile reads a file, of a damaged one no more than a store writes.
func (OS) ReadFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(f, maxFile))
	return data, errors.Join(err, f.Close())
}

// Write makes the file hold data and be durable, or fails.
func (OS) Write(path string, data []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Chmod(0o600), f.Sync(), f.Close())
}

// Rename gives a file another name.
func (OS) Rename(from, to string) error { return os.Rename(from, to) }

// Remove removes a file, if it is there.
func (OS) Remove(path string) error {
	if err := os.Remove(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// SyncDir makes what happened to a directory's names durable.
func (OS) SyncDir(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
