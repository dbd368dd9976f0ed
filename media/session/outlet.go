package session

import (
	"fmt"
	"net"
	"net/netip"
	"sync"
	"unsafe"

	"golang.org/x/sys/unix"
)

// outlet sends from a stream's RTP socket for control, which never reads it: a
// descriptor that the runtime's poller does not know wakes nobody for each
// packet of sound.
type outlet struct {
	mutex sync.Mutex
	fd    int // -1: closed
	six   bool
}

func newOutlet(conn *net.UDPConn) (*outlet, error) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return nil, fmt.Errorf("session: %w", err)
	}
	o := &outlet{fd: -1}
	var failed error
	if err = raw.Control(func(own uintptr) { o.fd, failed = unix.FcntlInt(own, unix.F_DUPFD_CLOEXEC, 0) }); err == nil {
		err = failed
	}
	if err != nil {
		return nil, fmt.Errorf("session: another descriptor of the RTP socket: %w", err)
	}
	o.six = hasIPv6(uintptr(o.fd))
	return o, nil
}

// send sends a packet, or loses it: it does not wait.
func (o *outlet) send(packet []byte, to netip.AddrPort) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	var name unix.RawSockaddrAny
	size := sockaddr(&name, to, o.six)
	if o.fd < 0 || size == 0 || len(packet) == 0 {
		return
	}
	_, _, _ = unix.RawSyscall6(unix.SYS_SENDTO, uintptr(o.fd), uintptr(unsafe.Pointer(unsafe.SliceData(packet))), uintptr(len(packet)),
		unix.MSG_DONTWAIT|unix.MSG_NOSIGNAL, uintptr(unsafe.Pointer(&name)), size)
}

func (o *outlet) close() {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	if o.fd >= 0 {
		_ = unix.Close(o.fd)
		o.fd = -1
	}
}
