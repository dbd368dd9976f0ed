package benchinsn

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// tally is how often the instructions at an address were executed.
type tally map[uint64]float64

// stages asks the program for their names.
func (b *bench) stages(ctx context.Context) ([]string, error) {
	out, err := output(exec.CommandContext(ctx, b.native))
	return strings.Fields(out), err
}

// What the start of the program costs varies a little, by the seeds of maps: a
// stage that costs less than this runs for longer.
const (
	cheap  = 60_000 // instructions a frame
	longer = 10
)

// stage counts and times one.
func (b *bench) stage(ctx context.Context, name string) (Stage, error) {
	s, err := b.run(ctx, name, b.cfg.Frames)
	if err == nil && s.Instructions < cheap {
		s, err = b.run(ctx, name, longer*b.cfg.Frames)
	}
	if err != nil {
		return s, err
	}
	s.Nanoseconds, err = b.time(ctx, name)
	return s, err
}

// run counts one, of so many frames.
func (b *bench) run(ctx context.Context, name string, frames int) (Stage, error) {
	once, err := b.count(ctx, name, frames)
	if err != nil {
		return Stage{}, err
	}
	twice, err := b.count(ctx, name, 2*frames)
	if err != nil {
		return Stage{}, err
	}
	s := Stage{Name: name}
	each := tally{}
	for address, n := range twice {
		each[address] = (n - once[address]) / float64(frames)
	}
	for address, n := range once {
		if _, again := twice[address]; !again {
			each[address] = -n / float64(frames)
		}
	}
	for _, n := range each {
		s.Instructions += n
	}
	if b.cfg.Profile > 0 {
		s.Profile, err = b.profile(each)
	}
	return s, err
}

// count runs the program on the emulated board. All its threads are on one
// processor: the counters are not shared well.
func (b *bench) count(ctx context.Context, stage string, frames int) (tally, error) {
	out := filepath.Join(b.dir, "count")
	cmd := exec.CommandContext(ctx, b.emulator, "-cpu", "arm1176", "-plugin", b.plugin, b.target)
	if stage != "" {
		cmd.Args = append(cmd.Args, stage, strconv.Itoa(frames))
	}
	// No preemption and one thread of Go at a time: the same run has the same count.
	cmd.Env = append(os.Environ(), "INSN_OUT="+out, "GODEBUG=asyncpreemptoff=1", "GOMAXPROCS=1")
	if err := onOneProcessor(func() error { _, err := output(cmd); return err }); err != nil {
		return nil, err
	}
	return read(out)
}

// onOneProcessor does what starts processes, which inherit the thread's.
func onOneProcessor(do func() error) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var before, one unix.CPUSet
	if err := unix.SchedGetaffinity(0, &before); err != nil {
		return err
	}
	for i := range 1024 {
		if before.IsSet(i) {
			one.Set(i)
			break
		}
	}
	if err := unix.SchedSetaffinity(0, &one); err != nil {
		return fmt.Errorf("pin to one processor: %w", err)
	}
	defer func() { _ = unix.SchedSetaffinity(0, &before) }()
	return do()
}

// read reads what the plug-in wrote.
func read(name string) (tally, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("the plug-in has written nothing: %w", err)
	}
	defer f.Close()
	all := tally{}
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var address uint64
		var n float64
		if _, err := fmt.Sscanf(lines.Text(), "%x %g", &address, &n); err != nil {
			return nil, fmt.Errorf("the plug-in wrote %q: %w", lines.Text(), err)
		}
		all[address] += n
	}
	return all, lines.Err()
}

// turns of the stopwatch: the best one was disturbed least.
const turns = 5

// time runs the program on this machine, in nanoseconds a frame.
func (b *bench) time(ctx context.Context, stage string) (float64, error) {
	var all []float64
	for range turns {
		out, err := output(exec.CommandContext(ctx, b.native, stage, strconv.Itoa(b.cfg.Frames)))
		if err != nil {
			return 0, err
		}
		n, err := strconv.ParseFloat(strings.TrimSpace(out), 64)
		if err != nil {
			return 0, err
		}
		all = append(all, n/float64(b.cfg.Frames))
	}
	return slices.Min(all), nil
}
