package agent

import (
	"context"
	"net"
	"net/netip"
	"strings"

	"offhook/ua"
)

// Locate asks DNS: SRV when no port is given (RFC 3263 §4.2), else A and AAAA.
// Addresses come in the resolver's order (RFC 6724), the families by turns
// (RFC 8305 §4).
func Locate(ctx context.Context, query Query) ([]netip.AddrPort, error) {
	port := query.Port
	if port == 0 {
		port = standardPort(query.Transport)
	}
	if address, err := netip.ParseAddr(strings.Trim(query.Host, "[]")); err == nil {
		return []netip.AddrPort{netip.AddrPortFrom(address, port)}, nil
	}
	resolver := &net.Resolver{}
	if query.Port == 0 {
		if found := locateSRV(ctx, resolver, query); len(found) > 0 {
			return found, nil
		}
	}
	return locateHost(ctx, resolver, query.Host, port)
}

func standardPort(transport ua.Transport) uint16 {
	if transport == ua.TLS {
		return 5061
	}
	return 5060
}

func locateSRV(ctx context.Context, resolver *net.Resolver, query Query) []netip.AddrPort {
	service, protocol := "sip", "tcp"
	switch query.Transport {
	case ua.TLS:
		service = "sips"
	case ua.UDP:
		protocol = "udp"
	}
	_, records, err := resolver.LookupSRV(ctx, service, protocol, query.Host)
	if err != nil {
		return nil // no records is the rule, not a fault
	}
	var out []netip.AddrPort
	for _, record := range records {
		found, err := locateHost(ctx, resolver, record.Target, record.Port)
		if err == nil {
			out = append(out, found...)
		}
	}
	return out
}

func locateHost(ctx context.Context, resolver *net.Resolver, host string, port uint16) ([]netip.AddrPort, error) {
	addresses, err := resolver.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return nil, err
	}
	var families [2][]netip.AddrPort
	first := addresses[0].Unmap().Is4()
	for _, address := range addresses {
		family := 0
		if address.Unmap().Is4() != first {
			family = 1
		}
		families[family] = append(families[family], netip.AddrPortFrom(address.Unmap(), port))
	}
	var out []netip.AddrPort
	for i := range max(len(families[0]), len(families[1])) {
		for _, family := range families {
			if i < len(family) {
				out = append(out, family[i])
			}
		}
	}
	return out, nil
}
