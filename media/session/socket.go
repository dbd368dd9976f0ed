package session

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// socket is a stream's for RTP. The runtime's poller does not know its
// descriptor: a packet that comes wakes nobody, the engine's thread finds it when
// it next looks.
type socket struct {
	raw    syscall.RawConn
	closer io.Closer
}

// takeSocket uses the connection up, unless it fails.
func takeSocket(conn *net.UDPConn) (*socket, error) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return nil, fmt.Errorf("session: RTP: %w", err)
	}
	fd := -1
	var failed error
	if err = raw.Control(func(own uintptr) { fd, failed = unix.FcntlInt(own, unix.F_DUPFD_CLOEXEC, 0) }); err == nil {
		err = failed
	}
	if err != nil {
		return nil, fmt.Errorf("session: another descriptor of the RTP socket: %w", err)
	}
	// The poller takes what does not wait. No call here does, by its own flag.
	if err := unix.SetNonblock(fd, false); err != nil {
		return nil, errors.Join(fmt.Errorf("session: RTP: %w", err), unix.Close(fd))
	}
	stamp(fd)
	widen(fd)
	f := os.NewFile(uintptr(fd), "rtp")
	s := &socket{closer: f}
	if s.raw, err = f.SyscallConn(); err == nil {
		err = conn.Close()
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("session: RTP: %w", err), f.Close())
	}
	return s, nil
}

// stamp has the kernel say when a packet came. Where it cannot, a packet comes
// when it is found.
func stamp(fd int) { _ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1) }

// widen has the socket hold a flood until the next period: of 100 000 small packets a
// second, say. The kernel bounds it by net.core.rmem_max; less is a smaller flood.
func widen(fd int) { _ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF, socketRoom) }

const socketRoom = 512 << 10 // octets, of which the kernel takes twice

func (s *socket) close() error { return s.closer.Close() }
