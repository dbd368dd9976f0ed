package session

import (
	"errors"
	"net"
	"net/netip"
	"runtime"
	"strconv"
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"
)

// datagrams is where packets are read; a *net.UDPConn is one.
type datagrams interface {
	ReadFromUDPAddrPort([]byte) (int, netip.AddrPort, error)
}

// threadReader reads a socket in system calls of its own thread instead of the
// runtime's poller: the thread's priority is then what decides when it runs.
type threadReader struct {
	receipt
	fds  [2]unix.PollFd // the socket, and what wake writes to
	over atomic.Bool
	busy bool // packets come one upon the other
}

// receipt is what the kernel tells of a packet that it hands over.
type receipt struct {
	from unix.RawSockaddrAny
	size uint32

	scope uint32 // of a link-local address
	zone  string // its number
}

// newThreadReader reads from a duplicate of the socket's descriptor.
func newThreadReader(conn *net.UDPConn) (*threadReader, error) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return nil, err
	}
	t, fd := &threadReader{}, -1
	var failed error
	err = raw.Control(func(own uintptr) { fd, failed = unix.FcntlInt(own, unix.F_DUPFD_CLOEXEC, 0) })
	if err := errors.Join(err, failed); err != nil {
		return nil, err
	}
	event, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		return nil, errors.Join(err, unix.Close(fd))
	}
	t.fds[0] = unix.PollFd{Fd: int32(fd), Events: unix.POLLIN}
	t.fds[1] = unix.PollFd{Fd: int32(event), Events: unix.POLLIN}
	return t, nil
}

// wake ends a read that waits, and every later one.
func (t *threadReader) wake() {
	t.over.Store(true)
	one := [8]byte{1, 0, 0, 0, 0, 0, 0, 1} // not zero in either byte order
	_, _ = unix.Write(int(t.fds[1].Fd), one[:])
}

// close gives the descriptors back; nobody reads any more.
func (t *threadReader) close() {
	_ = unix.Close(int(t.fds[0].Fd))
	_ = unix.Close(int(t.fds[1].Fd))
}

// ReadFromUDPAddrPort waits for a packet. It does not allocate. A thread of the
// audio thread's priority lets that one go first when packets come one upon the
// other: a flood of them must not hold up the sound.
func (t *threadReader) ReadFromUDPAddrPort(p []byte) (int, netip.AddrPort, error) {
	for !t.over.Load() {
		n, errno := t.take(uintptr(t.fds[0].Fd), p)
		switch errno {
		case 0:
			if t.busy {
				_, _, _ = unix.RawSyscall(unix.SYS_SCHED_YIELD, 0, 0, 0)
			}
			t.busy = true
			return n, t.source(), nil
		case unix.EINTR:
			continue
		case unix.EAGAIN:
		default:
			return 0, netip.AddrPort{}, errno
		}
		t.busy = false
		if _, err := unix.Poll(t.fds[:], -1); err != nil && err != unix.EINTR {
			return 0, netip.AddrPort{}, err
		}
	}
	return 0, netip.AddrPort{}, net.ErrClosed
}

// take reads a packet that is there. The call does not wait, and the scheduler
// does not hear of it: telling it costs more than the call.
func (t *receipt) take(fd uintptr, p []byte) (int, unix.Errno) {
	t.size = unix.SizeofSockaddrAny
	n, _, errno := unix.RawSyscall6(unix.SYS_RECVFROM, fd, uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)),
		unix.MSG_DONTWAIT, uintptr(unsafe.Pointer(&t.from)), uintptr(unsafe.Pointer(&t.size)))
	runtime.KeepAlive(p)
	return int(n), errno
}

// source is who sent the last packet. Ports are in network byte order.
func (t *receipt) source() netip.AddrPort {
	switch t.from.Addr.Family {
	case unix.AF_INET:
		a := (*unix.RawSockaddrInet4)(unsafe.Pointer(&t.from))
		return netip.AddrPortFrom(netip.AddrFrom4(a.Addr), network(a.Port))
	case unix.AF_INET6:
		a := (*unix.RawSockaddrInet6)(unsafe.Pointer(&t.from))
		addr := netip.AddrFrom16(a.Addr)
		if a.Scope_id != 0 {
			if a.Scope_id != t.scope {
				t.scope, t.zone = a.Scope_id, strconv.FormatUint(uint64(a.Scope_id), 10)
			}
			addr = addr.WithZone(t.zone)
		}
		return netip.AddrPortFrom(addr, network(a.Port))
	}
	return netip.AddrPort{}
}

// network swaps a port between the network's byte order and this machine's.
func network(port uint16) uint16 {
	b := (*[2]byte)(unsafe.Pointer(&port))
	return uint16(b[0])<<8 | uint16(b[1])
}

// receive runs the RTP receiving goroutine, on a thread of its own where the
// stream's owner has one prepared.
func (s *Stream) receive() {
	if s.thread == nil {
		s.readRTP(s.polled())
		return
	}
	defer s.thread.close()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	defer s.cfg.Thread()()
	s.readRTP(s.thread)
}
