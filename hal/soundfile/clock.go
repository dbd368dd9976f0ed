package soundfile

import (
	"time"

	"golang.org/x/sys/unix"
)

// clock is the kernel's, or a test's.
type clock interface {
	now() time.Duration
	sleep(until time.Duration)
}

// monotonic sleeps in the kernel: a timer of the Go runtime is late by most of
// a millisecond.
type monotonic struct{}

func (monotonic) now() time.Duration {
	var t unix.Timespec
	_ = unix.ClockGettime(unix.CLOCK_MONOTONIC, &t) // there is always one
	return time.Duration(t.Nano())
}

func (monotonic) sleep(until time.Duration) {
	t := unix.NsecToTimespec(int64(until))
	for unix.ClockNanosleep(unix.CLOCK_MONOTONIC, unix.TIMER_ABSTIME, &t, nil) == unix.EINTR {
	}
}
