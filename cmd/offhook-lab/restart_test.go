package main

import (
	"context"
	"io"
	"path/filepath"
	"testing"
	"time"

	"offhook/cmd/internal/localapi"
)

// A restart that the server asks for is a new program in the same process, at
// the same page.
func TestRestart_keeps_process_and_page(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	b, err := options{offhook: filepath.Join(binaries, "offhook"), faceplate: "127.0.0.1:0"}.start(ctx, terminal{io.Discard, io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := b.close(); err != nil {
			t.Error(err)
		}
	}()
	registered := func(s localapi.Status) bool { return len(s.Accounts) == 1 && s.Accounts[0].State == "registered" }
	before, err := b.phone.Until(ctx, "registration", registered)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := b.lab.CheckSync("1001", true); err != nil {
			t.Fatal(err)
		}
		after, err := b.phone.Until(ctx, "a restart", func(s localapi.Status) bool { return s.Started.After(before.Started) && registered(s) })
		if err != nil {
			t.Fatal(err)
		}
		if after.Faceplate != before.Faceplate || after.Faceplate == "" {
			t.Errorf("the page was at %s and is at %s", before.Faceplate, after.Faceplate)
		}
		before = after
	}
}
