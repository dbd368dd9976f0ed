package benchfleet

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"

	"offhook/cmd/internal/lab/usage"
)

// Config says how large the fleet is.
type Config struct {
	Progress io.Writer // a line a measurement
	Program  string    // that is the telephones when it hears Command
	Phones   int
	Calls    int           // at a time
	Quiet    time.Duration // of which rest is measured, and calls
	Spread   time.Duration // over which telephones start
	Push     time.Duration // over which they fetch when they are told to
	// Reconnect is over which they come back to an exchange that they lost.
	Reconnect time.Duration
}

// Figures are what was measured. Rates are of the fullest second.
type Figures struct {
	Phones          int     `json:"phones"`
	Registered      int     `json:"registered"`
	BootSeconds     float64 `json:"boot_s"`              // until all are registered
	BootCPU         float64 `json:"boot_cpu_ms"`         // a phone
	Memory          float64 `json:"memory_kb"`           // a phone, at rest
	IdleCPU         float64 `json:"idle_cpu_ms_per_min"` // a phone
	StormSeconds    float64 `json:"pbx_restart_to_all_registered_s"`
	StormSpread     float64 `json:"pbx_restart_spread_s"`
	StormStated     int     `json:"pbx_restart_stated_registrations_per_s"` // twice as many as if they came evenly
	StormRate       int     `json:"pbx_restart_peak_registrations_per_s"`
	StormCPU        float64 `json:"pbx_restart_cpu_ms"` // a phone
	FetchSpread     float64 `json:"check_sync_spread_s"`
	FetchSeconds    float64 `json:"check_sync_to_all_fetched_s"`
	FetchRate       int     `json:"check_sync_peak_fetches_per_s"`
	Calls           int     `json:"calls"`
	Answered        int     `json:"calls_answered"`
	CallCPU         float64 `json:"call_cpu_ms_per_s"` // a call, with SRTP
	CallMemory      float64 `json:"call_memory_kb"`
	Seconds         float64 `json:"seconds"`
	StillRegistered int     `json:"registered_at_the_end"`
}

// patience bounds each wait for all telephones.
const patience = 3 * time.Minute

// Run measures. A telephone that does not come back is an error.
func Run(ctx context.Context, c Config) (f Figures, err error) {
	began := time.Now()
	dir, err := os.MkdirTemp("", "fleet") // short: a socket's path is at most 107 bytes
	if err != nil {
		return f, err
	}
	defer os.RemoveAll(dir)
	s, err := startServers(dir, c.Phones, c.Push, c.Reconnect)
	if err != nil {
		return f, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	r := &run{Config: c, servers: s, figures: &f}
	end, err := r.start(ctx, Order{Count: c.Phones, Dir: dir, URL: s.url, CA: s.ca.PEM(), Spread: c.Spread})
	if err != nil {
		return f, err
	}
	defer func() { err = errors.Join(err, end()) }()
	f.Phones, f.FetchSpread = c.Phones, c.Push.Seconds()
	for _, step := range []func(context.Context) error{r.boot, r.rest, r.calls, r.checkSync, r.storm} {
		if err := step(ctx); err != nil {
			return f, err
		}
	}
	f.StillRegistered, f.Seconds = len(s.pbx.Registrations()), time.Since(began).Seconds()
	return f, nil
}

// run is the state of a Run.
type run struct {
	Config
	*servers
	figures *Figures
	pids    []int
}

func (r *run) say(format string, args ...any) {
	if r.Progress != nil {
		fmt.Fprintf(r.Progress, format+"\n", args...)
	}
}

// start starts the telephones' process; end ends it.
func (r *run) start(ctx context.Context, o Order) (end func() error, err error) {
	order, err := json.Marshal(o)
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, r.Program, Command, string(order))
	cmd.Stderr = r.Progress
	started, ended := make(chan error), make(chan error, 1)
	go func() {
		runtime.LockOSThread() // Pdeathsig comes when the thread ends that made the process
		defer runtime.UnlockOSThread()
		cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
		err := cmd.Start()
		if started <- err; err == nil {
			ended <- cmd.Wait()
		}
	}()
	if err := <-started; err != nil {
		return nil, err
	}
	r.pids = []int{cmd.Process.Pid}
	return func() error {
		_ = cmd.Process.Signal(syscall.SIGTERM) // it may have ended
		select {
		case err := <-ended:
			return err
		case <-time.After(time.Minute):
			_ = cmd.Process.Kill()
			return errors.Join(errors.New("the telephones did not end within a minute"), <-ended)
		}
	}, nil
}

// each is a figure by telephone, in milliseconds.
func (r *run) each(d time.Duration) float64 {
	return float64(d.Microseconds()) / 1000 / float64(r.Phones)
}

// all waits until every telephone is registered, and tells when each was.
func (r *run) all(ctx context.Context) (times []time.Time, err error) {
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for len(times) < r.Phones {
		select {
		case <-ctx.Done():
			return times, ctx.Err()
		case <-deadline.C:
			return times, fmt.Errorf("%d of %d telephones are registered after %v", len(times), r.Phones, patience)
		case at := <-tick.C:
			if _, err := usage.Of(r.pids); err != nil {
				return times, fmt.Errorf("the telephones have ended: %w", err)
			}
			for len(times) < len(r.pbx.Registrations()) {
				times = append(times, at)
			}
		}
	}
	return times, nil
}

