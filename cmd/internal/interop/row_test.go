//go:build interop || browser

package interop

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// score counts the rows of a run.
type score struct {
	mu           sync.Mutex
	began        time.Time
	rows, passed int
	peers        []string
}

var board = score{began: time.Now()}

// peer has a program be named in the last line.
func peer(version string) {
	board.mu.Lock()
	defer board.mu.Unlock()
	if !slices.Contains(board.peers, version) {
		board.peers = append(board.peers, version)
	}
}

// row is one line of the suite: a subtest that is counted and told of.
func row(t *testing.T, name string, try func(t *testing.T, ctx context.Context)) {
	t.Helper()
	start := time.Now()
	ran := false
	ok := t.Run(name, func(t *testing.T) {
		ran = true
		ctx, cancel := context.WithTimeout(t.Context(), rowTime)
		defer cancel()
		try(t, ctx)
	})
	if !ran { // not asked for by -run
		return
	}
	board.mu.Lock()
	defer board.mu.Unlock()
	board.rows++
	word := "FAILED"
	if ok {
		board.passed++
		word = "passed"
	}
	fmt.Printf("%7.2f s  %s  %s/%s (%.2f s)\n", time.Since(board.began).Seconds(), word, strings.ReplaceAll(t.Name(), "_", " "), name, time.Since(start).Seconds())
}

// rowTime bounds each row; what takes longer has failed.
const rowTime = 40 * time.Second

// told puts a line of measured figures into the progress.
func told(format string, args ...any) {
	fmt.Printf("%7.2f s          %s\n", time.Since(board.began).Seconds(), fmt.Sprintf(format, args...))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// agentBinary is the program under test: OFFHOOK, or what is built once.
var agentBinary = sync.OnceValues(func() (string, error) {
	if given := os.Getenv("OFFHOOK"); given != "" {
		return given, nil
	}
	dir, err := os.MkdirTemp("", "offhook-interop-")
	if err != nil {
		return "", err
	}
	binary := filepath.Join(dir, "offhook")
	cmd := exec.Command("go", "build", "-o", binary, "offhook/cmd/offhook")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return binary, nil
})

func removeBinary() {
	if binary, err := agentBinary(); err == nil && os.Getenv("OFFHOOK") == "" {
		_ = os.RemoveAll(filepath.Dir(binary)) // a temporary folder
	}
}
