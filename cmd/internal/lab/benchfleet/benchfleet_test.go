package benchfleet

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"testing"
	"time"
)

// TestMain lets the test's program be the telephones.
func TestMain(m *testing.M) {
	if len(os.Args) > 2 && os.Args[1] == Command {
		ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
		err := Phones(ctx, os.Args[2:])
		stop()
		if err != nil {
			os.Stderr.WriteString(err.Error() + "\n")
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func TestRun(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	f, err := Run(t.Context(), Config{Program: self, Phones: 12, Calls: 2, Quiet: 2 * time.Second, Spread: time.Second, Push: time.Second, Reconnect: 2 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	if f.Registered != 12 || f.StillRegistered != 12 || f.Answered != 2 || f.Memory < 100 || f.BootCPU <= 0 || f.FetchRate < 1 || f.StormRate < 1 || f.StormRate > f.StormStated {
		t.Errorf("%+v", f)
	}
}

func TestRun_telephones_that_end_are_told(t *testing.T) {
	if _, err := Run(t.Context(), Config{Program: "/bin/false", Phones: 2, Spread: time.Second, Reconnect: time.Second}); err == nil {
		t.Error("a fleet of nobody is measured")
	}
}

func TestFullest(t *testing.T) {
	at := func(ms ...int) (all []time.Time) {
		for _, m := range ms {
			all = append(all, time.UnixMilli(int64(m)))
		}
		return all
	}
	for _, c := range []struct {
		arrow string
		times []time.Time
		want  int
	}{
		{"none -> 0", nil, 0},
		{"one -> 1", at(5), 1},
		{"a second apart -> 1", at(0, 1000, 2000), 1},
		{"less -> together", at(0, 500, 999, 1500, 3000), 3},
	} {
		if got := fullest(c.times); got != c.want {
			t.Errorf("%s: %d", c.arrow, got)
		}
	}
}
