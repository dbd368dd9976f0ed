package chaos

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Run breaks everything in namespaces of its own. The figures are good also where
// its error is ErrFailed.
func Run(ctx context.Context, c Config) (figures Figures, err error) {
	if c.Kills == 0 {
		c.Kills = defaultKills
	}
	if c.Offhook != "" {
		if c.Offhook, err = filepath.Abs(c.Offhook); err != nil {
			return figures, err
		}
		if _, err := os.Stat(c.Offhook); err != nil {
			return figures, fmt.Errorf("%w: make build builds it", err)
		}
	}
	if c.Dir, err = os.MkdirTemp("", "chaos"); err != nil { // short: a socket's path is at most 107 bytes
		return figures, err
	}
	defer os.RemoveAll(c.Dir)
	if c.Program, err = filepath.Abs(c.Program); err != nil {
		return figures, err
	}
	if c.Self = c.Program; slices.ContainsFunc(faults(), func(f fault) bool { return strings.HasPrefix(f.name, "clock") && c.wants(f.name) }) {
		fmt.Fprintln(c.Progress, "building an agent whose clock can be set")
		if c.Strange, err = buildStrange(ctx, c.Source, c.Dir); err != nil && !errors.Is(err, errNotHere) {
			return figures, err
		}
	}
	began := time.Now()
	c.Progress = &oneAtATime{to: c.Progress}
	fmt.Fprintf(c.Progress, "%-44s %10s %6s\n", "fault", "recovered", "lies")
	var all sync.WaitGroup
	var mu sync.Mutex // guards what follows
	for lane := range lanes {
		if !slices.ContainsFunc(faults(), func(f fault) bool { return f.lane == lane && c.wants(f.name) }) {
			continue
		}
		all.Go(func() {
			f, failed := c.lane(ctx, lane)
			mu.Lock()
			defer mu.Unlock()
			figures.join(f)
			err = errors.Join(err, failed)
		})
	}
	all.Wait()
	figures.Seconds = int(time.Since(began).Seconds())
	return figures, errors.Join(figures.failed(), err)
}

// lane runs the faults of one in namespaces of its own.
func (c Config) lane(ctx context.Context, lane int) (figures Figures, err error) {
	c.Order.Lane = lane
	if c.Dir, err = os.MkdirTemp(c.Dir, ""); err != nil {
		return figures, err
	}
	order, err := json.Marshal(c.Order)
	if err != nil {
		return figures, err
	}
	cmd := exec.CommandContext(ctx, c.Program, Command, string(order))
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL,
		Cloneflags: syscall.CLONE_NEWNET | syscall.CLONE_NEWNS | syscall.CLONE_NEWPID}
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.Stderr = c.Progress
	runtime.LockOSThread() // Pdeathsig comes when the thread ends that made the process
	defer runtime.UnlockOSThread()
	out, err := cmd.Output()
	if len(out) == 0 {
		return figures, fmt.Errorf("%w (namespaces need root)", err)
	}
	return figures, errors.Join(json.Unmarshal(out, &figures), err)
}

// oneAtATime is written to by several.
type oneAtATime struct {
	mu sync.Mutex
	to io.Writer
}

func (o *oneAtATime) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.to.Write(p)
}

// Inside does an order: it is what Command runs. The figures go to out.
func Inside(ctx context.Context, args []string, out, progress io.Writer) error {
	var o Order
	if len(args) != 1 {
		return fmt.Errorf("%s is run by chaos", Command)
	}
	if err := json.Unmarshal([]byte(args[0]), &o); err != nil {
		return err
	}
	figures, err := o.do(ctx, progress)
	return errors.Join(err, json.NewEncoder(out).Encode(figures))
}
