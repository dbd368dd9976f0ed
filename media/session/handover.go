package session

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"offhook/media/ice/stun"
)

// What a socket for RTP also gets, by its first octet (RFC 7983 §7).
const (
	dtlsFirst, dtlsLast       = 20, 63
	channelFirst, channelLast = 64, 79
)

// isDTLS tells a packet of DTLS from RTP, RTCP and STUN.
func isDTLS(packet []byte) bool { return begins(packet, dtlsFirst, dtlsLast) }

// isChannel tells what came through a TURN server.
func isChannel(packet []byte) bool { return begins(packet, channelFirst, channelLast) }

func isSTUN(packet []byte) bool { return stun.Is(packet) }

func begins(packet []byte, first, last byte) bool {
	return len(packet) > 0 && packet[0] >= first && packet[0] <= last
}

// handoverHeader precedes a packet that is handed over: who sent it, as 16
// octets of address and two of port.
const handoverHeader = 18

// How many packets a second are handed over from anywhere else than the described
// address, of DTLS and of ICE: what a flood costs must be bounded, and a flood of
// one is not to drown the other.
const strangers, strangersICE = 50, 150

// handover gives packets of DTLS to control, which makes keys of them, and those
// of ICE. The engine's thread owns it. It never waits: what is lost is repeated.
type handover struct {
	raw    syscall.RawConn
	call   func(fd uintptr)
	n      int
	failed syscall.Errno
	packet [handoverHeader + packetSize]byte
	since  time.Duration
	taken  int // of DTLS
	asked  int // of ICE
}

func newHandover(to *net.UnixConn) (*handover, error) {
	if to == nil {
		return nil, nil
	}
	raw, err := to.SyscallConn()
	if err != nil {
		return nil, fmt.Errorf("session: DTLS: %w", err)
	}
	h := &handover{raw: raw}
	h.call = h.send // once: a method value allocates
	return h, nil
}

// give hands a packet over; expected tells of the described source.
func (h *handover) give(packet []byte, from netip.AddrPort, expected bool, now time.Duration) bool {
	if h == nil || len(packet) > packetSize {
		return false
	}
	if now-h.since >= time.Second {
		h.since, h.taken, h.asked = now, 0, 0
	}
	if !expected && !h.admits(packet) {
		return false
	}
	address := from.Addr().As16()
	copy(h.packet[:], address[:])
	binary.BigEndian.PutUint16(h.packet[16:], from.Port())
	h.n = handoverHeader + copy(h.packet[handoverHeader:], packet)
	return h.raw.Control(h.call) == nil && h.failed == 0
}

// admits counts a stranger's packet.
func (h *handover) admits(packet []byte) bool {
	if isDTLS(packet) {
		h.taken++
		return h.taken <= strangers
	}
	h.asked++
	return h.asked <= strangersICE
}

func (h *handover) send(fd uintptr) {
	_, _, h.failed = unix.RawSyscall6(unix.SYS_SENDTO, fd, uintptr(unsafe.Pointer(&h.packet)), uintptr(h.n), unix.MSG_DONTWAIT|unix.MSG_NOSIGNAL, 0, 0)
}

// parseHandover reads what give wrote.
func parseHandover(b []byte) (packet []byte, from netip.AddrPort, ok bool) {
	if len(b) <= handoverHeader {
		return nil, from, false
	}
	address := netip.AddrFrom16([16]byte(b[:16])).Unmap()
	return b[handoverHeader:], netip.AddrPortFrom(address, binary.BigEndian.Uint16(b[16:])), true
}

// handoverPair makes both ends: the stream's, and control's.
func handoverPair() (stream, control *net.UnixConn, err error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("session: socketpair: %w", err)
	}
	var ends [2]*net.UnixConn
	var errs [2]error
	for i, fd := range fds {
		ends[i], errs[i] = unixSocket(fd)
	}
	if err := errors.Join(errs[:]...); err != nil {
		for _, end := range ends {
			if end != nil {
				_ = end.Close()
			}
		}
		return nil, nil, err
	}
	return ends[0], ends[1], nil
}

// unixSocket uses the descriptor up.
func unixSocket(fd int) (*net.UnixConn, error) {
	f := os.NewFile(uintptr(fd), "dtls")
	c, err := net.FileConn(f)
	if err := errors.Join(err, f.Close()); err != nil {
		return nil, fmt.Errorf("session: %w", err)
	}
	u, ok := c.(*net.UnixConn)
	if !ok {
		return nil, errors.Join(errors.New("session: no unix socket"), c.Close())
	}
	return u, nil
}
