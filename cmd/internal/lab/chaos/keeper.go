package chaos

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"offhook/cmd/internal/lab/station"
)

// restartAfter is what the keeper waits before it starts a program that has ended,
// as an init system does (systemd's own standard is 100 ms).
const restartAfter = 100 * time.Millisecond

// keeper starts the telephone, and again whenever it has ended.
type keeper struct {
	config station.Config
	cancel context.CancelFunc
	done   chan struct{}
	log    *tail

	mu      sync.Mutex // a leaf: nothing is called while it is held
	now     *station.Station
	starts  int
	because error
}

// keep starts a telephone in a network namespace.
func keep(ctx context.Context, dir, namespace, agent string) (*keeper, error) {
	return keepBy(ctx, dir, "nsenter --net=/run/netns/"+namespace, agent)
}

// keepBy starts it by another program. The wrapper writes its pid: so it can be killed
// from its first instruction on.
func keepBy(ctx context.Context, dir, by, agent string) (*keeper, error) {
	k := &keeper{done: make(chan struct{}), log: &tail{}}
	k.config = station.Config{Binary: filepath.Join(dir, "inside"), Dir: dir, Log: k.log, Args: []string{"--config", filepath.Join(dir, "offhook.yaml")}}
	text := fmt.Sprintf("#!/bin/sh\necho $$ >'%s/pid'\n[ ! -e '%[1]s/cgroup' ] || echo $$ >\"$(cat '%[1]s/cgroup')/cgroup.procs\"\n"+
		"exec %s \"$(cat '%[1]s/agent')\" \"$@\"\n", dir, by)
	if err := errors.Join(os.WriteFile(k.config.Binary, []byte(text), 0o700), k.run(agent)); err != nil {
		return nil, err
	}
	ctx, k.cancel = context.WithCancel(ctx)
	go func() { defer close(k.done); k.live(ctx) }()
	return k, nil
}

// run has another program be the telephone from the next start on.
func (k *keeper) run(agent string) error {
	return os.WriteFile(filepath.Join(k.config.Dir, "agent"), []byte(agent), 0o600)
}

func (k *keeper) live(ctx context.Context) {
	for ctx.Err() == nil {
		s, err := station.Start(ctx, k.config)
		k.set(s, err)
		if err == nil {
			select {
			case <-s.Done():
			case <-ctx.Done():
			}
			k.set(nil, nil)
			_ = s.Stop() // it was killed, or is to end
		}
		_ = pause(ctx, restartAfter)
	}
}

func (k *keeper) set(s *station.Station, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.now = s
	if s != nil || err != nil {
		k.starts++
		k.because = err
	}
}

// station is the telephone, nil while it is not ready.
func (k *keeper) station() *station.Station {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.now
}

// started counts the starts, and tells how the last one failed.
func (k *keeper) started() (int, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.starts, k.because
}

// kill ends it at once, ready or not, with all that it has started. False: there
// was nothing to kill.
func (k *keeper) kill() bool { return k.signal(syscall.SIGKILL) }

func (k *keeper) signal(s syscall.Signal) bool {
	text, err := os.ReadFile(filepath.Join(k.config.Dir, "pid"))
	if err != nil {
		return false
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	return err == nil && pid > 1 && syscall.Kill(-pid, s) == nil
}

func (k *keeper) close() {
	k.cancel()
	<-k.done
}

// tail keeps the end of a log.
type tail struct {
	mu   sync.Mutex // a leaf
	text bytes.Buffer
	all  *os.File // may be nil
}

const tailLength = 64 << 10

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.all != nil {
		_, _ = t.all.Write(p) // for who reads it later
	}
	if t.text.Write(p); t.text.Len() > 2*tailLength {
		t.text.Next(t.text.Len() - tailLength)
	}
	return len(p), nil
}

// last is at most so much of the end.
func (t *tail) last(n int) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	b := t.text.Bytes()
	return string(b[max(0, len(b)-n):])
}
