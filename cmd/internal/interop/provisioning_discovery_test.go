//go:build interop

package interop

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"offhook/cmd/internal/lab/netns"
	"offhook/cmd/internal/lab/station"
	"offhook/cmd/internal/localapi"
	"offhook/provisioning"
	"offhook/provisioning/discover"
	"offhook/provisioning/discover/dhcp"
)

// ready waits until the telephone has found its server by a step, applied what
// it has fetched, and is registered.
func ready(t *testing.T, ctx context.Context, s *station.Station, step, why string) {
	t.Helper()
	start := time.Now()
	status, err := s.Until(ctx, "registered", func(st localapi.Status) bool {
		return len(st.Accounts) == 1 && st.Accounts[0].State == "registered" && st.Provisioning.State == "provisioned"
	})
	if err != nil {
		st, _ := s.Control().Status(ctx)
		t.Fatalf("%v\n%+v", err, st.Provisioning)
	}
	last := status.Provisioning.Attempts[len(status.Provisioning.Attempts)-1]
	if last.Step != step || !strings.Contains(last.Why, why) || last.Error != "" {
		t.Errorf("found by %+v, want step %s, %s", last, step, why)
	}
	told("%s (%s): fetched, applied, registered after %v", last.Step, last.Why, time.Since(start).Round(time.Millisecond))
}

func (o *office) pinnedCA() string { return "  ca: " + o.authority.File() + "\n" }

// TestDiscovery has a telephone whose file names no server find it, in network
// namespaces of its own, with dnsmasq. It needs root.
func TestDiscovery(t *testing.T) {
	peer(version("dnsmasq", `Dnsmasq version [0-9.]+`, "dnsmasq", "--version"))
	row(t, "DHCP option 66, a host -> registered", func(t *testing.T, ctx context.Context) {
		o := newOffice(t)
		o.address()
		o.dnsmasq("--port=0", "--dhcp-option=66,"+officeServer)
		ready(t, ctx, o.telephone(ctx, o.pinnedCA()), "dhcp", "option 66 of "+officeServer+" on "+officeCable+" (INFORM)")
	})
	row(t, "DHCP option 160 before 66, with a macro -> registered", func(t *testing.T, ctx context.Context) {
		o := newOffice(t)
		o.address()
		o.dnsmasq("--port=0", "--dhcp-option=66,192.0.2.99", "--dhcp-option=160,https://"+officeServer+"/$MA.yaml")
		ready(t, ctx, o.telephone(ctx, o.pinnedCA()), "dhcp", "option 160")
	})
	row(t, "an address that comes after the telephone has started -> registered", func(t *testing.T, ctx context.Context) {
		o := newOffice(t)
		o.dnsmasq("--port=0", "--dhcp-option=66,"+officeServer)
		s := o.telephone(ctx, o.pinnedCA())
		_, err := s.Until(ctx, "looking", func(st localapi.Status) bool { return len(st.Provisioning.Attempts) > 0 })
		must(t, err)
		o.address()
		ready(t, ctx, s, "dhcp", "option 66")
	})
	row(t, "SIP PnP, a stranger answers first -> the server of the pinned authority", func(t *testing.T, ctx context.Context) {
		o := newOffice(t)
		o.address()
		o.stranger()
		o.answerPnP(map[string]string{officeStranger: "https://" + officeStranger + "/{mac}.yaml", officeServer: "https://" + officeServer + "/{mac}.yaml"})
		ready(t, ctx, o.telephone(ctx, o.pinnedCA()+"  order: [pnp]\n"), "pnp", "the answer of "+officeServer)
	})
	row(t, "SIP PnP, a stranger offers plain HTTP -> passed over", func(t *testing.T, ctx context.Context) {
		o := newOffice(t)
		o.address()
		o.answerPnP(map[string]string{officeStranger: "http://" + officeStranger + "/{mac}.yaml", officeServer: "https://" + officeServer + "/{mac}.yaml"})
		ready(t, ctx, o.telephone(ctx, o.pinnedCA()+"  order: [pnp]\n"), "pnp", "the answer of "+officeServer)
	})
	row(t, "DNS: SRV in the domain of DHCP -> registered", func(t *testing.T, ctx context.Context) {
		o := newOffice(t)
		o.address()
		o.dnsmasq("--listen-address="+officeServer, "--dhcp-option=option:domain-name,office.example",
			"--srv-host=_offhook-prov._tcp.office.example,"+officeServer+",443")
		resolver(t, o)
		ready(t, ctx, o.telephone(ctx, o.pinnedCA()), "dns", "SRV _offhook-prov._tcp.office.example")
	})
	row(t, "DNS: NAPTR of RFC 6011 -> registered", func(t *testing.T, ctx context.Context) {
		o := newOffice(t)
		o.address()
		o.dnsmasq("--listen-address="+officeServer, "--naptr-record=office.example,10,10,u,SFUA.CFG,!.*!https://"+officeServer+"/{mac}.yaml!,.")
		resolver(t, o)
		ready(t, ctx, o.telephone(ctx, o.pinnedCA()+"  domain: office.example\n"), "dns", "NAPTR SFUA.CFG of office.example")
	})
	row(t, "no authority pinned -> waits; a person accepts -> registered", func(t *testing.T, ctx context.Context) {
		o := newOffice(t)
		o.address()
		o.dnsmasq("--port=0", "--dhcp-option=66,"+officeServer)
		t.Setenv("SSL_CERT_FILE", o.authority.File()) // the system trusts it, as it does anybody's authority
		s := o.telephone(ctx, "")
		server := "https://" + officeServer
		status, err := s.Until(ctx, "waiting", func(st localapi.Status) bool { return strings.Contains(st.Provisioning.Error, "waits for a person") })
		must(t, err)
		if len(o.provisioning.Fetches()) > 0 || !strings.Contains(status.Provisioning.Error, "offhook provisioning accept "+server) {
			t.Errorf("%d fetches before anybody agreed; %s", len(o.provisioning.Fetches()), status.Provisioning.Error)
		}
		if got, err := s.Control().Accept(ctx, ""); got != server || err != nil {
			t.Errorf("accepted %q, %v", got, err)
		}
		ready(t, ctx, s, "dhcp", "option 66")
	})
}

