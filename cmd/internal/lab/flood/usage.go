package flood

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// mediaSockets are the UDP sockets of processes but for one: those on loopback, or on
// every address, where loopback gets at them.
func mediaSockets(pids []int, but uint16) (all []netip.AddrPort, err error) {
	var inodes []string
	for _, pid := range pids {
		files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid)) // as above
		for _, file := range files {
			link, _ := os.Readlink(file) // "" of one that was closed
			if inode, ok := strings.CutPrefix(link, "socket:["); ok {
				inodes = append(inodes, strings.TrimSuffix(inode, "]"))
			}
		}
	}
	for _, name := range []string{"/proc/self/net/udp", "/proc/self/net/udp6"} {
		table, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		all = append(all, socketsIn(string(table), inodes, but)...)
	}
	return all, nil
}

// socketsIn reads /proc/net/udp.
func socketsIn(table string, inodes []string, but uint16) (all []netip.AddrPort) {
	for line := range strings.Lines(table) {
		f := strings.Fields(line)
		if len(f) < 10 || !slices.Contains(inodes, f[9]) {
			continue
		}
		_, hex, _ := strings.Cut(f[1], ":")
		port, err := strconv.ParseUint(hex, 16, 16)
		if err == nil && uint16(port) != but {
			all = append(all, netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), uint16(port)))
		}
	}
	return all
}
