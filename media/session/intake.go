package session

import (
	"net/netip"
	"strconv"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// batch is how many packets are read at a time: with less than that the socket
// is known to be empty, so that in a call one system call a period is enough.
const batch = 8

const packetSize = 1500

// intake takes packets off a socket for the engine's thread, in system calls that
// do not wait. The Go scheduler does not hear of them: telling it costs more than
// the call.
type intake struct {
	raw  syscall.RawConn
	call func(fd uintptr) // kept, so that no read makes one
	got  int
	err  unix.Errno

	at    int           // the next of those got
	empty bool          // the socket was, after those got
	now   time.Duration // when they were got
	wall  int64         // by the kernel's clock, in ns since 1970; 0: its times are not asked for
	least time.Duration // no packet that is yet to be got came before

	headers  [batch]unix.Mmsghdr
	vectors  [batch]unix.Iovec
	names    [batch]unix.RawSockaddrAny
	controls [batch]control
	packets  [batch][packetSize]byte

	scope uint32 // of a link-local address
	zone  string // its number
}

// control is what the kernel adds to a packet: when it came. It has room to spare.
type control struct {
	header unix.Cmsghdr
	time   unix.Timespec
	_      [16]byte
}

func newIntake(s *socket) *intake {
	t := &intake{raw: s.raw, empty: true}
	t.call = t.receive
	for i := range t.headers {
		t.vectors[i].Base = &t.packets[i][0]
		t.vectors[i].SetLen(packetSize)
		h := &t.headers[i].Hdr
		h.Name, h.Iov, h.Control = (*byte)(unsafe.Pointer(&t.names[i])), &t.vectors[i], (*byte)(unsafe.Pointer(&t.controls[i]))
		h.SetIovlen(1)
		t.renew(i)
	}
	return t
}

// renew readies the place of a packet that was read.
func (t *intake) renew(i int) {
	h := &t.headers[i].Hdr
	h.Namelen = unix.SizeofSockaddrAny
	h.SetControllen(int(unsafe.Sizeof(control{})))
	t.controls[i].header.Len = 0
}

// fetch reads what there is, a batch at most, and tells whether that is anything.
// An error is the network's (an ICMP answer to what was sent): it ends no call.
func (t *intake) fetch(now func() time.Duration, stamped bool) bool {
	for i := range t.got {
		t.renew(i)
	}
	t.at, t.got = 0, 0
	before := now()
	if t.raw.Control(t.call) != nil || t.got == 0 { // closed, or empty
		t.empty, t.least = true, max(t.least, before)
		return false
	}
	t.empty = t.got < batch
	if t.now, t.wall = before, 0; stamped {
		t.now, t.wall = now(), time.Now().UnixNano()
	}
	return true
}

func (t *intake) receive(fd uintptr) {
	for {
		n, _, errno := unix.RawSyscall6(unix.SYS_RECVMMSG, fd, uintptr(unsafe.Pointer(&t.headers[0])), batch, unix.MSG_DONTWAIT, 0, 0)
		if errno == unix.EINTR {
			continue
		}
		if t.err = errno; errno == 0 {
			t.got = int(n)
		}
		return
	}
}

// next is the next packet of the batch, which is valid until fetch.
func (t *intake) next() (packet []byte, from netip.AddrPort, arrival time.Duration) {
	i := t.at
	t.at++
	packet = t.packets[i][:min(t.headers[i].Len, packetSize)]
	arrival = max(t.least, t.now-t.age(i))
	t.least = arrival
	if t.at == t.got && t.empty {
		t.least = max(t.least, t.now)
	}
	return packet, t.source(i), arrival
}

// age is how long a packet has waited in the socket. The clock may be set
// meanwhile: what comes of it is bounded by when the socket was last seen empty.
func (t *intake) age(i int) time.Duration {
	c := &t.controls[i]
	if t.wall == 0 || t.headers[i].Hdr.Controllen < unix.SizeofCmsghdr || c.header.Level != unix.SOL_SOCKET || c.header.Type != unix.SCM_TIMESTAMPNS {
		return 0
	}
	// Seconds may have 32 bits; a difference outlives their end.
	seconds := int32(t.wall/int64(time.Second)) - int32(c.time.Sec)
	return max(0, time.Duration(seconds)*time.Second+time.Duration(t.wall%int64(time.Second))-time.Duration(c.time.Nsec))
}

// source is who sent a packet. Ports are in network byte order.
func (t *intake) source(i int) netip.AddrPort {
	name := unsafe.Pointer(&t.names[i])
	switch t.names[i].Addr.Family {
	case unix.AF_INET:
		a := (*unix.RawSockaddrInet4)(name)
		return netip.AddrPortFrom(netip.AddrFrom4(a.Addr), network(a.Port))
	case unix.AF_INET6:
		a := (*unix.RawSockaddrInet6)(name)
		addr := netip.AddrFrom16(a.Addr).Unmap()
		if a.Scope_id != 0 && addr.Is6() {
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
