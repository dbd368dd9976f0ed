package engine

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// priority is above ordinary processes and below the kernel's own threads.
	priority = 40
	// nice is for where that is not allowed.
	nice = -11
	// leaves is how many threads may run Go code at a time. One that was told to
	// and waits for the processor holds one, and the audio thread needs one at once.
	leaves = 8
	// runaway is how long a hastened process may compute without a pause before
	// the kernel ends it, for a core may be all that there is.
	runaway = 500 * time.Millisecond
)

// hastened tells whether the calling thread, and so all of its process, has
// real-time priority already.
func hastened() bool {
	now, err := unix.SchedGetAttr(0, 0)
	return err == nil && now.Policy == unix.SCHED_FIFO
}

// realtime puts the calling thread under SCHED_FIFO. It needs CAP_SYS_NICE or
// RLIMIT_RTPRIO; without them sound works, with a longer tail of lateness.
func realtime() (restore func(), err error) {
	if hastened() {
		return func() {}, nil
	}
	before, err := unix.SchedGetAttr(0, 0)
	if err == nil {
		// Threads that the runtime starts from this one must not inherit it.
		err = unix.SchedSetAttr(0, fifo(unix.SCHED_FLAG_RESET_ON_FORK), 0)
	}
	if err != nil {
		return func() {}, err
	}
	return func() {
		if err := unix.SchedSetAttr(0, before, 0); err != nil {
			// A thread that cannot be put back is not used for anything else:
			// it ends with its goroutine.
			runtime.LockOSThread()
		}
	}, nil
}

func fifo(flags uint64) *unix.SchedAttr {
	return &unix.SchedAttr{Size: unix.SizeofSchedAttr, Policy: unix.SCHED_FIFO, Priority: priority, Flags: flags}
}

// Hasten puts all threads of a process that only moves sound before those of
// other processes, threads to come included.
//
// They all get the audio thread's priority, the runtime's own too. What that
// thread waits for when it comes back from its device, a lock or a thread that
// hands it its leave to run, then never waits behind other processes; and of two
// threads of the same priority neither interrupts the other. A lower one for the
// others would not do: the runtime spins in places until another thread has gone
// on, which on one core it then never would. All that such a process may do at a
// time takes less than its sound device holds.
//
// The error tells that real-time priority is not to be had; a lower nice value
// then has to do.
func Hasten() error {
	runtime.GOMAXPROCS(max(leaves, runtime.GOMAXPROCS(0)))
	limit := unix.Rlimit{Cur: uint64(runaway / time.Microsecond), Max: uint64(runaway / time.Microsecond)}
	err := unix.Setrlimit(unix.RLIMIT_RTTIME, &limit)
	for again := true; again && err == nil; { // until no thread has come between
		again, err = hastenThreads()
	}
	if err != nil {
		return fmt.Errorf("engine: real-time priority needs root, CAP_SYS_NICE or an RLIMIT_RTPRIO of %d: %w", priority, err)
	}
	return nil
}

// hastenThreads tells whether there was one that had to be hastened.
func hastenThreads() (found bool, err error) {
	tasks, err := os.ReadDir("/proc/self/task")
	if err != nil {
		return false, err
	}
	for _, task := range tasks {
		id, _ := strconv.Atoi(task.Name())
		before, err := unix.SchedGetAttr(id, 0)
		if err != nil || before.Policy == unix.SCHED_FIFO {
			continue // or it has ended
		}
		found = true
		_ = unix.Setpriority(unix.PRIO_PROCESS, id, nice)
		if err := unix.SchedSetAttr(id, fifo(0), 0); err != nil && err != unix.ESRCH {
			return found, err
		}
	}
	return found, nil
}

// Hastened runs f on a thread of real-time priority, for the processes that f
// starts: they have it from the first.
func Hastened(f func()) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	before, err := unix.SchedGetAttr(0, 0)
	if err == nil && unix.SchedSetAttr(0, fifo(0), 0) == nil {
		defer func() {
			if unix.SchedSetAttr(0, before, 0) != nil {
				runtime.LockOSThread() // the thread ends with its goroutine
			}
		}()
	}
	f()
}
