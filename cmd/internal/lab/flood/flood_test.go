package flood

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"
	"go.uber.org/goleak"

	"offhook/cmd/internal/lab/chaos"
)

// TestMain is also what the test starts: a flooder, and a telephone.
func TestMain(m *testing.M) {
	sip.SetDefaultLogger(slog.New(slog.DiscardHandler))
	roles := map[string]func(context.Context, []string) error{
		Command:            func(ctx context.Context, args []string) error { return Attack(ctx, args, os.Stdout) },
		chaos.AgentCommand: func(ctx context.Context, args []string) error { return chaos.Agent(ctx, args, os.Stdout, os.Stderr) },
	}
	if len(os.Args) < 2 || roles[os.Args[1]] == nil {
		goleak.VerifyTestMain(m)
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := roles[os.Args[1]](ctx, os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// telephone makes a program that is this one as a telephone.
func telephone(t *testing.T) (self, program string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	program = filepath.Join(dir, "telephone")
	text := fmt.Sprintf("#!/bin/sh\nexec '%s' %s '%s' \"$@\"\n", self, chaos.AgentCommand, dir)
	if err := os.WriteFile(program, []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
	return self, program
}

// TestFlood asserts what holds on every machine: how long sound and calls take is for
// make flood to tell.
func TestFlood(t *testing.T) {
	self, program := telephone(t)
	var progress strings.Builder
	c := Config{Progress: &progress, Program: self, Offhook: program, Time: 1500 * time.Millisecond, Rate: 1000, Short: true}
	results, err := c.attack(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Log("\n" + progress.String())
	if len(results) != len(attacks(true)) {
		t.Errorf("%d attacks", len(results))
	}
	for _, r := range results {
		switch {
		case !r.during.up:
			t.Errorf("%s: the call has ended", r.attack.name)
		case len(r.during.rang) > 0 || r.report.Alarms > 0:
			t.Errorf("%s: %v rang, %d alarms", r.attack.name, r.during.rang, r.report.Alarms)
		case r.during.received == 0:
			t.Errorf("%s: the call has no sound", r.attack.name)
		case r.during.missed > 0 || len(r.during.setups) == 0:
			t.Errorf("%s: %d calls rang, %d did not", r.attack.name, len(r.during.setups), r.during.missed)
		case !r.arrived():
			t.Errorf("%s: nothing of %+v arrived", r.attack.name, r.report)
		}
	}
}

func TestRun_without_an_agent(t *testing.T) {
	_, err := Run(t.Context(), Config{Offhook: filepath.Join(t.TempDir(), "offhook")})
	if err == nil || !strings.Contains(err.Error(), "make build") {
		t.Errorf("%v", err)
	}
}
