package peer

import (
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

// hurry gives the calling goroutine a thread that goes before ordinary ones, if that is allowed, so
// that other work of the machine is not taken for the network's. A process that is started from it
// goes first, too.
func hurry() (restore func()) {
	runtime.LockOSThread()
	if unix.SchedSetAttr(0, &unix.SchedAttr{Size: unix.SizeofSchedAttr, Policy: unix.SCHED_FIFO, Priority: 2}, 0) != nil {
		return runtime.UnlockOSThread
	}
	return func() {
		if unix.SchedSetAttr(0, &unix.SchedAttr{Size: unix.SizeofSchedAttr, Policy: unix.SCHED_NORMAL}, 0) == nil {
			runtime.UnlockOSThread() // else the thread ends with its goroutine
		}
	}
}

// monotonic is the time since boot.
func monotonic() time.Duration {
	var t unix.Timespec
	_ = unix.ClockGettime(unix.CLOCK_MONOTONIC, &t)
	return time.Duration(t.Nano())
}

// sleepUntil sleeps in the kernel.
func sleepUntil(at time.Duration) {
	due := unix.NsecToTimespec(int64(at))
	for unix.ClockNanosleep(unix.CLOCK_MONOTONIC, unix.TIMER_ABSTIME, &due, nil) == unix.EINTR {
	}
}
