package store

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"testing"

	"offhook/provisioning/store/storetest"
)

const (
	killDir   = "OFFHOOK_STORE_KILL_DIR"
	killPoint = "OFFHOOK_STORE_KILL_AT"
)

// TestMain lets the test binary be the process that is killed.
func TestMain(m *testing.M) {
	if dir := os.Getenv(killDir); dir != "" {
		at, _ := strconv.Atoi(os.Getenv(killPoint))
		historyIn(dir, &storetest.Deadly{Disk: OS{}, At: at})
		os.Exit(0)
	}
	os.Exit(m.Run())
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
