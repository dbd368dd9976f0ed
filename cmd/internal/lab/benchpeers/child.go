package benchpeers

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"time"
)

// child is a program that runs for us. Its standard input stays open: some spin
// at its end.
type child struct {
	cmd      *exec.Cmd
	input    io.WriteCloser
	log      *os.File
	executed time.Time // just before the process was made
	done     chan struct{}
	err      error // after done
}

// launch starts a program; what it says goes to a file of its folder.
func launch(dir string, argv []string, environment ...string) (*child, error) {
	log, err := os.Create(filepath.Join(dir, "program.log"))
	if err != nil {
		return nil, err
	}
	c := &child{cmd: exec.Command(argv[0], argv[1:]...), log: log, done: make(chan struct{})}
	c.cmd.Env = append(os.Environ(), environment...)
	c.cmd.Dir, c.cmd.Stdout, c.cmd.Stderr = dir, log, log
	c.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if c.input, err = c.cmd.StdinPipe(); err != nil {
		return nil, errors.Join(err, log.Close())
	}
	started := make(chan error)
	go c.live(started)
	if err := <-started; err != nil {
		<-c.done
		return nil, errors.Join(fmt.Errorf("%s: %w", argv[0], err), log.Close())
	}
	return c, nil
}

// live runs the process. Pdeathsig comes when the thread that made the process
// ends: this one stays until the process has ended.
func (c *child) live(started chan<- error) {
	defer close(c.done)
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	c.executed = time.Now()
	err := c.cmd.Start()
	started <- err
	if err == nil {
		c.err = c.cmd.Wait()
	}
}

func (c *child) pids() []int { return family(c.cmd.Process.Pid) }

// say types a line, for programs that are told so.
func (c *child) say(line string) error {
	_, err := io.WriteString(c.input, line+"\n")
	return err
}

// stop ends the process as an init system does, and waits.
func (c *child) stop() error {
	_ = c.cmd.Process.Signal(syscall.SIGTERM) // it may have ended
	select {
	case <-c.done:
	case <-time.After(patience / 2):
		_ = syscall.Kill(-c.cmd.Process.Pid, syscall.SIGKILL) // its whole group; it may have ended
		<-c.done
	}
	_ = c.input.Close() // Wait has closed it
	if err := c.log.Close(); !errors.Is(err, os.ErrClosed) {
		return err
	}
	return nil
}

// tail is the end of what it said, for errors.
func (c *child) tail() string {
	data, err := os.ReadFile(c.log.Name())
	if err != nil {
		return err.Error()
	}
	return string(data[max(0, len(data)-2048):])
}
