package station

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"offhook/cmd/internal/localapi"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// agent is a shell script in the place of the agent.
func agent(t *testing.T, script string) Config {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "agent")
	if err := os.WriteFile(file, []byte("#!/bin/sh\n"+script+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	return Config{Binary: file, Dir: dir}
}

// waits is a program that ends by signals alone.
const waits = "exec tail -f /dev/null"

func gone(t *testing.T, pid int) {
	t.Helper()
	if err := syscall.Kill(-pid, 0); !errors.Is(err, syscall.ESRCH) {
		t.Errorf("process group %d is still there: %v", pid, err)
	}
}

func TestStart_stop(t *testing.T) {
	c := agent(t, `echo "$@" >&2; echo hello; echo faceplate http://127.0.0.1:1/; echo ready; `+waits)
	c.Args = []string{"--more"}
	var log strings.Builder
	c.Log = &log
	s, err := Start(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	if s.Faceplate != "http://127.0.0.1:1/" || s.Executed.IsZero() {
		t.Errorf("%q, executed %v", s.Faceplate, s.Executed)
	}
	if err := s.Stop(); err == nil || !strings.Contains(err.Error(), "terminated") {
		t.Errorf("an agent that dies of SIGTERM: %v", err)
	}
	if err := s.Stop(); err == nil {
		t.Error("a second Stop forgets the error")
	}
	gone(t, s.Pid())
	want := "run --board workbench --state " + c.Dir + "/state --socket " + c.Dir + "/control.sock --more\n"
	if s.LogTail() != want || log.String() != want {
		t.Errorf("log %q and %q", s.LogTail(), log.String())
	}
}

func TestStart_fails(t *testing.T) {
	cases := []struct {
		name, script string
		limit        time.Duration
		want         string
	}{
		{"ends at its start -> its log", "echo no sound card >&2; exit 3", 20 * time.Second, "ended at its start (exit status 3):\nno sound card"},
		{"never ready -> said, and ended", waits, 100 * time.Millisecond, "not ready"},
		{"no page -> its log", "echo address in use >&2; echo ready; " + waits, 20 * time.Second, "without its page: if the address is in use choose another with --faceplate\naddress in use"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), c.limit)
			defer cancel()
			if s, err := Start(ctx, agent(t, c.script)); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, %v", s, err)
			}
		})
	}
	if _, err := Start(t.Context(), Config{Binary: "/nowhere/offhook", Dir: t.TempDir()}); err == nil || !strings.Contains(err.Error(), "does not start") {
		t.Error(err)
	}
	if _, err := Start(t.Context(), Config{Binary: "/bin/true", Dir: "/nowhere"}); err == nil {
		t.Error("no folder, no error")
	}
}

func TestStop_kills_what_does_not_end_with_its_children(t *testing.T) {
	c := agent(t, `trap "" TERM; tail -f /dev/null & echo faceplate http://127.0.0.1:1/; echo ready; `+waits)
	c.StopTime = 50 * time.Millisecond
	s, err := Start(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Stop(); err == nil || !strings.Contains(err.Error(), "did not end within 50ms and was killed") {
		t.Error(err)
	}
	<-s.Done()
}

func TestUntil_tells_what_was_waited_for(t *testing.T) {
	s, err := Start(t.Context(), agent(t, "echo faceplate x; echo ready; "+waits))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	never := func(localapi.Status) bool { return true }
	if _, err := s.Until(ctx, "registration", never); !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "registration did not happen") {
		t.Error(err)
	}
	s.Kill()
	gone(t, s.Pid())
	if _, err := s.Until(t.Context(), "registration", never); err == nil || !strings.Contains(err.Error(), "has ended (signal: killed)") {
		t.Error(err)
	}
	if err := s.Stop(); err == nil {
		t.Error("killed, and no error")
	}
}
