package benchpeers

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// memory is what processes hold, in KiB.
type memory struct {
	RSS, PSS, Anonymous float64
}

// processorTime is what the kernel has charged to a process so far, in
// nanoseconds, its threads that have ended included.
func processorTime(pid int) (time.Duration, error) {
	const schedulerClock = 2 // CPUCLOCK_SCHED of a process, as clock_getcpuclockid(3) makes it
	var t unix.Timespec
	if err := unix.ClockGettime(int32(^pid<<3|schedulerClock), &t); err != nil {
		return 0, fmt.Errorf("processor time of process %d: %w", pid, err)
	}
	return time.Duration(t.Nano()), nil
}

func processorTimes(pids []int) (sum time.Duration, err error) {
	for _, pid := range pids {
		t, err := processorTime(pid)
		if err != nil {
			return 0, err
		}
		sum += t
	}
	return sum, nil
}

// memoryOf adds up the processes. Pages that they share count once for each in
// RSS, and once in all in PSS.
func memoryOf(pids []int) (sum memory, err error) {
	for _, pid := range pids {
		if err := sum.add(fmt.Sprintf("/proc/%d/smaps_rollup", pid)); err != nil {
			return memory{}, err
		}
	}
	return sum, nil
}

func (m *memory) add(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close() // was read only
	for s := bufio.NewScanner(f); s.Scan(); {
		fields := strings.Fields(s.Text())
		if len(fields) != 3 || fields[2] != "kB" {
			continue
		}
		kib, err := strconv.ParseFloat(fields[1], 64)
		if err != nil {
			return fmt.Errorf("%s: %q: %w", name, s.Text(), err)
		}
		switch fields[0] {
		case "Rss:":
			m.RSS += kib
		case "Pss:":
			m.PSS += kib
		case "Anonymous:":
			m.Anonymous += kib
		}
	}
	return nil
}

// family is a process and its children.
func family(pid int) []int {
	all := []int{pid}
	files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid)) // the pattern is well formed
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			continue // the thread has ended
		}
		for _, field := range strings.Fields(string(data)) {
			if child, err := strconv.Atoi(field); err == nil {
				all = append(all, family(child)...)
			}
		}
	}
	return all
}

// comeFirst puts the exchange and all programs, which inherit it, before what
// else the machine does: all alike.
func comeFirst() error {
	const before = -15
	tasks, err := os.ReadDir("/proc/self/task")
	for _, task := range tasks {
		id, idErr := strconv.Atoi(task.Name())
		err = errors.Join(err, idErr, unix.Setpriority(unix.PRIO_PROCESS, id, before))
	}
	return err
}
