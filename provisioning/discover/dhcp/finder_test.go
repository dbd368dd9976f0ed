package dhcp

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"offhook/provisioning"
	"offhook/provisioning/discover"
)

// fakeWire answers what is sent as its servers do.
type fakeWire struct {
	answer func(asked Packet, to netip.AddrPort, times int) [][]byte
	heard  chan []byte
	closed chan struct{}
	once   sync.Once
	sent   []time.Time
}

func newWire(answer func(Packet, netip.AddrPort, int) [][]byte) *fakeWire {
	return &fakeWire{answer: answer, heard: make(chan []byte, 16), closed: make(chan struct{})}
}

func (w *fakeWire) Send(message []byte, to netip.AddrPort) error {
	asked, err := Parse(message)
	if err != nil {
		return err
	}
	w.sent = append(w.sent, time.Now())
	for _, raw := range w.answer(asked, to, len(w.sent)) {
		w.heard <- raw
	}
	return nil
}

func (w *fakeWire) Receive() ([]byte, error) {
	select {
	case raw := <-w.heard:
		return raw, nil
	case <-w.closed:
		return nil, net.ErrClosed
	}
}

func (w *fakeWire) Close() error { w.once.Do(func() { close(w.closed) }); return nil }

var eth0 = Link{"eth0", 2, hardware, netip.MustParseAddr("192.0.2.7")}

func finder(t *testing.T, root string, wire Wire, change func(*provisioning.AgentProvisioning)) (*Finder, *bytes.Buffer) {
	agent := provisioning.DefaultAgentConfig().Provisioning
	if change != nil {
		change(&agent)
	}
	log := &bytes.Buffer{}
	return New(Config{Agent: agent, Class: "offhook", Root: root, Log: slog.New(slog.NewTextHandler(log, nil)),
		Links: func(string) ([]Link, error) { return []Link{eth0}, nil },
		Open: func(Link) (Wire, error) {
			if wire == nil {
				return nil, errors.New("not permitted")
			}
			return wire, nil
		}}), log
}

func outcome(f *Finder) string {
	found, err := f.Step().Find(context.Background(), discover.Known{})
	if err != nil {
		return err.Error()
	}
	var all []string
	for _, one := range found {
		if one.From != discover.FromNetwork {
			return "an address of the network's counts as somebody's who is trusted"
		}
		all = append(all, one.URL+" by "+one.Why)
	}
	return strings.Join(all, "\n")
}

func TestFind(t *testing.T) {
	server := func(options ...string) func(Packet, netip.AddrPort, int) [][]byte {
		return func(asked Packet, _ netip.AddrPort, _ int) [][]byte { return [][]byte{reply(asked.ID, options...)} }
	}
	silent := func(Packet, netip.AddrPort, int) [][]byte { return nil }
	set := func(options ...string) func(*provisioning.AgentProvisioning) {
		return func(a *provisioning.AgentProvisioning) { a.DHCP.Options = options }
	}
	for _, c := range []struct {
		name   string
		lease  string
		answer func(Packet, netip.AddrPort, int) [][]byte
		agent  func(*provisioning.AgentProvisioning)
		want   string
	}{
		{"no lease: whoever answers", "", server(fromServer, "\x42prov.lan"), nil,
			"https://prov.lan/{mac}.yaml by option 66 of 192.0.2.1 on eth0 (INFORM)"},
		{"the order of the options, not of the message", "", server(fromServer, "\x42prov.lan", "\xa0https://p.example/{mac}.cfg"), nil,
			"https://p.example/{mac}.cfg by option 160 of 192.0.2.1 on eth0 (INFORM)\nhttps://prov.lan/{mac}.yaml by option 66 of 192.0.2.1 on eth0 (INFORM)"},
		{"another order, a custom option", "", server(fromServer, "\xf2https://c.example/x.cfg", "\xa0https://p.example/x.cfg"), set("242"),
			"https://c.example/x.cfg by option 242 of 192.0.2.1 on eth0 (INFORM)"},
		{"a host and the path on it", "", server(fromServer, "\x42https://p.example/", "\x43/snom/{mac}.xml"), set("66+67"),
			"https://p.example/snom/{mac}.xml by option 66+67 of 192.0.2.1 on eth0 (INFORM)"},
		{"vendor's own", "", server(fromServer, "\x7d\x00\x00\x7e\xd9\x0b\x01\x09https://a\x2b\x00"), func(a *provisioning.AgentProvisioning) { a.DHCP.Enterprise = 32473 },
			"https://a/{mac}.yaml by option 125 of 192.0.2.1 on eth0 (INFORM)"},
		{"vendor's own, but nobody's is wanted", "", server(fromServer, "\x7d\x00\x00\x7e\xd9\x02\x01\x00"), nil,
			"option 125 of 192.0.2.1 on eth0 (INFORM): is there, but provisioning.dhcp.enterprise does not say whose part to read; 192.0.2.1 on eth0 (INFORM) gives none of the options 160, 159, 66, 43, 125"},
		{"the lease has the best option: nobody is asked", udhcpcFile, nil, nil,
			"https://p/{mac}.yaml by option 160 of 192.0.2.1 on eth0 (the lease of udhcpc)\nhttps://prov.lan/{mac}.yaml by option 66 of 192.0.2.1 on eth0 (the lease of udhcpc)"},
		{"the lease has not, its server is asked", "interface=eth0\nip=192.0.2.7\nserverid=192.0.2.1\ntftp=old.lan\n", server(fromServer, "\xa0https://p.example/x.cfg"), nil,
			"https://p.example/x.cfg by option 160 of 192.0.2.1 on eth0 (INFORM)\nhttps://old.lan/{mac}.yaml by option 66 of 192.0.2.1 on eth0 (the lease of udhcpc)"},
		{"its server is silent: what the lease has", "interface=eth0\nip=192.0.2.7\nserverid=192.0.2.1\ntftp=old.lan\n", silent, nil,
			"https://old.lan/{mac}.yaml by option 66 of 192.0.2.1 on eth0 (the lease of udhcpc)"},
		{"another server than the lease's is not heard", "interface=eth0\nip=192.0.2.7\nserverid=192.0.2.9\n", server(fromServer, "\xa0https://evil.example/x.cfg"), nil,
			"INFORM on eth0: no server answers; 192.0.2.9 on eth0 (the lease of udhcpc) gives none of the options 160, 159, 66, 43, 125"},
		{"a lease of another network is none", "interface=eth0\nip=198.51.100.7\nserverid=198.51.100.1\ntftp=old.lan\n", server(fromServer, "\x42new.lan"), nil,
			"https://new.lan/{mac}.yaml by option 66 of 192.0.2.1 on eth0 (INFORM)"},
		{"leases alone", "", nil, func(a *provisioning.AgentProvisioning) { a.DHCP.Source = "lease" }, "no lease of a known DHCP client on eth0"},
		{"INFORM alone", udhcpcFile, server(fromServer, "\x42new.lan"), func(a *provisioning.AgentProvisioning) { a.DHCP.Source = "inform" },
			"https://new.lan/{mac}.yaml by option 66 of 192.0.2.1 on eth0 (INFORM)"},
		{"nobody answers", "", silent, nil, "INFORM on eth0: no server answers"},
		{"a server without options", "", server(fromServer), nil, "192.0.2.1 on eth0 (INFORM) gives none of the options 160, 159, 66, 43, 125"},
		{"an option of octets", "", server(fromServer, "\x42\xc0\x00\x02\x05"), nil, "https://192.0.2.5/{mac}.yaml by option 66 of 192.0.2.1 on eth0 (INFORM)"},
		{"rubbish before what is right", "", server(fromServer, "\xa0\x00\x01", "\x42prov.lan"), nil, "https://prov.lan/{mac}.yaml by option 66 of 192.0.2.1 on eth0 (INFORM)"},
		{"other answers are no answer", "", func(asked Packet, _ netip.AddrPort, _ int) [][]byte {
			offer, other := reply(asked.ID, fromServer, "\x42a"), reply(asked.ID, fromServer, "\x42b")
			offer[fixedPart+4+2] = 2
			other[28] = 9
			return [][]byte{offer, other, reply(asked.ID+1, fromServer, "\x42c"), reply(asked.ID, "\x42d"), []byte("rubbish"), inform(asked.ID, eth0.Address, hardware, nil, "")}
		}, nil, "INFORM on eth0: no server answers"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				root := t.TempDir()
				if c.lease != "" {
					write(t, root, "run/offhook/dhcp/eth0", []byte(c.lease))
				}
				var wire Wire
				if c.answer != nil {
					wire = newWire(c.answer)
				}
				f, log := finder(t, root, wire, c.agent)
				if got := outcome(f); got != c.want {
					t.Errorf("got\n%s\nwant\n%s\n%s", got, c.want, log)
				}
			})
		})
	}
}

