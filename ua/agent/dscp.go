package agent

import (
	"net/netip"
	"syscall"
)

// mark sets the code point of a socket's packets (RFC 2474); 0 leaves it. A
// kernel that refuses costs the priority, not the connection.
func mark(conn syscall.RawConn, remote netip.Addr, dscp int) error {
	if dscp == 0 {
		return nil
	}
	var failed error
	err := conn.Control(func(fd uintptr) {
		if remote.Unmap().Is4() {
			failed = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_IP, syscall.IP_TOS, dscp<<2)
			return
		}
		failed = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_IPV6, syscall.IPV6_TCLASS, dscp<<2)
	})
	if err != nil {
		return err
	}
	return failed
}