func (r *run) boot(ctx context.Context) error {
	began := time.Now()
	times, err := r.all(ctx)
	if r.figures.Registered = len(times); err != nil {
		return err
	}
	now, err := usage.Of(r.pids)
	if err != nil {
		return err
	}
	r.figures.BootSeconds, r.figures.BootCPU = time.Since(began).Seconds(), r.each(now.CPU)
	r.say("%d telephones are registered after %.1f s: %.1f ms of the processor each", r.Phones, r.figures.BootSeconds, r.figures.BootCPU)
	return nil
}

// spent is what the telephones take in a while.
func (r *run) spent(ctx context.Context, while time.Duration) (before, after usage.Usage, err error) {
	if before, err = usage.Of(r.pids); err != nil {
		return
	}
	select {
	case <-ctx.Done():
		return before, after, ctx.Err()
	case <-time.After(while):
	}
	after, err = usage.Of(r.pids)
	return
}

// settle is how long telephones are left alone, at most, before rest is measured: documents
// prove themselves meanwhile.
const settle = 15 * time.Second

func (r *run) rest(ctx context.Context) error {
	if _, _, err := r.spent(ctx, min(settle, r.Quiet)); err != nil {
		return err
	}
	before, after, err := r.spent(ctx, r.Quiet)
	if err != nil {
		return err
	}
	r.figures.IdleCPU = r.each(after.CPU-before.CPU) / r.Quiet.Minutes()
	r.figures.Memory = float64(after.RSS) / 1024 / float64(r.Phones)
	r.say("at rest each takes %.0f kB, and %.1f ms of the processor a minute", r.figures.Memory, r.figures.IdleCPU)
	return nil
}

func (r *run) calls(ctx context.Context) error {
	for n := range r.Calls {
		if err := r.pbx.Ring(number(n)); err != nil {
			return err
		}
	}
	if _, _, err := r.spent(ctx, 3*time.Second); err != nil {
		return err
	}
	before, after, err := r.spent(ctx, r.Quiet)
	if err != nil {
		return err
	}
	for _, call := range r.pbx.Calls() {
		if call.State == "confirmed" {
			r.figures.Answered++
		}
		if err := r.pbx.Hangup(call.ID); err != nil {
			return err
		}
	}
	r.figures.Calls = r.Calls
	each := func(v float64) float64 { return v / float64(max(r.figures.Answered, 1)) }
	resting := r.figures.IdleCPU * float64(r.Phones) / 60000 * r.Quiet.Seconds() // s
	r.figures.CallCPU = each(max(0, (after.CPU-before.CPU).Seconds()-resting)) * 1000 / r.Quiet.Seconds()
	r.figures.CallMemory = each(float64(after.RSS)/1024 - r.figures.Memory*float64(r.Phones))
	r.say("%d of %d called answer; a call takes %.1f ms of the processor a second, and %.0f kB", r.figures.Answered, r.Calls, r.figures.CallCPU, r.figures.CallMemory)
	return nil
}

// checkSync tells all telephones to fetch.
func (r *run) checkSync(ctx context.Context) error {
	began := time.Now()
	for n := range r.Phones {
		if err := r.pbx.CheckSync(number(n), false); err != nil {
			return err
		}
	}
	for len(r.fetched(began)) < r.Phones {
		if time.Since(began) > patience {
			return fmt.Errorf("%d of %d telephones fetched within %v of a check-sync", len(r.fetched(began)), r.Phones, patience)
		}
		if _, _, err := r.spent(ctx, 100*time.Millisecond); err != nil {
			return err
		}
	}
	r.figures.FetchSeconds, r.figures.FetchRate = time.Since(began).Seconds(), fullest(r.fetched(began))
	r.say("told to fetch within %v, all have after %.1f s; %d in the fullest second", r.Push, r.figures.FetchSeconds, r.figures.FetchRate)
	return nil
}

// storm has the exchange start anew, with all telephones connected.
func (r *run) storm(ctx context.Context) error {
	before, err := usage.Of(r.pids)
	if err != nil {
		return err
	}
	began := time.Now()
	if err := r.restart(); err != nil {
		return err
	}
	times, err := r.all(ctx)
	if err != nil {
		return fmt.Errorf("after the exchange's restart: %w", err)
	}
	after, err := usage.Of(r.pids)
	if err != nil {
		return err
	}
	r.figures.StormSeconds, r.figures.StormRate, r.figures.StormCPU = time.Since(began).Seconds(), fullest(times), r.each(after.CPU-before.CPU)
	r.figures.StormSpread, r.figures.StormStated = r.Reconnect.Seconds(), int(2*float64(r.Phones)/r.Reconnect.Seconds())
	r.say("the exchange starts anew: all are registered after %.1f s; %d in the fullest second, at most %d are to be", r.figures.StormSeconds, r.figures.StormRate, r.figures.StormStated)
	if r.figures.StormRate > r.figures.StormStated {
		return fmt.Errorf("%d telephones registered in a second after the exchange's restart; with accounts[].reconnect-spread %v at most %d are to", r.figures.StormRate, r.Reconnect, r.figures.StormStated)
	}
	return nil
}

// fullest is the most of the times, in order, that are within a second.
func fullest(times []time.Time) (most int) {
	first := 0
	for i, at := range times {
		for at.Sub(times[first]) >= time.Second {
			first++
		}
		most = max(most, i-first+1)
	}
	return most
}
