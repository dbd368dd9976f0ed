package alsa

import (
	"errors"
	"os"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// polled is a stream that the Go runtime's poller waits for: no thread blocks,
// and whoever waits for packets meanwhile is served by the same one.
type polled struct {
	file     *os.File // closes the stream from now on
	able     bool     // the poller takes it
	raw      syscall.RawConn
	check    func(fd uintptr) bool // ready, as a value: a method value allocates
	pollfd   unix.PollFd
	atOnce   [2]uint64 // no time to wait, however wide the kernel's
	deadline time.Time
}

// poll has the poller wait from now on.
func (s *substream) poll() bool {
	if p := s.polled.Load(); p != nil {
		return p.able
	}
	p := &polled{file: os.NewFile(uintptr(s.fd), "sound"), pollfd: s.pollfds[0]}
	p.check = p.ready
	var err error
	p.raw, err = p.file.SyscallConn()
	p.able = errors.Join(err, p.file.SetReadDeadline(time.Time{})) == nil
	s.polled.Store(p)
	return p.able
}

// wait waits for at least the limit, and at most twice as long: a deadline that
// stands for a while costs less than one a period.
func (p *polled) wait(limit time.Duration, woken *atomic.Bool) error {
	if now := time.Now(); p.deadline.Sub(now) < limit {
		p.deadline = now.Add(2 * limit)
		if err := p.file.SetReadDeadline(p.deadline); err != nil {
			return err
		}
	}
	if woken.Load() {
		return errWoken
	}
	err := p.raw.Read(p.check)
	switch {
	case err == nil:
		return nil
	case woken.Load():
		return errWoken
	case errors.Is(err, os.ErrDeadlineExceeded):
		p.deadline = time.Time{}
		return errStalled
	}
	return err
}

// ready looks without waiting; false waits for the card to tell of a period.
func (p *polled) ready(uintptr) bool {
	n, _, errno := unix.RawSyscall6(unix.SYS_PPOLL, uintptr(unsafe.Pointer(&p.pollfd)), 1, uintptr(unsafe.Pointer(&p.atOnce)), 0, 0, 0)
	return n > 0 || errno != 0 && errno != unix.EINTR
}

// wake ends a wait under way; those to come see that it was called.
func (p *polled) wake() { _ = p.file.SetReadDeadline(time.Unix(1, 0)) }
