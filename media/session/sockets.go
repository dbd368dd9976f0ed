package session

import (
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/netip"
	"syscall"
)

// PortRange are the UDP ports that may be used, both ends included. The zero
// value means any.
type PortRange struct{ First, Last uint16 }

// Sockets are the two of an RTP session: an even port and the next one.
type Sockets struct {
	RTP, RTCP *net.UDPConn
	// Keys is where packets of DTLS go that come to RTP's port, each behind its
	// source; nil: nowhere.
	Keys *net.UnixConn
}

const anyPortAttempts = 64

// Listen opens a pair of sockets on an address, at a random place of the range
// so that a port just closed is not used again at once.
func Listen(addr netip.Addr, ports PortRange, dscp int, log *slog.Logger) (Sockets, error) {
	return listenBoth(addr, ports, dscp, log, false)
}

// listenBoth opens sockets that speak both IP versions, if wanted: ICE tries both.
// A device that has no IPv6 at all has what there is.
func listenBoth(addr netip.Addr, ports PortRange, dscp int, log *slog.Logger, both bool) (Sockets, error) {
	if !addr.IsValid() || addr.IsUnspecified() {
		return Sockets{}, fmt.Errorf("session: address %q cannot be told to a far end: give one address of an interface", addr)
	}
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	if ports == (PortRange{}) {
		return listenAny(addr, dscp, log, both)
	}
	first, last := int(ports.First)+int(ports.First)%2, int(ports.Last)
	pairs := (last - first + 1) / 2
	if ports.First == 0 || pairs < 1 {
		return Sockets{}, fmt.Errorf("session: RTP port range %d-%d has no even port with its next one", ports.First, ports.Last)
	}
	var err error
	start := rand.IntN(pairs)
	for i := range pairs {
		var s Sockets
		if s, err = listenPair(addr, uint16(first+2*((start+i)%pairs)), dscp, log, both); err == nil {
			return s, nil
		}
	}
	return Sockets{}, fmt.Errorf("session: no free pair of RTP ports in %d-%d on %s (each call takes two): widen network.rtp-ports, or see who else uses them: %w",
		ports.First, ports.Last, addr, err)
}

func listenAny(addr netip.Addr, dscp int, log *slog.Logger, both bool) (Sockets, error) {
	var err error
	for range anyPortAttempts {
		var probe *net.UDPConn
		if probe, err = listen(addr, 0, both); err != nil {
			break
		}
		port := probe.LocalAddr().(*net.UDPAddr).Port &^ 1
		_ = probe.Close()
		var s Sockets
		if s, err = listenPair(addr, uint16(port), dscp, log, both); err == nil {
			return s, nil
		}
	}
	return Sockets{}, fmt.Errorf("session: no free pair of RTP ports on %s: %w", addr, err)
}

func listenPair(addr netip.Addr, port uint16, dscp int, log *slog.Logger, both bool) (Sockets, error) {
	if err := ours(addr); err != nil {
		return Sockets{}, err
	}
	rtp, err := listen(addr, port, both)
	if err != nil {
		return Sockets{}, err
	}
	rtcp, err := listen(addr, port+1, both)
	if err != nil {
		return Sockets{}, errors.Join(err, rtp.Close())
	}
	for _, conn := range []*net.UDPConn{rtp, rtcp} {
		if err := mark(conn, dscp); err != nil {
			log.Warn("RTP packets are not marked for priority", "dscp", dscp, "error", err)
			break
		}
	}
	return Sockets{RTP: rtp, RTCP: rtcp}, nil
}

// listen opens a socket for an address that may become another under the call.
func listen(addr netip.Addr, port uint16, both bool) (*net.UDPConn, error) {
	if both && roams(addr) {
		return net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv6unspecified, Port: int(port)})
	}
	network := "udp4"
	if addr.Is6() && !addr.Is4In6() {
		network = "udp6"
	}
	return net.ListenUDP(network, net.UDPAddrFromAddrPort(netip.AddrPortFrom(wildcard(addr), port)))
}

// mark sets the DSCP of the packets (RFC 4594 §4.1: telephony is EF).
func mark(conn *net.UDPConn, dscp int) error {
	if dscp < 0 {
		return nil
	}
	if dscp == 0 {
		dscp = 46
	}
	raw, err := conn.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	err = raw.Control(func(fd uintptr) {
		failed = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_IP, syscall.IP_TOS, dscp<<2)
		if hasIPv6(fd) { // it may have both, and IPv4 its own
			failed = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_IPV6, syscall.IPV6_TCLASS, dscp<<2)
		}
	})
	return errors.Join(err, failed)
}

// both tells that they speak both IP versions.
func (s Sockets) both() bool {
	a := s.RTP.LocalAddr().(*net.UDPAddr).AddrPort().Addr()
	return a.Is6() && !a.Is4In6() && a.IsUnspecified() && bothVersions(s.RTP)
}

// LocalAddr is where RTP is received.
func (s Sockets) LocalAddr() netip.AddrPort { return local(s.RTP) }

func (s Sockets) localRTCP() netip.AddrPort { return local(s.RTCP) }

func local(conn *net.UDPConn) netip.AddrPort {
	a := conn.LocalAddr().(*net.UDPAddr).AddrPort()
	return netip.AddrPortFrom(a.Addr().Unmap(), a.Port())
}

// Close closes all.
func (s Sockets) Close() error { return errors.Join(s.RTP.Close(), s.closeOthers()) }

// closeOthers closes all but RTP's.
func (s Sockets) closeOthers() error {
	err := s.RTCP.Close()
	if s.Keys != nil {
		err = errors.Join(err, s.Keys.Close())
	}
	return err
}
