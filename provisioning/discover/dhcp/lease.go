package dhcp

import (
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Lease is what the system's client knows of one.
type Lease struct {
	Client    string // "dhcpcd"
	Interface string
	Address   netip.Addr
	Server    netip.Addr // zero where it is not told
	Options   Options    // as far as the client keeps them
}

// maxLeaseFile bounds what is read of a file.
const maxLeaseFile = 1 << 20

// places are where the clients keep their leases.
var places = []struct {
	client  string
	pattern string
	read    func(data []byte) (Lease, bool)
	named   func(file string) string // the interface; nil: the file says
}{
	{"systemd-networkd", "run/systemd/netif/leases/*", readNetworkd, byIndex},
	{"NetworkManager", "var/lib/NetworkManager/internal-*.lease", readNetworkd, afterLastDash},
	{"NetworkManager's dhclient", "var/lib/NetworkManager/dhclient-*.lease", readDhclient, nil},
	{"dhcpcd", "var/lib/dhcpcd/*.lease", readDhcpcd, beforeDash},
	{"dhcpcd", "var/lib/dhcpcd5/*.lease", readDhcpcd, beforeDash},
	{"dhcpcd", "var/db/dhcpcd/*.lease", readDhcpcd, beforeDash},
	{"dhclient", "var/lib/dhcp/dhclient*.leases", readDhclient, nil},
	{"dhclient", "run/dhclient*.leases", readDhclient, nil},
	{"udhcpc", "run/offhook/dhcp/*", readUdhcpc, nil},
}

// Leases are those on disk, in the order of the clients above. A client's old
// files tell of networks that the phone has left: whether an interface still
// has the lease's address is the caller's to look at.
func Leases(root string) []Lease {
	var all []Lease
	for _, p := range places {
		files, _ := filepath.Glob(filepath.Join(root, p.pattern)) // the pattern is well formed
		for _, file := range files {
			info, err := os.Stat(file)
			if err != nil || !info.Mode().IsRegular() || info.Size() > maxLeaseFile {
				continue
			}
			data, err := os.ReadFile(file)
			if err != nil {
				continue
			}
			lease, ok := p.read(data)
			if p.named != nil {
				lease.Interface = p.named(strings.TrimSuffix(filepath.Base(file), ".lease"))
			}
			if lease.Client = p.client; ok && lease.Interface != "" && lease.Address.Is4() {
				all = append(all, lease)
			}
		}
	}
	return all
}

// byIndex: systemd names its files by the interface's index.
func byIndex(name string) string {
	index, err := strconv.Atoi(name)
	if err != nil {
		return ""
	}
	if i, err := net.InterfaceByIndex(index); err == nil {
		return i.Name
	}
	return ""
}

// afterLastDash: internal-UUID-eth0.
func afterLastDash(name string) string { return name[strings.LastIndexByte(name, '-')+1:] }

// beforeDash: wlan0-SSID.
func beforeDash(name string) string {
	name, _, _ = strings.Cut(name, "-")
	return name
}

// readDhcpcd reads the message of the server, as dhcpcd keeps it.
func readDhcpcd(data []byte) (Lease, bool) {
	p, err := Parse(data)
	if err != nil || !p.Reply {
		return Lease{}, false
	}
	return Lease{Address: p.Yours, Server: p.Options.address(optionServer), Options: p.Options}, true
}
