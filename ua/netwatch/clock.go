package netwatch

import (
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// openClock makes a timer that never fires: reading it ends with ECANCELED when
// the time of day is set, or the device wakes up (timerfd_create(2),
// TFD_TIMER_CANCEL_ON_SET).
func openClock() (*os.File, error) {
	fd, err := unix.TimerfdCreate(unix.CLOCK_REALTIME, unix.TFD_NONBLOCK|unix.TFD_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("timerfd_create", err)
	}
	file := os.NewFile(uintptr(fd), "clock")
	if err := armClock(file); err != nil {
		file.Close()
		return nil, err
	}
	return file, nil
}

// armClock sets the timer far ahead; once cancelled it has to be set again.
func armClock(file *os.File) error {
	raw, err := file.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	never := unix.ItimerSpec{Value: unix.Timespec{Sec: 1<<31 - 1}} // 2038: 32-bit kernels have no later
	if err := raw.Control(func(fd uintptr) {
		failed = unix.TimerfdSettime(int(fd), unix.TFD_TIMER_ABSTIME|unix.TFD_TIMER_CANCEL_ON_SET, &never, nil)
	}); err != nil {
		return err
	}
	return os.NewSyscallError("timerfd_settime", failed)
}

// asleep is how long the device has been suspended since it started.
func asleep() time.Duration {
	var whole, awake unix.Timespec
	if unix.ClockGettime(unix.CLOCK_MONOTONIC, &awake) != nil || unix.ClockGettime(unix.CLOCK_BOOTTIME, &whole) != nil {
		return 0
	}
	return time.Duration(whole.Nano() - awake.Nano())
}

// slept is what of a growth of asleep counts: the two clocks are not read at
// the same instant.
func slept(before, now time.Duration) time.Duration {
	if now-before < time.Second {
		return 0
	}
	return now - before
}