// resolver has the telephone's namespace ask the server's DNS.
func resolver(t *testing.T, o *office) {
	t.Helper()
	dir := filepath.Join("/etc/netns", o.phone)
	must(t, os.MkdirAll(dir, 0o755))
	t.Cleanup(func() { must(t, os.RemoveAll(dir)) })
	must(t, os.WriteFile(filepath.Join(dir, "resolv.conf"), []byte("nameserver "+officeServer+"\n"), 0o644))
}

// TestDHCP has the step alone ask dnsmasq for every option, and by every way.
func TestDHCP(t *testing.T) {
	for _, c := range []struct {
		name   string
		server []string
		agent  func(*provisioning.AgentProvisioning)
		want   string
	}{
		{name: "option 43 as text", server: []string{"--dhcp-option-force=43,https://p.example/x.cfg"}, want: "https://p.example/x.cfg"},
		{name: "option 43 in sub-options", server: []string{"--dhcp-option-force=43,01:02:61:62:03:11:68:74:74:70:73:3a:2f:2f:70:2e:65:78:61:6d:70:6c:65"}, want: "https://p.example/{mac}.yaml"},
		{name: "option 125 of an enterprise", server: []string{"--dhcp-option=vi-encap:32473,1,https://v.example/x.cfg"},
			agent: func(a *provisioning.AgentProvisioning) { a.DHCP.Enterprise = 32473 }, want: "https://v.example/x.cfg"},
		{name: "159 and 66 in order", server: []string{"--dhcp-option=66,b.example", "--dhcp-option=159,a.example"}, want: "https://a.example/{mac}.yaml https://b.example/{mac}.yaml"},
		{name: "66 with the path of 67", server: []string{"--dhcp-option=66,https://a.example", "--dhcp-option=67,snom/{mac}.xml"},
			agent: func(a *provisioning.AgentProvisioning) { a.DHCP.Options = []string{"66+67"} }, want: "https://a.example/snom/{mac}.xml"},
		{name: "a custom option", server: []string{"--dhcp-option=224,https://c.example/x.cfg"},
			agent: func(a *provisioning.AgentProvisioning) { a.DHCP.Options = []string{"224"} }, want: "https://c.example/x.cfg"},
	} {
		row(t, c.name, func(t *testing.T, ctx context.Context) {
			o := newOffice(t)
			o.address()
			o.dnsmasq(append(c.server, "--port=0")...)
			o.finds(ctx, c.agent, c.want)
		})
	}
	row(t, "udhcpc's lease, by the hook of the manual: nobody is asked", func(t *testing.T, ctx context.Context) {
		o := newOffice(t)
		o.dnsmasq("--port=0", "--dhcp-option=66,b.example", "--dhcp-option=160,https://a.example/x.cfg")
		hook := filepath.Join(o.dir, "hook")
		must(t, os.WriteFile(hook, []byte(manualHook(t, o.dir)+"[ \"$1\" = bound ] && ip address add $ip/24 dev $interface\nexit 0\n"), 0o700))
		o.run(o.phone, "udhcpc", "-f", "-i", officeCable, "-s", hook, "-O", "tftp", "-O", "160")
		for ctx.Err() == nil && !o.addressed() {
			pauseShort()
		}
		o.finds(ctx, func(a *provisioning.AgentProvisioning) { a.DHCP.Source = "lease" }, "https://a.example/x.cfg https://b.example/{mac}.yaml")
	})
	row(t, "Kea, which answers to port 68 alone", func(t *testing.T, ctx context.Context) {
		o := newOffice(t)
		o.address()
		o.kea(`{"code": 160, "space": "dhcp4", "csv-format": false, "data": "` + fmt.Sprintf("%X", "https://k.example/x.cfg") + `", "always-send": true}, {"name": "tftp-server-name", "data": "b.example"}`)
		o.finds(ctx, nil, "https://k.example/x.cfg https://b.example/{mac}.yaml")
		o.unprivileged = true // port 68 is free
		o.finds(ctx, nil, "https://k.example/x.cfg https://b.example/{mac}.yaml")
	})
	row(t, "beside a client that has port 68", func(t *testing.T, ctx context.Context) {
		o := newOffice(t)
		o.dnsmasq("--port=0", "--dhcp-option=66,"+officeServer)
		hook := filepath.Join(o.dir, "hook")
		must(t, os.WriteFile(hook, []byte("#!/bin/sh\n[ \"$1\" = bound ] && ip address add $ip/24 dev $interface\nexit 0\n"), 0o700))
		o.run(o.phone, "udhcpc", "-f", "-i", officeCable, "-s", hook)
		for ctx.Err() == nil && !o.addressed() {
			pauseShort()
		}
		o.finds(ctx, nil, "https://"+officeServer+"/{mac}.yaml")
	})
}

