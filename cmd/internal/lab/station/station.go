// Package station runs an offhook agent as a process of its own, as on a board,
// with its faceplate and its control socket in reach: for the workbench, the
// demonstration and the tests with real peers.
package station

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"

	"offhook/cmd/internal/localapi"
)

// Config says how the agent is started.
type Config struct {
	Binary string // offhook
	Dir    string // for state, socket and log; must exist
	Args   []string
	Log    io.Writer // of the agent's log, besides the file agent.log in Dir; may be nil
	// StopTime is how long an agent may take to end, 0 for 3 s: it promises two.
	StopTime time.Duration
}

// Station is a running agent.
type Station struct {
	dir      string
	patience time.Duration
	cmd      *exec.Cmd
	log      *os.File
	lines    chan string // of standard output
	done     chan struct{}
	err      error // of the process, after done
	stopping sync.Once

	Executed  time.Time // just before the process was made
	Faceplate string    // address of the page
}

const stopTime = 3 * time.Second

// Start starts an agent on the workbench board and returns when it is ready.
func Start(ctx context.Context, c Config) (*Station, error) {
	log, err := os.Create(filepath.Join(c.Dir, "agent.log"))
	if err != nil {
		return nil, err
	}
	s := &Station{dir: c.Dir, patience: cmp.Or(c.StopTime, stopTime), log: log, lines: make(chan string, 8), done: make(chan struct{})}
	args := append([]string{"run", "--board", "workbench", "--state", filepath.Join(c.Dir, "state"), "--socket", s.Socket()}, c.Args...)
	s.cmd = exec.Command(c.Binary, args...)
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL} // ours to end, never left behind
	s.cmd.Stderr = log
	if c.Log != nil {
		s.cmd.Stderr = io.MultiWriter(log, c.Log)
	}
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, errors.Join(err, log.Close())
	}
	started := make(chan error)
	go s.live(out, started)
	if err := <-started; err != nil {
		<-s.done
		return nil, errors.Join(fmt.Errorf("the agent does not start: %w", err), log.Close())
	}
	if err := s.ready(ctx); err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	return s, nil
}

// live runs the process. Pdeathsig comes when the thread that made the process
// ends: this one stays until the process has ended.
func (s *Station) live(out io.Reader, started chan<- error) {
	defer close(s.done)
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	s.Executed = time.Now()
	err := s.cmd.Start()
	started <- err
	if err != nil {
		return
	}
	for scanner := bufio.NewScanner(out); scanner.Scan(); {
		select {
		case s.lines <- scanner.Text():
		default: // nobody asked for more
		}
	}
	_, _ = io.Copy(io.Discard, out) // after a line too long to scan
	s.err = s.cmd.Wait()
}

func (s *Station) ready(ctx context.Context) error {
	for {
		select {
		case line := <-s.lines:
			if url, ok := strings.CutPrefix(line, "faceplate "); ok {
				s.Faceplate = url
			}
			switch {
			case line != "ready":
			case s.Faceplate == "":
				return fmt.Errorf("the agent runs, but without its page: if the address is in use choose another with --faceplate\n%s", s.LogTail())
			default:
				return nil
			}
		case <-s.done:
			return fmt.Errorf("the agent ended at its start (%v):\n%s", s.err, s.LogTail())
		case <-ctx.Done():
			return fmt.Errorf("the agent is not ready: %w\n%s", ctx.Err(), s.LogTail())
		}
	}
}

// Socket is the path of the control socket.
func (s *Station) Socket() string { return filepath.Join(s.dir, "control.sock") }

// Control speaks to the agent.
func (s *Station) Control() *localapi.Client { return localapi.NewClient(s.Socket()) }

// Done is closed when the process has ended.
func (s *Station) Done() <-chan struct{} { return s.done }

// Pid is the process's.
func (s *Station) Pid() int { return s.cmd.Process.Pid }

// Stop ends the agent as an init system does, and waits. Its error tells of an
// agent that failed or did not end by itself.
func (s *Station) Stop() error {
	s.stopping.Do(func() { _ = s.cmd.Process.Signal(syscall.SIGTERM) }) // it may have ended
	select {
	case <-s.done:
	case <-time.After(s.patience):
		s.Kill()
		return fmt.Errorf("the agent did not end within %s and was killed", s.patience)
	}
	if err := s.log.Close(); !errors.Is(err, os.ErrClosed) && err != nil {
		return err
	}
	return s.err
}

// Kill ends the agent as a power cut does.
func (s *Station) Kill() {
	_ = syscall.Kill(-s.Pid(), syscall.SIGKILL) // its whole group; it may have ended
	<-s.done
	_ = s.log.Close() // read by its name
}

// logTail is how much of the log an error shows.
const logTail = 4 << 10

// LogTail is the end of the agent's log.
func (s *Station) LogTail() string {
	data, err := os.ReadFile(s.log.Name())
	if err != nil {
		return err.Error()
	}
	return string(data[max(0, len(data)-logTail):])
}

// Until polls the agent's status until ok holds; the error tells what was
// waited for and how the agent is instead.
func (s *Station) Until(ctx context.Context, what string, ok func(localapi.Status) bool) (localapi.Status, error) {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		status, err := s.Control().Status(ctx)
		if err == nil && ok(status) {
			return status, nil
		}
		select {
		case <-tick.C:
		case <-s.done:
			return status, fmt.Errorf("%s: the agent has ended (%v):\n%s", what, s.err, s.LogTail())
		case <-ctx.Done():
			return status, fmt.Errorf("%s did not happen: %w; the agent is at %+v (%v)\n%s", what, ctx.Err(), status, err, s.LogTail())
		}
	}
}
