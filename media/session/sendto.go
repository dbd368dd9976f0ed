package session

import (
	"net"
	"net/netip"
	"runtime"
	"strconv"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// sendto sends the packets of the engine's thread. The system call does not
// wait, so the Go scheduler need not hear of it: a thread that tells it may
// find its leave to run given away when it comes back.
type sendto struct {
	conn *net.UDPConn
	raw  syscall.RawConn // holds the descriptor while it is used; nil: conn alone
	call func(fd uintptr) bool

	packet []byte
	to     netip.AddrPort // that name is of
	name   unix.RawSockaddrAny
	size   uintptr
	failed syscall.Errno
}

func newSendto(conn *net.UDPConn) *sendto {
	s := &sendto{conn: conn}
	s.call = s.send // once: a method value allocates
	s.raw, _ = conn.SyscallConn()
	return s
}

// write sends a packet, or loses it when the kernel has no room for it.
func (s *sendto) write(packet []byte, to netip.AddrPort) error {
	if to != s.to {
		s.to, s.size = to, sockaddr(&s.name, to)
	}
	if s.size == 0 || s.raw == nil {
		_, err := s.conn.WriteToUDPAddrPort(packet, to)
		return err
	}
	s.packet = packet
	err := s.raw.Write(s.call)
	s.packet = nil
	if err == nil && s.failed != 0 {
		return s.failed
	}
	return err
}

// send is done whatever comes of it: room is not waited for.
func (s *sendto) send(fd uintptr) bool {
	_, _, s.failed = unix.RawSyscall6(unix.SYS_SENDTO, fd, uintptr(unsafe.Pointer(unsafe.SliceData(s.packet))), uintptr(len(s.packet)),
		unix.MSG_DONTWAIT|unix.MSG_NOSIGNAL, uintptr(unsafe.Pointer(&s.name)), s.size)
	runtime.KeepAlive(s)
	return true
}

// sockaddr puts an address as the kernel wants it, and tells its size; 0 for
// one whose zone has a name. Ports are in network byte order.
func sockaddr(name *unix.RawSockaddrAny, to netip.AddrPort) uintptr {
	port := network(to.Port())
	if to.Addr().Is4() {
		*(*unix.RawSockaddrInet4)(unsafe.Pointer(name)) = unix.RawSockaddrInet4{Family: unix.AF_INET, Port: port, Addr: to.Addr().As4()}
		return unix.SizeofSockaddrInet4
	}
	var scope uint64
	if zone := to.Addr().Zone(); zone != "" {
		var err error
		if scope, err = strconv.ParseUint(zone, 10, 32); err != nil {
			return 0
		}
	}
	*(*unix.RawSockaddrInet6)(unsafe.Pointer(name)) = unix.RawSockaddrInet6{
		Family: unix.AF_INET6, Port: port, Addr: to.Addr().As16(), Scope_id: uint32(scope)}
	return unix.SizeofSockaddrInet6
}
