package session

import (
	"net/netip"
	"syscall"

	"golang.org/x/sys/unix"
)

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
}

// polled is how RTP is read without a thread of its own.
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
	for {
		r.n, r.errno = r.take(fd, r.p)
		if r.errno != unix.EINTR {
			return r.errno != unix.EAGAIN
		}
	}
}

// ReadFromUDPAddrPort waits for a packet. It does not allocate.
func (r *pollReader) ReadFromUDPAddrPort(p []byte) (int, netip.AddrPort, error) {
	r.p = p
	err := r.raw.Read(r.wait)
	r.p = nil
	switch {
	case err != nil:
		return 0, netip.AddrPort{}, err
	case r.errno != 0:
		return 0, netip.AddrPort{}, r.errno
	}
	return r.n, r.source(), nil
}
