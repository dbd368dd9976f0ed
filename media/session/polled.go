package session

import (
	"net/netip"
	"syscall"

	"golang.org/x/sys/unix"
)

// datagrams is where packets are read; a *net.UDPConn is one.
type datagrams interface {
	ReadFromUDPAddrPort([]byte) (int, netip.AddrPort, error)
}

// pollReader reads a socket that the runtime's poller waits for, in system
// calls that the scheduler does not hear of. One that it hears of wakes its
// monitor, which then looks at the idle program every 20 µs for a while: for
// fifty packets a second that was most of what a call cost.
type pollReader struct {
	receipt
	raw  syscall.RawConn
	wait func(fd uintptr) bool // kept, so that no read makes one

	p     []byte
	n     int
	errno unix.Errno

	tries int  // of this read
	busy  bool // packets come one upon the other
}

// polled is how RTP is read.
func (s *Stream) polled() datagrams {
	conn := s.cfg.Sockets.RTP
	raw, err := conn.SyscallConn()
	if err != nil {
		return conn // closed; reading will say so
	}
	r := &pollReader{raw: raw}
	r.wait = r.ready
	return r
}

// ready reads when something is there; false waits for it.
func (r *pollReader) ready(fd uintptr) bool {
	r.tries++
	for {
		r.n, r.errno = r.take(fd, r.p)
		if r.errno != unix.EINTR {
			return r.errno != unix.EAGAIN
		}
	}
}

// ReadFromUDPAddrPort waits for a packet. It does not allocate. When packets come
// one upon the other, threads of the same real-time priority go first: a flood
// must not hold up the sound.
func (r *pollReader) ReadFromUDPAddrPort(p []byte) (int, netip.AddrPort, error) {
	r.p, r.tries = p, 0
	err := r.raw.Read(r.wait)
	r.p = nil
	if r.tries == 1 && r.busy {
		_, _, _ = unix.RawSyscall(unix.SYS_SCHED_YIELD, 0, 0, 0)
	}
	r.busy = r.tries == 1
	switch {
	case err != nil:
		return 0, netip.AddrPort{}, err
	case r.errno != 0:
		return 0, netip.AddrPort{}, r.errno
	}
	return r.n, r.source(), nil
}
