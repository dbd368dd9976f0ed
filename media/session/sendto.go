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
	six  bool            // it wants IPv4 addresses as parts of IPv6
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
	_ = s.raw.Control(func(fd uintptr) { s.six = hasIPv6(fd) })
	return s
}

// write sends a packet, or loses it when the kernel has no room for it.
func (s *sendto) write(packet []byte, to netip.AddrPort) error {
	if to != s.to {
		s.to, s.size = to, sockaddr(&s.name, to, s.six)
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
// one whose zone is none here. Ports are in network byte order. A socket of IPv6
// takes IPv4 addresses as parts of it.
func sockaddr(name *unix.RawSockaddrAny, to netip.AddrPort, six bool) uintptr {
	port := network(to.Port())
	if to.Addr().Is4() && !six {
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

// hasIPv6 tells a socket of IPv6, which may have both.
func hasIPv6(fd uintptr) bool {
	domain, err := unix.GetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_DOMAIN)
	return err == nil && domain == unix.AF_INET6
}

// bothVersions tells a socket of IPv6 that takes IPv4 too.
func bothVersions(conn *net.UDPConn) bool {
	raw, err := conn.SyscallConn()
	if err != nil {
		return false
	}
	only := 1
	_ = raw.Control(func(fd uintptr) {
		if only, err = unix.GetsockoptInt(int(fd), unix.IPPROTO_IPV6, unix.IPV6_V6ONLY); err != nil {
			only = 1
		}
	})
	return only == 0
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
