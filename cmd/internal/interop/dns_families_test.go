//go:build interop

package interop

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"text/template"
	"time"

	"offhook/cmd/internal/lab/netns"
	"offhook/cmd/internal/lab/station"
	"offhook/cmd/internal/localapi"
)

// familiesPatience is less than the 10 s after which a connection to nowhere is given
// up: who is faster has tried the other family meanwhile (RFC 8305 §5).
const familiesPatience = 7 * time.Second

// TestNamesFamilies has a name stand for an IPv6 and an IPv4 address of one Kamailio, in
// a network namespace where the way to the first is a hole. It needs root.
func TestNamesFamilies(t *testing.T) {
	n := &island{t: t, name: fmt.Sprintf("offhook-fa%d", os.Getpid())}
	n.rises()
	k := n.kamailio()
	dns := newNameServer(t, n.name, fmt.Sprintf("--srv-host=_sips._tcp.%s,both.%s,%d", domain, domain, k.TLS),
		fmt.Sprintf("--srv-host=_sip._tcp.%s,both.%s,%d", domain, domain, k.UDP), fmt.Sprintf("--srv-host=_sip._udp.%s,both.%s,%d", domain, domain, k.UDP),
		"--host-record=both."+domain+",127.0.0.1,::1")
	for _, transport := range []string{"tls", "tcp", "udp"} {
		row(t, transport+", both ways are open -> registered by IPv6", func(t *testing.T, ctx context.Context) {
			var a localapi.Account
			for range 3 { // where IPv6 is kept waiting for a processor IPv4 may win (RFC 8305 §5)
				p := n.telephone(t, ctx, k, dns, transport)
				a = p.bound(ctx, "1001")
				p.stop()
				if strings.HasPrefix(a.Server, "[::1]:") {
					return
				}
			}
			t.Errorf("registered at %s", a.Server)
		})
	}
	n.must("nft", "add table inet hole; add chain inet hole way { type filter hook output priority 0 ; }; add rule inet hole way ip6 daddr ::1 counter drop")
	for _, transport := range []string{"tls", "tcp", "udp"} {
		row(t, transport+", the IPv6 way is a hole -> registered by IPv4, soon", func(t *testing.T, ctx context.Context) {
			for range 3 { // an AAAA that comes 50 ms after the A is not waited for (RFC 8305 §3)
				if n.avoids(t, ctx, k, dns, transport) {
					return
				}
			}
			t.Error("IPv6 was not tried")
		})
	}
}

// avoids has a telephone register in spite of the hole, and tells whether it was in it.
func (n *island) avoids(t *testing.T, ctx context.Context, k *kamailio, dns *nameServer, transport string) bool {
	t.Helper()
	mark, asked := k.mark(), dns.mark()
	p := n.telephone(t, ctx, k, dns, transport)
	_, err := dns.await(ctx, asked, `query\[AAAA\] both.`+domain)
	must(t, err)
	began := time.Now()
	_, err = k.await(ctx, mark, `@@ register user=1001 transport=`+transport+` .* expires=[^0]`)
	must(t, err)
	took := time.Since(began)
	told("%s: after %v", transport, took.Round(time.Millisecond))
	if took > familiesPatience {
		t.Errorf("it took %v", took)
	}
	if a := p.bound(ctx, "1001"); !strings.HasPrefix(a.Server, "127.0.0.1:") {
		t.Errorf("registered at %s", a.Server)
	}
	p.stop()
	dropped := n.must("nft", "list chain inet hole way")
	n.must("nft", "flush chain inet hole way; add rule inet hole way ip6 daddr ::1 counter drop")
	return !strings.Contains(dropped, "packets 0 ")
}

// island is a network namespace with nothing but loopback.
type island struct {
	t    *testing.T
	name string
}

func (n *island) rises() {
	n.t.Helper()
	ctx := context.Background()
	n.t.Cleanup(func() { _ = netns.IP(ctx, "netns delete "+n.name) }) // if it was made
	must(n.t, netns.IP(ctx, "netns add "+n.name))
	must(n.t, netns.IP(ctx, "-n "+n.name+" link set lo up"))
}

// must runs a program there.
func (n *island) must(name, args string) string {
	n.t.Helper()
	out, err := exec.Command("ip", "netns", "exec", n.name, name, args).CombinedOutput()
	if err != nil {
		n.t.Fatalf("%s %s: %v: %s", name, args, err, out)
	}
	return string(out)
}

// kamailio is one there, on both addresses.
func (n *island) kamailio() *kamailio {
	n.t.Helper()
	k := &kamailio{t: n.t, dir: n.t.TempDir(), UDP: freePort(n.t), TLS: freePort(n.t), Domain: domain, Algorithm: "MD5", MaxExpires: 3600, Readers: 2}
	k.certify()
	var text strings.Builder
	must(n.t, template.Must(template.New("").Parse(kamailioConfig)).Execute(&text, k))
	file := filepath.Join(k.dir, "kamailio.cfg")
	must(n.t, os.WriteFile(file, []byte(text.String()), 0o600))
	k.process = start(n.t, k.dir, "ip", "netns", "exec", n.name, "kamailio", "-DD", "-E", "-f", file, "-Y", k.dir, "-w", k.dir, "-m", "32", "-M", "4")
	ctx, cancel := context.WithTimeout(n.t.Context(), rowTime)
	defer cancel()
	entry := fmt.Sprintf(":%04X ", k.TLS) // the last of its sockets
	must(n.t, k.poll(ctx, "listen", func() error {
		// Without a thread of ours that goes there: its end would be that of programs it has started.
		data, err := os.ReadFile(fmt.Sprintf("/proc/%d/net/tcp6", k.cmd.Process.Pid))
		if err == nil && !strings.Contains(string(data), entry) {
			err = errors.New("nothing has bound it")
		}
		return err
	}))
	return k
}

// telephone is one there, without a person: its page is there, too.
func (n *island) telephone(t *testing.T, ctx context.Context, k *kamailio, dns *nameServer, transport string) *telephone {
	t.Helper()
	binary, err := agentBinary()
	must(t, err)
	dir := t.TempDir()
	file := filepath.Join(dir, "offhook.yaml")
	must(t, os.WriteFile(file, []byte(agentFile(t, named("1001", "transport: "+transport), []string{k.CA})), 0o600))
	s, err := station.Start(ctx, station.Config{Binary: asking(t, dir, n.name, binary, dns.address), Dir: dir, Args: []string{"--config", file}, StopTime: rowTime})
	must(t, err)
	p := &telephone{Station: s, t: t}
	t.Cleanup(func() {
		p.stop()
		if t.Failed() {
			t.Logf("the agent's log ends so:\n%s", s.LogTail())
		}
	})
	return p
}
