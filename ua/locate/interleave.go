package locate

import (
	"net"
	"net/netip"
)

// Interleave orders the addresses of one host: those that there is a way to
// first, the families by turns, IPv6 at the head (RFC 8305 §4). reachable
// reports whether there is a way.
func Interleave(addresses []netip.Addr, reachable func(netip.Addr) bool) []netip.Addr {
	var near, far [2][]netip.Addr
	for _, address := range addresses {
		address = address.Unmap()
		family := 0
		if address.Is4() {
			family = 1
		}
		if reachable(address) {
			near[family] = append(near[family], address)
		} else {
			far[family] = append(far[family], address)
		}
	}
	return append(zip(near), zip(far)...)
}

func zip(families [2][]netip.Addr) []netip.Addr {
	var out []netip.Addr
	for i := range max(len(families[0]), len(families[1])) {
		for _, family := range families {
			if i < len(family) {
				out = append(out, family[i])
			}
		}
	}
	return out
}

// Reachable asks the kernel for a route; nothing is sent. A source that only
// this site knows does not reach beyond it (RFC 6724 §5, rules 2 and 6).
func Reachable(to netip.Addr) bool {
	probe, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(netip.AddrPortFrom(to, 5060)))
	if err != nil {
		return false
	}
	defer probe.Close()
	from, err := netip.ParseAddrPort(probe.LocalAddr().String())
	if err != nil {
		return false
	}
	return to.Is4() || scope(from.Addr()) >= scope(to)
}

func scope(address netip.Addr) int {
	switch {
	case address.IsLoopback(), address.IsLinkLocalUnicast():
		return 0
	case address.IsPrivate():
		return 1
	}
	return 2
}
