package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"offhook/cmd/internal/doorlog"
)

func TestDoorLog(t *testing.T) {
	dir := t.TempDir()
	log, err := doorlog.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range []doorlog.Record{
		{Event: "opened", Text: "door opened by the exit button", Relay: "door", By: "exit"},
		{Event: "refused", Text: "wrong door code", Who: "sip:600@pbx.example\x1b[2J", By: "call"},
	} {
		r.Time = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
		if _, err := log.Append(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	status, out, _ := offhook(t, "door", "log", "--state", dir)
	if status != 0 || !strings.Contains(out, "opened     door opened by the exit button, by exit, at door\n") || strings.Contains(out, "\x1b") {
		t.Errorf("status %d: %q", status, out)
	}
	if status, out, _ := offhook(t, "door", "log", "--state", dir, "--json"); status != 0 || !strings.Contains(out, `"event": "refused"`) {
		t.Errorf("status %d: %q", status, out)
	}
	if status, out, _ := offhook(t, "door", "log", "--verify", "--state", dir); status != 0 || !strings.HasPrefix(out, "2 entries, 1 to 2, the newest of ") {
		t.Errorf("status %d: %q", status, out)
	}

	file := filepath.Join(dir, "door.log")
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, bytes.Replace(data, []byte("refused"), []byte("opened!"), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	if status, out, stderr := offhook(t, "door", "log", "--verify", "--state", dir); status != 1 || !strings.Contains(out, "door.log:2: does not have its hash") || !strings.Contains(stderr, "was changed") {
		t.Errorf("status %d: %q, %q", status, out, stderr)
	}
	if status, out, _ := offhook(t, "door", "log", "--verify", "--json", "--state", dir); status != 1 || !strings.Contains(out, `"entries": 2`) {
		t.Errorf("status %d: %q", status, out)
	}
	if status, _, stderr := offhook(t, "door", "log", "--state", dir); status != 0 || !strings.Contains(stderr, "1 faults") {
		t.Errorf("status %d: %q", status, stderr)
	}
}
