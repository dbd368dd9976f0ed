package session

import (
	"net/netip"
	"runtime"
	"strconv"
	"unsafe"

	"golang.org/x/sys/unix"
)

// receipt is what the kernel tells of a packet that it hands over.
type receipt struct {
	from unix.RawSockaddrAny
	size uint32

	scope uint32 // of a link-local address
	zone  string // its number
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