// finds has the step look in the telephone's namespace, where a server may only
// be starting.
func (o *office) finds(ctx context.Context, change func(*provisioning.AgentProvisioning), want string) {
	o.t.Helper()
	agent := provisioning.DefaultAgentConfig().Provisioning
	agent.Interface = officeCable
	if change != nil {
		change(&agent)
	}
	var got string
	for try := 0; try < 4 && ctx.Err() == nil; try++ {
		got = ""
		must(o.t, netns.Inside(o.phone, func() error {
			links, err := dhcp.Links(officeCable)
			if err != nil {
				return err
			}
			f := dhcp.New(dhcp.Config{Agent: agent, Class: "offhook", Root: o.dir, Log: slog.New(slog.DiscardHandler),
				Links: func(string) ([]dhcp.Link, error) { return links, nil },
				Open: func(l dhcp.Link) (wire dhcp.Wire, err error) {
					err = netns.Inside(o.phone, func() (err error) {
						if o.unprivileged {
							err = dropRaw()
						}
						if err == nil {
							wire, err = dhcp.Open(l)
						}
						return err
					})
					return wire, err
				}})
			found, err := f.Step().Find(ctx, discover.Known{})
			for _, one := range found {
				got = strings.TrimSpace(got + " " + one.URL)
			}
			if err != nil {
				got = err.Error()
			}
			return nil
		}))
		if got == want {
			return
		}
	}
	o.t.Errorf("found %s\nwant %s", got, want)
}

// manualHook is the script in docs/provisioning.md, with its files below root.
func manualHook(t *testing.T, root string) string {
	t.Helper()
	manual, err := os.ReadFile("../../../docs/provisioning.md")
	must(t, err)
	_, rest, _ := strings.Cut(string(manual), "```sh\n")
	script, _, found := strings.Cut(rest, "```")
	if !found || !strings.Contains(script, "/run/offhook/dhcp") {
		t.Fatal("the manual has no hook for udhcpc")
	}
	return strings.ReplaceAll(script, "/run/offhook", root+"/run/offhook")
}

// dropRaw takes CAP_NET_RAW away from the calling thread.
func dropRaw() error {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var sets [2]unix.CapUserData
	if err := unix.Capget(&header, &sets[0]); err != nil {
		return err
	}
	sets[0].Effective &^= 1 << unix.CAP_NET_RAW
	if err := unix.Capset(&header, &sets[0]); err != nil {
		return err
	}
	if fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_DGRAM, 0); err == nil {
		unix.Close(fd)
		return errors.New("packet sockets are still permitted")
	}
	return nil
}
