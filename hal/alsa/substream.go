package alsa

import (
	"os"
	"sync/atomic"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// substream is an open PCM device.
type substream struct {
	fd, event int // event tells of rouse and wake
	direction direction
	pollfds   [2]unix.PollFd
	sync      syncPtr // kept here so that asking allocates nothing
	woken     atomic.Bool
	polled    atomic.Pointer[polled] // nil: wait blocks
	bed       bed
}

var _ pcm = (*substream)(nil)

func newSubstream(fd, event int, d direction) *substream {
	s := &substream{fd: fd, event: event, direction: d, bed: bed{fd: -1}}
	s.pollfds = [2]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}, {Fd: int32(event), Events: unix.POLLIN}}
	if d == playback {
		s.pollfds[0].Events = unix.POLLOUT
	}
	return s
}

func (s *substream) refine(p *hwParams) error { return ioctl(s.fd, pcmRefine, unsafe.Pointer(p)) }
func (s *substream) setHardware(p *hwParams) error {
	return ioctl(s.fd, pcmHwParams, unsafe.Pointer(p))
}
func (s *substream) setSoftware(p *swParams) error {
	return ioctl(s.fd, pcmSwParams, unsafe.Pointer(p))
}
func (s *substream) prepare() error { return s.do(pcmPrepare, 0) }
func (s *substream) start() error   { return s.do(pcmStart, 0) }
func (s *substream) drop() error    { return s.do(pcmDrop, 0) }

func (s *substream) link(to pcm) error {
	other, ok := to.(*substream)
	if !ok {
		return unix.EINVAL
	}
	return s.do(pcmLink, other.fd)
}

func (s *substream) do(request uint, arg int) error {
	if _, _, e := unix.Syscall(unix.SYS_IOCTL, uintptr(s.fd), uintptr(request), uintptr(arg)); e != 0 {
		return e
	}
	return nil
}

func (s *substream) position() (position, error) {
	s.sync.flags = syncGet
	if err := ioctl(s.fd, pcmSyncPtr, unsafe.Pointer(&s.sync)); err != nil {
		return position{}, err
	}
	return position{hw: s.sync.status.hwPtr, appl: s.sync.control.applPtr}, nil
}

// transfer uses read and write, which move interleaved frames like the
// requests READI and WRITEI, without a pointer inside a structure. They do not
// wait, so the Go scheduler need not hear of them: a thread that tells it may
// find its leave to run given away when it comes back.
func (s *substream) transfer(frames []byte) (int, error) {
	if len(frames) == 0 {
		return 0, nil
	}
	call := uintptr(unix.SYS_READ)
	if s.direction == playback {
		call = unix.SYS_WRITE
	}
	n, _, errno := unix.RawSyscall(call, uintptr(s.fd), uintptr(unsafe.Pointer(&frames[0])), uintptr(len(frames)))
	if errno != 0 {
		return 0, errno
	}
	return int(n), nil
}

func (s *substream) wait(limit time.Duration) error {
	if p := s.polled.Load(); p != nil && p.able {
		return p.wait(limit, &s.woken)
	}
	for {
		n, err := unix.Poll(s.pollfds[:], int(limit/time.Millisecond))
		switch {
		case err == unix.EINTR:
		case err != nil:
			return err
		case n == 0:
			return errStalled
		case s.woken.Load():
			return errWoken
		case s.pollfds[1].Revents != 0:
			s.drain() // roused, though it does not doze
		default:
			return nil
		}
	}
}

func (s *substream) rouse() {
	one := [8]byte{1, 0, 0, 0, 0, 0, 0, 0}
	_, _ = unix.Write(s.event, one[:]) // full is awake too
}

// drain takes what rouse wrote, and tells whether there was any.
func (s *substream) drain() bool {
	var count [8]byte
	n, _ := unix.Read(s.event, count[:])
	return n > 0
}

func (s *substream) wake() {
	s.woken.Store(true)
	s.rouse()
	if p := s.polled.Load(); p != nil {
		p.wake()
	}
}

func (s *substream) close() error {
	s.bed.close()
	_ = unix.Close(s.event)
	if p := s.polled.Load(); p != nil {
		return p.file.Close()
	}
	return os.NewSyscallError("close", unix.Close(s.fd))
}
