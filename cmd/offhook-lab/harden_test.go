package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"
)

// Nothing that a running telephone starts gets rights, and no crash of it writes
// its keys to the disk.
func TestRun_gives_away_what_it_does_not_need(t *testing.T) {
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
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*", b.phone.Pid()))
	if err != nil || len(threads) == 0 {
		t.Fatal(threads, err)
	}
	for _, thread := range threads {
		for file, want := range map[string]string{"status": `(?s)NoNewPrivs:\s+1\nSeccomp:\s+2\n`, "limits": `Max core file size +0 +0 +`} {
			text, err := os.ReadFile(filepath.Join(thread, file))
			if os.IsNotExist(err) {
				continue // it has ended
			}
			if err != nil || !regexp.MustCompile(want).Match(text) {
				t.Errorf("%s/%s does not have %q, %v", thread, file, want, err)
			}
		}
	}
}
