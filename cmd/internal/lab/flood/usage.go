package flood

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// family is a process and its children.
func family(pid int) []int {
	all := []int{pid}
	files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid)) // the pattern is well formed
	for _, name := range files {
		data, _ := os.ReadFile(name) // nothing of a thread that has ended
		for field := range strings.FieldsSeq(string(data)) {
			if child, err := strconv.Atoi(field); err == nil {
				all = append(all, family(child)...)
			}
		}
	}
	return all
}

// usage is what processes take.
type usage struct {
	rss int64         // bytes
	cpu time.Duration // so far
}

// ticks are the kernel's in a second, as it tells them to programs (USER_HZ).
const ticks = 100

func usageOf(pids []int) (sum usage, err error) {
	for _, pid := range pids {
		statm, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
		if err != nil {
			return sum, err
		}
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil {
			return sum, err
		}
		one, err := parseUsage(string(statm), string(stat))
		if err != nil {
			return sum, fmt.Errorf("process %d: %w", pid, err)
		}
		sum.rss, sum.cpu = sum.rss+one.rss, sum.cpu+one.cpu
	}
	return sum, nil
}

// parseUsage reads /proc/PID/statm and stat (proc(5)); a program's name in the
// latter may have anything in it.
func parseUsage(statm, stat string) (u usage, err error) {
	fields := strings.Fields(statm)
	_, rest, ok := strings.Cut(stat[strings.LastIndexByte(stat, ')')+1:], " ")
	times := strings.Fields(rest)
	if len(fields) < 2 || !ok || len(times) < 13 {
		return u, fmt.Errorf("%q, %q: not as in proc(5)", statm, stat)
	}
	pages, err := strconv.ParseInt(fields[1], 10, 64)
	if err != nil {
		return u, err
	}
	user, err := strconv.ParseInt(times[11], 10, 64)
	if err != nil {
		return u, err
	}
	system, err := strconv.ParseInt(times[12], 10, 64)
	return usage{rss: pages * int64(os.Getpagesize()), cpu: time.Duration(user+system) * time.Second / ticks}, err
}

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
