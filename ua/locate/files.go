package locate

import (
	"bufio"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

// file is a file that is read again when it has changed. A leaf: nothing is
// called while the lock is held but the file system.
type file[T any] struct {
	path  string
	parse func(lines []string) T

	mu    sync.Mutex
	read  bool
	seen  os.FileInfo
	value T
}

// get returns what the file says now, and whether that is news.
func (f *file[T]) get() (T, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	info, err := os.Stat(f.path)
	if err == nil && f.seen != nil && os.SameFile(info, f.seen) && info.ModTime().Equal(f.seen.ModTime()) && info.Size() == f.seen.Size() {
		return f.value, false
	}
	if err != nil && f.read {
		return f.value, false // there is none, or it is being replaced
	}
	f.read, f.seen, f.value = true, info, f.parse(readLines(f.path))
	return f.value, true
}

// readLines reads a small file without its comments; none if there is no such file.
func readLines(path string) []string {
	in, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer in.Close()
	var lines []string
	for scanner := bufio.NewScanner(in); scanner.Scan() && len(lines) < 10_000; {
		line := scanner.Text()
		if at := strings.IndexAny(line, "#;"); at >= 0 {
			line = line[:at]
		}
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

// resolvConf is what resolv.conf(5) says.
type resolvConf struct {
	servers  []netip.AddrPort
	search   []string
	dots     int
	timeout  time.Duration // of one server
	attempts int
}

func parseResolvConf(lines []string) resolvConf {
	// Its standard patience of 5 s is more than a person has who waits for a call.
	c := resolvConf{dots: 1, timeout: 2 * time.Second, attempts: 2}
	for _, line := range lines {
		words := strings.Fields(line)
		switch words[0] {
		case "nameserver":
			if len(words) > 1 && len(c.servers) < 3 {
				if address, err := netip.ParseAddr(words[1]); err == nil {
					c.servers = append(c.servers, netip.AddrPortFrom(address, 53))
				}
			}
		case "domain", "search":
			c.search = nil
			for _, domain := range words[1:] {
				if domain = strings.Trim(domain, "."); domain != "" && len(c.search) < 6 {
					c.search = append(c.search, domain)
				}
			}
		case "options":
			c.options(words[1:])
		}
	}
	if len(c.servers) == 0 {
		c.servers = []netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:53")}
	}
	return c
}

func (c *resolvConf) options(words []string) {
	for _, word := range words {
		name, value, _ := strings.Cut(word, ":")
		n, err := strconv.Atoi(value)
		if err != nil || n < 0 {
			continue
		}
		switch name {
		case "ndots":
			c.dots = min(n, 15)
		case "timeout":
			c.timeout = time.Duration(min(max(n, 1), 5)) * time.Second
		case "attempts":
			c.attempts = min(max(n, 1), 5)
		}
	}
}

// names are the full names that a name may stand for, in the order in which
// they are tried (resolv.conf(5), search and ndots).
func (c resolvConf) names(host string) []string {
	if full, ok := strings.CutSuffix(host, "."); ok {
		return []string{full}
	}
	var out []string
	for _, domain := range c.search {
		out = append(out, host+"."+domain)
	}
	if strings.Count(host, ".") >= c.dots {
		return append([]string{host}, out...)
	}
	return append(out, host)
}

// parseHosts reads hosts(5), by lower-case name.
func parseHosts(lines []string) map[string][]netip.Addr {
	out := map[string][]netip.Addr{}
	for _, line := range lines {
		words := strings.Fields(line)
		address, err := netip.ParseAddr(words[0])
		if err != nil {
			continue
		}
		for _, name := range words[1:] {
			name = strings.ToLower(strings.TrimSuffix(name, "."))
			out[name] = append(out[name], address.Unmap())
		}
	}
	return out
}
