package chaos

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestKeeper keeps a shell script, in this process' own network.
func TestKeeper(t *testing.T) {
	dir := t.TempDir()
	program := filepath.Join(dir, "program")
	if err := os.WriteFile(program, []byte("#!/bin/sh\necho hello >&2\necho faceplate http://127.0.0.1:1/\necho ready\nexec tail -f /dev/null\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	k, err := keepBy(t.Context(), dir, "", program)
	if err != nil {
		t.Fatal(err)
	}
	defer k.close()
	s := &suite{keeper: k}
	for range 3 {
		if err := s.startedAgain(t.Context(), 0, false); err != nil {
			t.Fatal(err)
		}
		before, _ := k.started()
		if !k.kill() {
			t.Fatal("nothing was killed")
		}
		if err := s.startedAgain(t.Context(), before, true); err != nil {
			t.Fatal(err)
		}
	}
	if !strings.Contains(k.log.last(100), "hello") || len(k.log.last(3)) != 3 {
		t.Errorf("the log is %q", k.log.last(100))
	}
	if err := k.run("/nowhere/offhook"); err != nil {
		t.Fatal(err)
	}
	before, _ := k.started()
	k.kill()
	for {
		if n, err := k.started(); n > before && err != nil {
			break
		}
		if pause(t.Context(), time.Millisecond) != nil {
			t.Fatal("a program that is not there is no error")
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := s.startedAgain(ctx, before+1000, true); err == nil {
		t.Error("started again, and it was not")
	}
}

func TestKeeper_nothing_to_kill(t *testing.T) {
	k := &keeper{}
	k.config.Dir = t.TempDir()
	for _, pid := range []string{"", "no number", "1", "-1", "0"} {
		if pid != "" {
			if err := os.WriteFile(filepath.Join(k.config.Dir, "pid"), []byte(pid), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if k.kill() {
			t.Errorf("pid %q was killed", pid)
		}
	}
}

func TestTail_keeps_the_end(t *testing.T) {
	l := &tail{}
	for range 1000 {
		_, _ = l.Write([]byte(strings.Repeat("x", 999) + "\n")) // never fails
	}
	_, _ = l.Write([]byte("the end"))
	if l.last(7) != "the end" || l.text.Len() > 2*tailLength {
		t.Errorf("%d octets, %q", l.text.Len(), l.last(7))
	}
}
