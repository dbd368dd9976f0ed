package engine

import (
	"runtime"

	"golang.org/x/sys/unix"
)

// priority is above ordinary processes and below the kernel's own threads.
const (
	priority = 40
	// A packet that comes does not hold up the sound.
	receivePriority = priority - 1
)

// realtime puts the calling thread under SCHED_FIFO. It needs CAP_SYS_NICE or
// RLIMIT_RTPRIO; without them sound works, with a longer tail of lateness.
func realtime(priority uint32) (restore func(), err error) {
	before := &unix.SchedAttr{Size: unix.SizeofSchedAttr}
	fifo := &unix.SchedAttr{
		Size: unix.SizeofSchedAttr, Policy: unix.SCHED_FIFO, Priority: priority,
		// Threads that the runtime starts from this one must not inherit it.
		Flags: unix.SCHED_FLAG_RESET_ON_FORK,
	}
	if err := unix.SchedSetAttr(0, fifo, 0); err != nil {
		return func() {}, err
	}
	before.Policy = unix.SCHED_NORMAL
	return func() {
		if err := unix.SchedSetAttr(0, before, 0); err != nil {
			// A thread that cannot be put back is not used for anything else:
			// it ends with its goroutine.
			runtime.LockOSThread()
		}
	}, nil
}

// receiveThread prepares a thread that a stream receives on.
func receiveThread() (restore func()) {
	restore, _ = realtime(receivePriority) // Run tells of what is not allowed
	return restore
}
