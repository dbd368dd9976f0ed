package soundfile

import (
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// clock is the kernel's, or a test's.
type clock interface {
	now() time.Duration
	// beat has sleep wake at begin and every period after it.
	beat(begin, period time.Duration) error
	rest() error // no beat
	// sleep returns when it is time; its error tells that close was called.
	sleep(until time.Duration) error
	close() error
}

// monotonic is a timer of the kernel's that Go's poller waits for: a timer of
// the Go runtime would be late by most of a millisecond, and a thread that
// sleeps in the kernel wakes the runtime's monitor whenever it wakes itself.
type monotonic struct {
	file  *os.File
	raw   syscall.RawConn
	zero  time.Time     // an instant of both clocks, the kernel's
	at    time.Duration // and Go's
	ready func(fd uintptr) bool
	ticks uint64
}

func newMonotonic() (*monotonic, error) {
	fd, err := unix.TimerfdCreate(unix.CLOCK_MONOTONIC, unix.TFD_NONBLOCK|unix.TFD_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("no timer: %w", err)
	}
	zero, at, err := together(time.Now, kernel)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("no clock: %w", err), unix.Close(fd))
	}
	m := &monotonic{file: os.NewFile(uintptr(fd), "timer"), zero: zero, at: at}
	m.raw, err = m.file.SyscallConn()
	m.ready = m.take
	return m, err
}

// together reads both clocks. Go's comes first: what happens between makes now
// lead the kernel. If it lagged, by a tenth of a millisecond, each beat would
// seem too early, the next one be waited for as well, and sound break in every
// period for as long as the card is open.
func together(clock func() time.Time, kernel func() (time.Duration, error)) (zero time.Time, at time.Duration, err error) {
	zero = clock()
	at, err = kernel()
	return zero, at, err
}

func kernel() (time.Duration, error) {
	var t unix.Timespec
	err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &t)
	return time.Duration(t.Nano()), err
}

// now reads no more than memory: Go's clock is the kernel's.
func (m *monotonic) now() time.Duration { return m.at + time.Since(m.zero) }

func (m *monotonic) beat(begin, period time.Duration) error {
	return m.set(unix.ItimerSpec{Value: unix.NsecToTimespec(int64(begin)), Interval: unix.NsecToTimespec(int64(period))})
}

func (m *monotonic) rest() error { return m.set(unix.ItimerSpec{}) }

func (m *monotonic) set(t unix.ItimerSpec) error {
	var failed error
	err := m.raw.Control(func(fd uintptr) { failed = unix.TimerfdSettime(int(fd), unix.TFD_TIMER_ABSTIME, &t, nil) })
	if err == nil {
		err = failed
	}
	return err
}

// sleep takes beats until it is time; those before were missed.
func (m *monotonic) sleep(until time.Duration) error {
	for m.now() < until {
		if err := m.raw.Read(m.ready); err != nil {
			return err
		}
	}
	return nil
}

// take reads how many beats there were; false waits for one. The call does not
// wait itself, so the scheduler need not hear of it.
func (m *monotonic) take(fd uintptr) bool {
	_, _, errno := unix.RawSyscall(unix.SYS_READ, fd, uintptr(unsafe.Pointer(&m.ticks)), unsafe.Sizeof(m.ticks))
	return errno != unix.EAGAIN
}

func (m *monotonic) close() error { return m.file.Close() }
