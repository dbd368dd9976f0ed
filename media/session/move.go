package session

import (
	"net"
	"net/netip"
)

// Move has the next offer or answer name another address of this device; the
// session's own may be gone. The sockets stay: they are bound to every address.
// One of another family, or one that nobody else can reach, is not taken. Move
// may be called by any goroutine.
func (s *Session) Move(to netip.Addr) {
	now := s.LocalAddr().Addr()
	if !roams(now) || !roams(to) || to.Unmap().Is4() != now.Unmap().Is4() {
		return
	}
	s.moved.Store(&to)
}

// roams reports whether an address may be changed for another under a call: one
// that others than this device and its link know.
func roams(a netip.Addr) bool {
	return a.IsValid() && !a.IsUnspecified() && !a.IsLoopback() && !a.IsLinkLocalUnicast()
}

// wildcard is what the sockets of an address are bound to.
func wildcard(a netip.Addr) netip.Addr {
	switch {
	case !roams(a):
		return a
	case a.Unmap().Is4():
		return netip.IPv4Unspecified()
	}
	return netip.IPv6Unspecified()
}

// ours reports an address that this device has not: a wildcard would take it.
func ours(a netip.Addr) error {
	if !roams(a) {
		return nil
	}
	probe, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(a, 0)))
	if err != nil {
		return err
	}
	return probe.Close()
}

// follow takes a Move into account.
func (s *Session) follow() {
	if to := s.moved.Load(); to != nil && !s.cfg.Advertised.IsValid() {
		moved := s.local.Addr != *to
		s.local.Addr = *to
		if moved {
			s.iceMoved()
		}
	}
}
