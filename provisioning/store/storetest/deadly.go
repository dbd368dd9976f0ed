package storetest

import (
	"os"
	"sync"
	"syscall"
)

// Disk is a store's.
type Disk interface {
	MkdirAll(path string) error
	ReadDir(path string) ([]string, error)
	ReadFile(path string) ([]byte, error)
	Write(path string, data []byte) error
	Rename(from, to string) error
	Remove(path string) error
	SyncDir(path string) error
}

// Deadly is a real disk that kills its process at an operation, with half of a
// write done.
type Deadly struct {
	Disk
	At int // operation, from 1; 0: it never does

	mu  sync.Mutex
	ops int
}

// Point is an operation of somebody else's.
func (d *Deadly) Point() {
	d.mu.Lock()
	d.ops++
	here := d.ops == d.At
	d.mu.Unlock()
	if here {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {} // until it arrives
	}
}

// Write has two points: before it, and when half of it is there.
func (d *Deadly) Write(path string, data []byte) error {
	d.Point()
	if err := os.WriteFile(path, data[:len(data)/2], 0o600); err != nil {
		return err
	}
	d.Point()
	return d.Disk.Write(path, data)
}

// Rename has a point before it.
func (d *Deadly) Rename(from, to string) error {
	d.Point()
	return d.Disk.Rename(from, to)
}

// Remove has a point before it.
func (d *Deadly) Remove(path string) error {
	d.Point()
	return d.Disk.Remove(path)
}

// SyncDir has a point before it.
func (d *Deadly) SyncDir(path string) error {
	d.Point()
	return d.Disk.SyncDir(path)
}

// Broken is a disk on which operations that change something fail, and reading
// where that is told too.
type Broken struct {
	Disk
	mu      sync.Mutex
	err     error
	reading bool
}

// Break has every change fail with err from now on, nil for none; reading, too.
func (d *Broken) Break(err error, reading bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.err, d.reading = err, reading
}

func (d *Broken) fault(op, path string, reading bool) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.err == nil || reading && !d.reading {
		return nil
	}
	return &os.PathError{Op: op, Path: path, Err: d.err}
}

// ReadFile fails where reading does.
func (d *Broken) ReadFile(path string) ([]byte, error) {
	if err := d.fault("read", path, true); err != nil {
		return nil, err
	}
	return d.Disk.ReadFile(path)
}

// Write fails with half of it done.
func (d *Broken) Write(path string, data []byte) error {
	if err := d.fault("write", path, false); err != nil {
		_ = d.Disk.Write(path, data[:len(data)/2])
		return err
	}
	return d.Disk.Write(path, data)
}

// Rename fails.
func (d *Broken) Rename(from, to string) error {
	if err := d.fault("rename", from, false); err != nil {
		return err
	}
	return d.Disk.Rename(from, to)
}

// Remove fails.
func (d *Broken) Remove(path string) error {
	if err := d.fault("remove", path, false); err != nil {
		return err
	}
	return d.Disk.Remove(path)
}
