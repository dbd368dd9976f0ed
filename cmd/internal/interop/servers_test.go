//go:build interop

package interop

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"offhook/cmd/internal/localapi"
)

// TestServers has sipp be registrars and proxies, and looks at what is on the wire.
func TestServers(t *testing.T) {
	registered := func(more ...string) string {
		return accountLine(usually(more, "user: 1001", "domain: "+domain, "transport: udp", "mwi: false")...)
	}
	via := func(name string, ports ...int) string {
		var all []string
		for _, p := range ports {
			all = append(all, fmt.Sprintf("'127.0.0.1:%d'", p))
		}
		return name + ": [" + strings.Join(all, ", ") + "]"
	}
	row(t, "Path asked for, Service-Route given -> a Route of the call", func(t *testing.T, ctx context.Context) {
		registrar := freePort(t)
		const route = "<sip:edge." + domain + ";lr>"
		r := served(t, ctx, "registrar", "udp", registrar, blanks{Header: "Service-Route: " + route})
		p := newTelephone(t, registered(via("registrar", registrar)))
		p.bound(ctx, "1001")
		r.passes(ctx)
		x := served(t, ctx, "final", "udp", registrar, blanks{Status: "486 Busy Here"}) // the first hop stays
		must(t, p.Control().Dial(ctx, localapi.DialRequest{Target: "9001"}))
		x.passes(ctx)
		must(t, x.saw(ctx, `(?s)INVITE sip:9001@`+domain+`.*Route: `+route))
	})
	row(t, "a temporary GRUU given -> the Contact of a call that withholds who we are", func(t *testing.T, ctx context.Context) {
		registrar := freePort(t)
		const gruu = "sip:tgruu.7hs@" + domain + ";gr"
		r := served(t, ctx, "registrar", "udp", registrar, blanks{Answer: fmt.Sprintf(`;pub-gruu="sip:1001@%s;gr=one";temp-gruu="%s"`, domain, gruu)})
		p := newTelephone(t, registered("gruu: true", "anonymous: true", via("registrar", registrar)))
		p.bound(ctx, "1001")
		r.passes(ctx)
		x := served(t, ctx, "final", "udp", registrar, blanks{Status: "486 Busy Here"})
		must(t, p.Control().Dial(ctx, localapi.DialRequest{Target: "9001"}))
		x.passes(ctx)
		must(t, x.saw(ctx, `Contact: <`+gruu+`>`))
	})
	row(t, "439 -> registered without outbound", func(t *testing.T, ctx context.Context) {
		registrar := freePort(t)
		r := served(t, ctx, "no-outbound", "udp", registrar, blanks{})
		p := newTelephone(t, registered(via("registrar", registrar)))
		p.bound(ctx, "1001")
		r.passes(ctx)
	})
	row(t, "two edge proxies -> two flows at once: reg-id 1 and 2 of one instance", func(t *testing.T, ctx context.Context) {
		ports := []int{freePort(t), freePort(t)}
		var edges []*script
		for _, port := range ports {
			edges = append(edges, served(t, ctx, "registrar", "udp", port, blanks{Header: "Require: outbound\nFlow-Timer: 60"}))
		}
		p := newTelephone(t, registered(via("proxy", ports[0]), via("second-proxy", ports[1])))
		p.bound(ctx, "1001")
		var instances []string
		for i, e := range edges {
			e.passes(ctx)
			must(t, e.saw(ctx, fmt.Sprintf(`Contact: .*reg-id=%d`, i+1)))
			data, err := os.ReadFile(e.messages)
			must(t, err)
			_, after, _ := strings.Cut(string(data), "+sip.instance=")
			instance, _, _ := strings.Cut(after, ">")
			instances = append(instances, instance)
		}
		if instances[0] == "" || instances[0] != instances[1] {
			t.Errorf("instances %q", instances)
		}
	})
	row(t, "503 from the first of two servers -> the call goes by the second", func(t *testing.T, ctx context.Context) {
		one, two := freePort(t), freePort(t)
		x := served(t, ctx, "final", "udp", one, blanks{Status: "503 Service Unavailable"})
		y := served(t, ctx, "answered", "udp", two, blanks{})
		p := newTelephone(t, registered("register: false", via("registrar", one, two)))
		must(t, p.Control().Dial(ctx, localapi.DialRequest{Target: "9001"}))
		p.newCall(ctx, 0, "confirmed")
		x.passes(ctx)
		must(t, p.Control().Hangup(ctx))
		y.passes(ctx)
	})
	row(t, "nobody at the first of two servers -> the call goes by the second", func(t *testing.T, ctx context.Context) {
		one, two := freePort(t), freePort(t)
		y := served(t, ctx, "answered", "tcp", two, blanks{})
		p := newTelephone(t, registered("register: false", "transport: tcp", via("registrar", one, two)))
		must(t, p.Control().Dial(ctx, localapi.DialRequest{Target: "9001"}))
		p.newCall(ctx, 0, "confirmed")
		must(t, p.Control().Hangup(ctx))
		y.passes(ctx)
	})
	row(t, "an INVITE too large for a datagram -> by TCP", func(t *testing.T, ctx context.Context) {
		port := freePort(t)
		x := served(t, ctx, "final", "tcp", port, blanks{Status: "486 Busy Here"})
		p := newTelephone(t, registered("register: false", via("registrar", port))+
			"  emergency: {location: {country: de, city: Köln, street: Domkloster, number: '4', postcode: '50667', building: Hauptgebäude, floor: '3', room: '301'}}\n")
		must(t, p.Control().Dial(ctx, localapi.DialRequest{Target: "112"}))
		x.passes(ctx)
		must(t, x.saw(ctx, `(?s)INVITE sip:112@.*Via: SIP/2.0/TCP`))
	})
}

