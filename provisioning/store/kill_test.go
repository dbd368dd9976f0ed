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
	osDisk
	at, ops int
	dir     string
}

func (d *deadlyDisk) point() {
	if d.ops++; d.ops == d.at {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {} // until it arrives
	}
}

func (d *deadlyDisk) MkdirAll(string) error { return d.osDisk.MkdirAll(d.dir) }

func (d *deadlyDisk) path(name string) string { return d.dir + name[len("state"):] }

func (d *deadlyDisk) ReadFile(name string) ([]byte, error) { return d.osDisk.ReadFile(d.path(name)) }

func (d *deadlyDisk) Write(name string, data []byte) error {
	d.point()
	if err := os.WriteFile(d.path(name), data[:len(data)/2], 0o600); err != nil {
		return err
	}
	d.point()
	return d.osDisk.Write(d.path(name), data)
}

func (d *deadlyDisk) Rename(from, to string) error {
	d.point()
	return d.osDisk.Rename(d.path(from), d.path(to))
}

func (d *deadlyDisk) SyncDir(string) error {
	d.point()
	return d.osDisk.SyncDir(d.dir)
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
		// The first save takes 4 operations, each later one 6.
		switch saves := (at - 1 + 2) / 6; {
		case saves == 0 && len(records) == 0:
		case len(records) == 0:
			t.Errorf("killed at %d: nothing is left of %d saves", at, saves)
		default:
			got := int(records[0].Meta.Hash[1] - 'a' + 1)
			if got != saves && got != saves+1 {
				t.Errorf("killed at %d: document %d is found after %d saves", at, got, saves)
			}
		}
	}
	if points != 16 {
		t.Errorf("killed at %d points, want 16", points)
	}
	t.Logf("killed at %d points", points)
}
