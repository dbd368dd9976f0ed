package session

import (
	"fmt"
	"net"
	"net/netip"
	"runtime"
	"strconv"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// sendto sends packets, for one goroutine. The system call does not wait, so the
// Go scheduler need not hear of it: a thread that tells it may find its leave to
// run given away when it comes back.
type sendto struct {
	raw  syscall.RawConn // holds the descriptor while it is used
	call func(fd uintptr)

	packet []byte
	to     netip.AddrPort // that name is of
	name   unix.RawSockaddrAny
	size   uintptr
	failed syscall.Errno
}

func newSendto(to *socket) *sendto {
	s := &sendto{raw: to.raw}
	s.call = s.send // once: a method value allocates
	return s
}

// write sends a packet, or loses it when the kernel has no room for it.
func (s *sendto) write(packet []byte, to netip.AddrPort) error {
	if to != s.to {
		s.to, s.size = to, sockaddr(&s.name, to)
	}
	if s.size == 0 {
		return fmt.Errorf("session: %s is nowhere to send to", to)
	}
	s.packet = packet
	err := s.raw.Control(s.call)
	s.packet = nil
	if err == nil && s.failed != 0 {
		return s.failed
	}
	return err
}

func (s *sendto) send(fd uintptr) {
	_, _, s.failed = unix.RawSyscall6(unix.SYS_SENDTO, fd, uintptr(unsafe.Pointer(unsafe.SliceData(s.packet))), uintptr(len(s.packet)),
		unix.MSG_DONTWAIT|unix.MSG_NOSIGNAL, uintptr(unsafe.Pointer(&s.name)), s.size)
	runtime.KeepAlive(s)
}

// sockaddr puts an address as the kernel wants it, and tells its size; 0 for
// one whose zone is none here. Ports are in network byte order.
func sockaddr(name *unix.RawSockaddrAny, to netip.AddrPort) uintptr {
	port := network(to.Port())
	if to.Addr().Is4() {
		*(*unix.RawSockaddrInet4)(unsafe.Pointer(name)) = unix.RawSockaddrInet4{Family: unix.AF_INET, Port: port, Addr: to.Addr().As4()}
		return unix.SizeofSockaddrInet4
	}
	scope, ok := scopeID(to.Addr().Zone())
	if !ok || !to.IsValid() {
		return 0
	}
	*(*unix.RawSockaddrInet6)(unsafe.Pointer(name)) = unix.RawSockaddrInet6{
		Family: unix.AF_INET6, Port: port, Addr: to.Addr().As16(), Scope_id: scope}
	return unix.SizeofSockaddrInet6
}

// scopeID is the number of a zone, which may have a name.
func scopeID(zone string) (uint32, bool) {
	if zone == "" {
		return 0, true
	}
	if n, err := strconv.ParseUint(zone, 10, 32); err == nil {
		return uint32(n), true
	}
	i, err := net.InterfaceByName(zone)
	if err != nil {
		return 0, false
	}
	return uint32(i.Index), true
}
