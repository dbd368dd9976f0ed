//go:build interop

package interop

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// nameServer is a dnsmasq that is told other records, stopped and let go on. Each has
// an address of loopback for itself, as resolv.conf(5) knows no ports.
type nameServer struct {
	*process
	t       *testing.T
	dir     string
	address string
	inside  string // a network namespace
}

// nameServers is how many there were: their addresses differ.
var nameServers atomic.Int32

func nameAddress() string { return fmt.Sprintf("127.0.53.%d", nameServers.Add(1)) }

func newNameServer(t *testing.T, namespace string, records ...string) *nameServer {
	t.Helper()
	n := &nameServer{t: t, dir: t.TempDir(), address: nameAddress(), inside: namespace}
	n.tells(records...)
	return n
}

// tells has it know these records alone, for a second each: of all else in the
// domain it says that there is nothing.
func (n *nameServer) tells(records ...string) {
	n.t.Helper()
	if n.process != nil {
		n.kill()
	}
	command := append([]string{"dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--bind-interfaces", "--user=root", "--pid-file=",
		"--listen-address=" + n.address, "--except-interface=none", "--log-queries", "--log-facility=-", "--local-ttl=1", "--local=/" + domain + "/"}, records...)
	if n.inside != "" {
		command = append([]string{"ip", "netns", "exec", n.inside}, command...)
	}
	n.process = start(n.t, n.dir, command[0], command[1:]...)
	ctx, cancel := context.WithTimeout(n.t.Context(), rowTime)
	defer cancel()
	_, err := n.await(ctx, 0, `started`)
	must(n.t, err)
}

// silent has it take questions and answer none, until it goes on.
func (n *nameServer) silent() { n.t.Helper(); must(n.t, n.cmd.Process.Signal(syscall.SIGSTOP)) }
func (n *nameServer) goesOn() { n.t.Helper(); must(n.t, n.cmd.Process.Signal(syscall.SIGCONT)) }

// asking wraps a program: it asks name servers of its own, by a resolv.conf in its
// mount namespace, for which it takes root.
func asking(t *testing.T, dir, namespace, binary string, servers ...string) string {
	t.Helper()
	var text string
	for _, s := range servers {
		text += "nameserver " + s + "\n"
	}
	resolv, wrapped := filepath.Join(dir, "resolv.conf"), filepath.Join(dir, "offhook")
	must(t, os.WriteFile(resolv, []byte(text), 0o644))
	apart := "unshare --mount"
	if namespace != "" {
		apart = "ip netns exec " + namespace // which has mounts of its own, too
	}
	must(t, os.WriteFile(wrapped, fmt.Appendf(nil, "#!/bin/sh\nexec %s sh -c 'mount --bind %s /etc/resolv.conf && exec \"$@\"' sh %s \"$@\"\n", apart, resolv, binary), 0o700))
	return wrapped
}

// askingTelephone is one whose name servers these are.
func askingTelephone(t *testing.T, accounts string, authorities []string, servers ...string) *telephone {
	t.Helper()
	binary, err := agentBinary()
	must(t, err)
	dir := t.TempDir()
	file := filepath.Join(dir, "offhook.yaml")
	must(t, os.WriteFile(file, []byte(agentFile(t, accounts, authorities)), 0o600))
	return startTelephoneBy(t, asking(t, dir, "", binary, servers...), dir, "--config", file)
}

// deadNames is a name server that takes questions and never answers: its address, and
// how many it has taken.
func deadNames(t *testing.T) (string, *atomic.Int32) {
	t.Helper()
	address, asked := nameAddress(), &atomic.Int32{}
	passNames(t, address, func(_ net.PacketConn, _ net.Addr, _ []byte) { asked.Add(1) })
	return address, asked
}

// slowNames passes questions on to another, and its answers back late.
func slowNames(t *testing.T, to string, late time.Duration) string {
	t.Helper()
	address := nameAddress()
	passNames(t, address, func(c net.PacketConn, from net.Addr, question []byte) {
		up, err := net.Dial("udp", net.JoinHostPort(to, "53"))
		if err != nil {
			return
		}
		defer up.Close()
		_ = up.SetDeadline(time.Now().Add(rowTime)) // a socket of ours
		_, _ = up.Write(question)                   // the answer says whether it arrived
		answer := make([]byte, 4096)
		n, err := up.Read(answer)
		if err != nil {
			return
		}
		select {
		case <-time.After(late):
			_, _ = c.WriteTo(answer[:n], from) // who asked may have gone
		case <-t.Context().Done():
		}
	})
	return address
}

// passNames gives each question to take, in a goroutine of its own.
func passNames(t *testing.T, address string, take func(net.PacketConn, net.Addr, []byte)) {
	t.Helper()
	c, err := net.ListenPacket("udp", net.JoinHostPort(address, "53"))
	must(t, err)
	var working sync.WaitGroup
	working.Go(func() {
		for {
			question := make([]byte, 4096)
			n, from, err := c.ReadFrom(question)
			if err != nil {
				return // closed
			}
			working.Go(func() { take(c, from, question[:n]) })
		}
	})
	t.Cleanup(func() { _ = c.Close(); working.Wait() })
}
