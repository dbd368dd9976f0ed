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
	"slices"
	"strings"
	"syscall"
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
	order, err := json.Marshal(c.Order)
	if err != nil {
		return figures, err
	}
	cmd := exec.CommandContext(ctx, c.Program, Command, string(order))
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL,
		Cloneflags: syscall.CLONE_NEWNET | syscall.CLONE_NEWNS | syscall.CLONE_NEWPID}
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.Stderr = c.Progress
	out, err := cmd.Output()
	if len(out) == 0 {
		return figures, fmt.Errorf("%w (namespaces need root)", err)
	}
	if err := json.Unmarshal(out, &figures); err != nil {
		return figures, err
	}
	return figures, errors.Join(figures.failed(), err)
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
