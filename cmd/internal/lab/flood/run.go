package flood

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"offhook/cmd/internal/lab/usage"
)

// Config says how it is done.
type Config struct {
	Progress io.Writer
	Program  string // this program, which knows Command
	Offhook  string // the agent's program
	Time     time.Duration
	Rate     int // packets a second that each attack is to send
	Only     []string
	Short    bool // fewer attacks
}

// warmUp is how long the call is left alone before the memory is taken that every
// attack is measured against.
const warmUp = 3 * time.Second

// Run makes the attacks. Its error is that of a run that tells nothing: goals that
// were missed are in the figures.
func Run(ctx context.Context, c Config) (f Figures, err error) {
	results, err := c.attack(ctx)
	if err != nil {
		return f, err
	}
	f, err = figures(results, theGoals())
	f.Seconds, f.Rate = c.Time.Seconds(), c.Rate
	return f, err
}

func (c Config) attack(ctx context.Context) (results []result, err error) {
	if c.Offhook, err = filepath.Abs(c.Offhook); err != nil {
		return nil, err
	}
	if _, err := os.Stat(c.Offhook); err != nil {
		return nil, fmt.Errorf("%w: make build builds it", err)
	}
	dir, err := os.MkdirTemp("", "flood") // short: a socket's path is at most 107 bytes
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	w, err := newWorld(ctx, dir, c.Offhook)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	if err := w.call(ctx); err != nil {
		return nil, err
	}
	if _, err := w.watch(ctx, warmUp); err != nil {
		return nil, err
	}
	settled, err := usage.Of(usage.Family(w.phone.Pid()))
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(c.Progress, "%-36s %9s %8s %8s %14s %9s %6s %13s  %s\n", "attack", "sent/s", "failed", "noticed", "concealed/min", "memory", "CPU", "calls rang", "")
	for _, a := range attacks(c.Short) {
		if !c.wants(a) {
			continue
		}
		if w.callID == "" { // it ended in the last attack
			if err := w.call(ctx); err != nil {
				return results, err
			}
		}
		r := result{attack: a, before: settled.RSS}
		if err := c.one(ctx, w, &r); err != nil {
			return results, fmt.Errorf("%s: %w", a.name, err)
		}
		results = append(results, r)
		c.tell(r)
		if !r.during.up {
			w.callID = ""
		}
	}
	return results, nil
}

func (c Config) wants(a attack) bool {
	for _, start := range c.Only {
		if strings.HasPrefix(a.name, start) {
			return true
		}
	}
	return len(c.Only) == 0
}

// one is a quiet window and one with the attack.
func (c Config) one(ctx context.Context, w *world, r *result) (err error) {
	media, err := mediaSockets(usage.Family(w.phone.Pid()), w.doors[0].Port())
	if err != nil {
		return err
	}
	if r.quiet, err = w.watch(ctx, c.Time); err != nil {
		return err
	}
	done := make(chan error, 1)
	go func() {
		var bad error
		r.report, bad = c.flooder(ctx, Order{Attack: r.attack.name, Rate: c.Rate, Time: c.Time, UDP: w.doors[0], TCP: w.doors[1], TLS: w.doors[2], Media: media, CallID: w.callID})
		done <- bad
	}()
	r.during, err = w.watch(ctx, c.Time)
	return errors.Join(err, <-done)
}

// flooder runs the attack in a process of its own.
func (c Config) flooder(ctx context.Context, o Order) (r Report, err error) {
	order, err := json.Marshal(o)
	if err != nil {
		return r, err
	}
	runtime.LockOSThread() // Pdeathsig comes when the thread ends that made the process
	defer runtime.UnlockOSThread()
	cmd := exec.CommandContext(ctx, c.Program, Command, string(order))
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		return r, fmt.Errorf("the flooder: %w: %s", err, said.String())
	}
	return r, json.Unmarshal(out, &r)
}

// tell prints a row, and below it what was missed.
func (c Config) tell(r result) {
	if r.report.NotMade != "" {
		fmt.Fprintf(c.Progress, "%-36s not made: %s\n", r.attack.name, r.report.NotMade)
		return
	}
	verdict := "held"
	missed := r.misses(theGoals())
	if len(missed) > 0 {
		verdict = "MISSED: " + strings.Join(missed, "; ")
	}
	fmt.Fprintf(c.Progress, "%-36s %9.0f %8d %8d %5.0f (%5.0f) %6d KiB %5.0f%% %2d/%-2d %4d ms  %s\n", r.attack.name,
		float64(r.report.Sent)/r.during.time.Seconds(), r.report.Failed, r.report.Answers+r.during.refused+r.during.dropped, r.during.concealedPerMinute(), r.quiet.concealedPerMinute(),
		r.growth()>>10, 100*r.during.cores(), len(r.during.setups), len(r.during.setups)+r.during.missed, percentile(r.during.setups, 100).Milliseconds(), verdict)
}
