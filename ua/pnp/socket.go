package pnp

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"syscall"

	"golang.org/x/sys/unix"
)

// open makes a socket at the link's address that reaches the group one hop far.
func open(link Link) (Conn, error) {
	config := net.ListenConfig{Control: func(_, _ string, raw syscall.RawConn) error {
		var fault error
		err := raw.Control(func(fd uintptr) {
			fault = errors.Join(
				unix.SetsockoptInet4Addr(int(fd), unix.IPPROTO_IP, unix.IP_MULTICAST_IF, link.Address.As4()),
				unix.SetsockoptInt(int(fd), unix.IPPROTO_IP, unix.IP_MULTICAST_TTL, 1))
		})
		return errors.Join(err, fault)
	}}
	conn, err := config.ListenPacket(context.Background(), "udp4", netip.AddrPortFrom(link.Address, 0).String())
	if err != nil {
		return nil, err
	}
	return conn.(*net.UDPConn), nil
}
