package store

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"testing"
)

const (
	killDir   = "OFFHOOK_STORE_KILL_DIR"
	killPoint = "OFFHOOK_STORE_KILL_AT"
)

// TestMain lets the test binary be the process that is killed.
func TestMain(m *testing.M) {
	if dir := os.Getenv(killDir); dir != "" {
		at, _ := strconv.Atoi(os.Getenv(killPoint))
		history(&deadlyDisk{at: at, dir: dir})
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// deadlyDisk is a real disk in a process that is killed at an operation, with
// half of a write done.
type deadlyDisk struct {
	OS
	at, ops int
	dir     string
}

func (d *deadlyDisk) point() {
	if d.ops++; d.ops == d.at {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {} // until it arrives
	}
}

func (d *deadlyDisk) MkdirAll(string) error { return d.OS.MkdirAll(d.dir) }

func (d *deadlyDisk) path(name string) string { return d.dir + name[len("state"):] }

func (d *deadlyDisk) ReadFile(name string) ([]byte, error) { return d.OS.ReadFile(d.path(name)) }

func (d *deadlyDisk) Write(name string, data []byte) error {
	d.point()
	if err := os.WriteFile(d.path(name), data[:len(data)/2], 0o600); err != nil {
		return err
	}
	d.point()
	return d.OS.Write(d.path(name), data)
}

func (d *deadlyDisk) Rename(from, to string) error {
	d.point()
	return d.OS.Rename(d.path(from), d.path(to))
}

func (d *deadlyDisk) ReadDir(string) ([]string, error) { return d.OS.ReadDir(d.dir) }

func (d *deadlyDisk) Remove(name string) error {
	d.point()
	return d.OS.Remove(d.path(name))
}

func (d *deadlyDisk) SyncDir(string) error {
	d.point()
	return d.OS.SyncDir(d.dir)
}

func TestDir_survives_a_kill_at_every_operation(t *testing.T) {
	points := 0
	for at := 1; ; at++ {
		dir := t.TempDir()
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), killDir+"="+dir, fmt.Sprintf("%s=%d", killPoint, at))
		err := cmd.Run()
		if err == nil {
			break // it came to its end: every point has been tried
		}
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
			t.Fatal(err)
		}
		points++
		s, err := New(dir)
		if err != nil {
			t.Fatal(err)
		}
		records, err := s.Load()
		if err != nil {
			t.Errorf("killed at %d: %v", at, err)
		}
		saves := promises(at)
		switch {
		case saves == 0 && len(records) == 0:
		case len(records) == 0:
			t.Errorf("killed at %d: nothing is left of %d saves", at, saves)
		default:
			got := int(records[0].Meta.Hash[1] - 'a' + 1)
			if got != saves && got != saves+1 || len(records) < min(saves, keep) {
				t.Errorf("killed at %d: document %d and %d in all are found after %d saves", at, got, len(records), saves)
			}
		}
	}
	if points != 4*len(texts)+len(texts)-keep {
		t.Errorf("killed at %d points", points)
	}
	t.Logf("killed at %d points", points)
}

// promises is how many saves were done when a point came: each has four, and
// one more when there is something to remove.
func promises(at int) (saves int) {
	for points := 0; ; saves++ {
		points += 4
		if points >= at {
			return saves
		}
		if saves >= keep {
			points++
		}
		if points >= at {
			return saves + 1
		}
	}
}
