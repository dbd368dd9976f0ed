package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"path/filepath"
	"testing"
	"time"

	"offhook/board"
	"offhook/hal"
	"offhook/hal/haltest"
)

// serviceManager hears what it is told.
func serviceManager(t *testing.T) (heard func() string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "notify")
	c, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	t.Setenv("NOTIFY_SOCKET", path)
	return func() string {
		buf := make([]byte, 64)
		if err := c.SetReadDeadline(time.Now().Add(time.Second)); err != nil {
			t.Fatal(err)
		}
		n, err := c.Read(buf)
		if err != nil {
			return err.Error()
		}
		return string(buf[:n])
	}
}

func TestNotify(t *testing.T) {
	t.Setenv("NOTIFY_SOCKET", "")
	if err := notify("READY=1"); err != nil {
		t.Errorf("without a manager: %v", err)
	}
	t.Setenv("NOTIFY_SOCKET", filepath.Join(t.TempDir(), "none"))
	if err := notify("READY=1"); err == nil {
		t.Error("a manager that does not hear is not told of")
	}
	heard := serviceManager(t)
	if err := notify("READY=1"); err != nil || heard() != "READY=1" {
		t.Errorf("the manager did not hear: %v", err)
	}
}

func TestSupervised(t *testing.T) {
	const withOne = "watchdog: {compatible: hardware}\n"
	cases := []struct {
		name, usec, parts string
		broken            bool
		timeout           time.Duration // 0: there is no watchdog
		kicks             int           // of the board's
		heard             bool
	}{
		{"nobody asks, none -> none", "", "", false, 0, 0, false},
		{"nobody asks -> the board's", "", withOne, false, 15 * time.Second, 1, false},
		{"nonsense -> the board's", "x", withOne, false, 15 * time.Second, 1, false},
		{"asked, none -> the manager's", "9000000", "", false, 9 * time.Second, 0, true},
		{"asked -> both, the shorter time", "9000000", withOne, false, 9 * time.Second, 1, true},
		{"asked, longer -> both, the shorter time", "90000000", withOne, false, 15 * time.Second, 1, true},
		{"asked, the board's is broken -> the manager's", "9000000", withOne, true, 9 * time.Second, 0, true},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			heard := serviceManager(t)
			t.Setenv("WATCHDOG_USEC", c.usec)
			b, err := board.Load("b.yaml", []byte("offhook-board: 1\nname: b\n"+c.parts))
			if err != nil {
				t.Fatal(err)
			}
			hardware := haltest.NewWatchdog(t, 15*time.Second)
			defer hardware.Close()
			drivers := hal.Drivers{Watchdogs: map[string]hal.Driver[hal.Watchdog]{"hardware": {
				Open: func(context.Context, hal.Params, *slog.Logger) (hal.Watchdog, error) {
					if c.broken {
						return nil, errors.New("broken")
					}
					return hardware, nil
				}}}}
			supervised(b, &drivers)
			devices, err := b.Open(t.Context(), drivers, slog.New(slog.DiscardHandler))
			if err != nil {
				t.Fatal(err)
			}
			defer devices.Close()
			w := devices.Watchdog
			if w == nil {
				if c.timeout != 0 {
					t.Error("there is no watchdog")
				}
				return
			}
			if err := w.Kick(); err != nil || w.Timeout() != c.timeout || hardware.Kicks() != c.kicks {
				t.Errorf("%v, timeout %s, %d kicks", err, w.Timeout(), hardware.Kicks())
			}
			if c.heard && heard() != "WATCHDOG=1" {
				t.Error("the manager was not kicked")
			}
		})
	}
}
