package dhcp

import (
	"fmt"
	"net"
	"net/netip"
)

// Link is an interface and the address on it to ask from.
type Link struct {
	Name     string
	Index    int
	Hardware net.HardwareAddr
	Address  netip.Addr
}

// Links are those that a DHCP server could be on: up, not loopback, with a
// hardware address and an IPv4 address. With a name it is that interface.
func Links(name string) ([]Link, error) {
	interfaces, err := net.Interfaces()
	if err != nil {
		return nil, fmt.Errorf("the network interfaces cannot be listed: %w", err)
	}
	var all []Link
	for _, i := range interfaces {
		if name != "" && i.Name != name || i.Flags&net.FlagUp == 0 || i.Flags&net.FlagLoopback != 0 || len(i.HardwareAddr) != 6 {
			continue
		}
		addresses, err := i.Addrs()
		if err != nil {
			continue // gone meanwhile
		}
		for _, a := range addresses {
			prefix, ok := a.(*net.IPNet)
			if !ok {
				continue
			}
			if address, ok := netip.AddrFromSlice(prefix.IP.To4()); ok && address.IsGlobalUnicast() {
				all = append(all, Link{i.Name, i.Index, i.HardwareAddr, address})
			}
		}
	}
	return all, nil
}
