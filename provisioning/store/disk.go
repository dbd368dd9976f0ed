package store

import (
	"errors"
	"os"
)

// disk is the few operations that a save is made of, each a point at which the
// power may go.
type disk interface {
	MkdirAll(path string) error
	ReadFile(path string) ([]byte, error)
	// Write makes the file hold data and be durable, or fails.
	Write(path string, data []byte) error
	Rename(from, to string) error
	SyncDir(path string) error
}

type osDisk struct{}

func (osDisk) MkdirAll(path string) error           { return os.MkdirAll(path, 0o700) }
func (osDisk) ReadFile(path string) ([]byte, error) { return os.ReadFile(path) }
func (osDisk) Rename(from, to string) error         { return os.Rename(from, to) }

func (osDisk) Write(path string, data []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Chmod(0o600), f.Sync(), f.Close())
}

func (osDisk) SyncDir(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