func TestFind_asks_again_and_ends(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		wire := newWire(func(asked Packet, _ netip.AddrPort, times int) [][]byte { return nil })
		f, _ := finder(t, t.TempDir(), wire, nil)
		outcome(f)
		if took := time.Since(start); took != patience || len(wire.sent) != 3 {
			t.Errorf("asked %d times in %s", len(wire.sent), took)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		wire := newWire(func(asked Packet, to netip.AddrPort, times int) [][]byte {
			if to.String() != "255.255.255.255:67" {
				t.Errorf("asked %s", to)
			}
			if times == 1 {
				return nil
			}
			return [][]byte{reply(asked.ID, fromServer, "\x42prov.lan")}
		})
		f, _ := finder(t, t.TempDir(), wire, nil)
		if got := outcome(f); !strings.HasPrefix(got, "https://prov.lan/") {
			t.Error(got)
		}
	})
}

func TestFind_two_servers_are_told(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, log := finder(t, t.TempDir(), newWire(func(asked Packet, _ netip.AddrPort, _ int) [][]byte {
			rogue := reply(asked.ID, "\x36\xc0\x00\x02\x63", "\x42rogue.lan")
			return [][]byte{rogue, rogue, reply(asked.ID, fromServer, "\x42prov.lan")}
		}), nil)
		if got := outcome(f); strings.Count(got, "\n") != 1 || !strings.Contains(got, "rogue.lan") || !strings.Contains(got, "prov.lan") {
			t.Error(got)
		}
		if !strings.Contains(log.String(), "several servers answer") {
			t.Error(log)
		}
	})
}

func TestFind_domains_and_VLAN(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, log := finder(t, t.TempDir(), newWire(func(asked Packet, _ netip.AddrPort, _ int) [][]byte {
			if wanted := string(asked.Options[optionParameters]); !strings.ContainsRune(wanted, optionDomain) || binary.BigEndian.Uint16(asked.Options[optionMaxSize]) != maximum {
				t.Errorf("asks for %q", wanted)
			}
			return [][]byte{reply(asked.ID, fromServer, "\x0fLan.Example", "\x8d\x03cfg\x07example\x00", "\x84\x00\x14")}
		}), nil)
		outcome(f)
		if got := strings.Join(f.Domains(), " "); got != "cfg.example lan.example" {
			t.Errorf("domains %s", got)
		}
		if !strings.Contains(log.String(), "vlan=20") {
			t.Error(log)
		}
	})
}
