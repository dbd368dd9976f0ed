package chaos

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// cell is a control group that the telephone's memory is counted in.
type cell struct{ dir, usage, limit, events string }

var killed = regexp.MustCompile(`(?m)^oom_kill (\d+)$`)

// newCell makes one; of the kernel's two kinds whichever there is.
func newCell(name string) (cell, error) {
	for _, c := range []cell{
		{"/sys/fs/cgroup/memory/" + name, "memory.usage_in_bytes", "memory.limit_in_bytes", "memory.oom_control"},
		{"/sys/fs/cgroup/" + name, "memory.current", "memory.max", "memory.events"},
	} {
		if os.Mkdir(c.dir, 0o755) != nil {
			continue
		}
		if _, err := c.kills(); err == nil {
			return c, nil
		}
		_ = os.Remove(c.dir) // it counts no memory
	}
	return cell{}, fmt.Errorf("%w: no control group that limits memory can be made", errNotHere)
}

// kills is how often the kernel ended a program for want of memory.
func (c cell) kills() (int, error) {
	text, err := os.ReadFile(filepath.Join(c.dir, c.events))
	if err != nil {
		return 0, err
	}
	found := killed.FindSubmatch(text)
	if found == nil {
		return 0, fmt.Errorf("%s does not tell of kills", c.events)
	}
	return strconv.Atoi(string(found[1]))
}

func (c cell) used() (int, error) {
	text, err := os.ReadFile(filepath.Join(c.dir, c.usage))
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(strings.TrimSpace(string(text)))
}

// allow limits the memory. The kernel refuses a limit that it cannot reach, which
// leaves the one before.
func (c cell) allow(bytes int) error {
	return os.WriteFile(filepath.Join(c.dir, c.limit), []byte(strconv.Itoa(bytes)), 0o600)
}

func (c cell) close(ctx context.Context) error {
	err := os.Remove(c.dir)
	for range 50 {
		if err == nil || pause(ctx, 20*time.Millisecond) != nil {
			break
		}
		err = os.Remove(c.dir)
	}
	return err
}

const plenty = 1 << 32

// noMemory starts the telephone where there is so little that the kernel ends it
// again and again, then has it live with a little more than it needs.
func noMemory(ctx context.Context, s *suite) (err error) {
	c, err := newCell(fmt.Sprintf("offhook-chaos-%d-%d", os.Getpid(), time.Now().UnixNano()))
	if err != nil {
		return err
	}
	pointer := filepath.Join(s.world.dir, "cgroup")
	defer func() {
		gone := os.Remove(pointer)
		s.keeper.kill() // the next is outside
		before, _ := s.keeper.started()
		err = errors.Join(err, gone, s.startedAgain(ctx, before, false), c.close(ctx))
	}()
	if err := errors.Join(os.WriteFile(pointer, []byte(c.dir), 0o600), s.reborn(ctx)); err != nil {
		return err
	}
	need, err := c.used()
	if err != nil {
		return err
	}
	if err := s.starve(ctx, c); err != nil {
		return err
	}
	if err := errors.Join(s.healthy(ctx, time.Minute), c.allow(need*3/2), s.calls(ctx)); err != nil {
		return fmt.Errorf("with half as much memory again as it had at rest: %w", err)
	}
	return nil
}

// starve has too little memory for a program that starts, for a while.
func (s *suite) starve(ctx context.Context, c cell) error {
	s.keeper.kill()
	if err := pause(ctx, restartAfter/2); err != nil { // nobody is in it
		return err
	}
	if err := c.allow(6 << 20); err != nil {
		return err
	}
	if err := pause(ctx, 6*time.Second); err != nil {
		return err
	}
	n, err := c.kills()
	if err == nil && n == 0 {
		err = errors.New("the kernel ended nothing for want of memory: the limit is none")
	}
	s.lift()
	return errors.Join(err, c.allow(plenty))
}