// TestNames has a real name server tell where the servers are (RFC 3263): NAPTR for
// the transport, SRV for two of them, an address for each.
func TestNames(t *testing.T) {
	first, second := newKamailio(t), newKamailio(t)
	dns := newNames(t, "--naptr-record="+domain+",10,10,S,SIP+D2T,,_sip._tcp."+domain, "--naptr-record="+domain+",20,10,S,SIP+D2U,,_sip._udp."+domain,
		fmt.Sprintf("--srv-host=_sip._tcp.%s,one.%s,%d,10,5", domain, domain, first.UDP), fmt.Sprintf("--srv-host=_sip._tcp.%s,two.%s,%d,20,5", domain, domain, second.UDP),
		"--host-record=one."+domain+",127.0.0.1", "--host-record=two."+domain+",127.0.0.1",
		fmt.Sprintf("--srv-host=_sip._tcp.many.%s,two.%s,%d,10,0", domain, domain, second.UDP), fmt.Sprintf("--srv-host=_sip._tcp.many.%s,one.%s,%d,10,65535", domain, domain, first.UDP))
	p := dns.telephone(t, accountLine("user: 1001", "domain: "+domain, "transport: tcp", "password: secret-1001", "mwi: false"))
	row(t, "SRV of two servers -> registered with the better one", func(t *testing.T, ctx context.Context) {
		p.with(t).bound(ctx, "1001")
		_, err := first.registered(ctx, 0, "1001")
		must(t, err)
		_, err = dns.await(ctx, 0, `query\[SRV\] _sip._tcp.`+domain)
		must(t, err)
	})
	row(t, "SRV of two servers as good, one with all of the weight -> every telephone at that one", func(t *testing.T, ctx context.Context) {
		var lines string
		for i := range 8 { // by chance alone they would all be there once in 256 times
			lines += accountLine(fmt.Sprintf("user: weighed%d", i), "domain: "+domain, "registrar: many."+domain, "transport: tcp", fmt.Sprintf("password: secret-weighed%d", i), "mwi: false")
		}
		p := dns.telephone(t, lines)
		for i := range 8 {
			if a := p.bound(ctx, fmt.Sprintf("weighed%d", i)); !strings.HasSuffix(a.Server, fmt.Sprintf(":%d", first.UDP)) {
				t.Errorf("account %d is at %s", i, a.Server)
			}
		}
	})
	row(t, "that one is killed -> registered with the other", func(t *testing.T, ctx context.Context) {
		began := time.Now()
		first.kill()
		_, err := second.registered(ctx, 0, "1001")
		must(t, err)
		told("after %v", time.Since(began).Round(time.Millisecond))
		p.with(t).bound(ctx, "1001")
	})
	row(t, "transport: auto -> TCP, as NAPTR prefers", func(t *testing.T, ctx context.Context) {
		p := dns.telephone(t, accountLine("user: 1002", "domain: "+domain, "transport: auto", "password: secret-1002", "mwi: false"))
		p.bound(ctx, "1002")
		r, err := second.registered(ctx, 0, "1002")
		must(t, err)
		if r.Transport != "tcp" {
			t.Errorf("by %s", r.Transport)
		}
		_, err = dns.await(ctx, 0, `query\[NAPTR\] `+domain)
		must(t, err)
	})
}

// names is a name server that a telephone asks, which sees another resolv.conf: in
// a mount namespace of its own, for which it takes root.
type names struct {
	*process
	resolv string
}

func newNames(t *testing.T, records ...string) *names {
	t.Helper()
	const address = "127.0.0.153"
	dir := t.TempDir()
	n := &names{resolv: filepath.Join(dir, "resolv.conf")}
	must(t, os.WriteFile(n.resolv, []byte("nameserver "+address+"\n"), 0o644))
	n.process = start(t, dir, "dnsmasq", append([]string{"--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--bind-interfaces", "--user=root",
		"--pid-file=", "--listen-address=" + address, "--except-interface=none", "--log-queries", "--log-facility=-", "--auth-ttl=1", "--local=/" + domain + "/"}, records...)...)
	ctx, cancel := context.WithTimeout(t.Context(), rowTime)
	defer cancel()
	_, err := n.await(ctx, 0, `started`)
	must(t, err)
	return n
}

// telephone is one that asks it.
func (n *names) telephone(t *testing.T, accounts string) *telephone {
	t.Helper()
	binary, err := agentBinary()
	must(t, err)
	dir := t.TempDir()
	file, wrapped := filepath.Join(dir, "offhook.yaml"), filepath.Join(dir, "offhook")
	must(t, os.WriteFile(file, []byte(agentFile(t, accounts, nil)), 0o600))
	must(t, os.WriteFile(wrapped, fmt.Appendf(nil, "#!/bin/sh\nexec unshare --mount sh -c 'mount --bind %s /etc/resolv.conf && exec \"$@\"' sh %s \"$@\"\n", n.resolv, binary), 0o700))
	return startTelephoneBy(t, wrapped, dir, "--config", file)
}
