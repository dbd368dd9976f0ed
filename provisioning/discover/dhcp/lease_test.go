package dhcp

import (
	"net"
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

const dhclientFile = `default-duid "\000\001";
lease {
  interface "eth0";
  fixed-address 192.0.2.6;
  option unknown-160 "https://old.example/";
}
lease {
  interface "eth0";
  fixed-address 192.0.2.7;
  filename "a;b}\"";
  option dhcp-server-identifier 192.0.2.1;
  option tftp-server-name "prov\056lan;x";
  option vendor-encapsulated-options 1:3:61:62:63;
  option unknown-160 68:74:74:70:73:3a:2f:2f:70;
  option domain-name "lan.example";
  renew 0 2026/11/22 22:00:00;
}
`

const networkdFile = `# This is private data. Do not parse.
ADDRESS=192.0.2.7
SERVER_ADDRESS=192.0.2.1
DOMAINNAME=lan.example
VENDOR_SPECIFIC=0103616263
OPTION_230=68747470733a2f2f70
OPTION_300=00
OPTION_231=xyz
`

const udhcpcFile = "interface=eth0\nip=192.0.2.7\nserverid=192.0.2.1\ntftp=prov.lan\ndomain=lan.example\nopt160=68747470733a2f2f70\nopt43=0103616263\nopt53=05\n"

func write(t *testing.T, root, name string, data []byte) {
	t.Helper()
	path := filepath.Join(root, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestLeases(t *testing.T) {
	lo, err := net.InterfaceByName("lo")
	if err != nil {
		t.Fatal(err)
	}
	packet := reply(1, fromServer, "\xa0https://p", "\x42prov.lan", "\x0flan.example")
	copy(packet[16:], "\xc0\x00\x02\x07")
	for _, c := range []struct {
		file, data, client, on string
		has                    map[byte]string
	}{
		{"run/systemd/netif/leases/" + strconv.Itoa(lo.Index), networkdFile, "systemd-networkd", "lo", map[byte]string{15: "lan.example", 43: "\x01\x03abc", 230: "https://p"}},
		{"var/lib/NetworkManager/internal-0a-b-eth0.lease", networkdFile, "NetworkManager", "eth0", map[byte]string{230: "https://p"}},
		{"var/lib/dhcpcd/wlan0-Office.lease", string(packet), "dhcpcd", "wlan0", map[byte]string{160: "https://p", 66: "prov.lan", 15: "lan.example"}},
		{"var/lib/dhcp/dhclient.eth0.leases", dhclientFile, "dhclient", "eth0", map[byte]string{66: "prov.lan;x", 43: "\x01\x03abc", 160: "https://p"}},
		{"run/offhook/dhcp/eth0", udhcpcFile, "udhcpc", "eth0", map[byte]string{66: "prov.lan", 43: "\x01\x03abc", 160: "https://p", 15: "lan.example"}},
	} {
		root := t.TempDir()
		write(t, root, c.file, []byte(c.data))
		write(t, root, filepath.Dir(c.file)+"/rubbish.lease", []byte("\x02rubbish"))
		got := Leases(root)
		if len(got) != 1 {
			t.Errorf("%s: %d leases", c.client, len(got))
			continue
		}
		l := got[0]
		if l.Client != c.client || l.Interface != c.on || l.Address.String() != "192.0.2.7" || l.Server.String() != "192.0.2.1" {
			t.Errorf("%s: %+v", c.client, l)
		}
		for number, want := range c.has {
			if got := string(l.Options[number]); got != want {
				t.Errorf("%s: option %d is %q, want %q", c.client, number, got, want)
			}
		}
	}
}

func TestLeases_of_nobody(t *testing.T) {
	root := t.TempDir()
	write(t, root, "var/lib/dhcp/dhclient.leases", make([]byte, maxLeaseFile+1))
	write(t, root, "run/systemd/netif/leases/x", []byte("ADDRESS=192.0.2.7\n"))
	write(t, root, "run/offhook/dhcp/eth0", []byte("ip=fe80::1\ninterface=eth0\n"))
	if got := Leases(root); len(got) != 0 {
		t.Errorf("%+v", got)
	}
}

func FuzzDhclient(f *testing.F) {
	f.Add([]byte(dhclientFile))
	f.Add([]byte("lease {"))
	f.Add([]byte(`lease { option unknown-160 "\777\`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if l, ok := readDhclient(data); ok && !l.Address.IsValid() {
			t.Error("a lease without an address")
		}
	})
}

func FuzzNetworkd(f *testing.F) {
	f.Add([]byte(networkdFile))
	f.Add([]byte(udhcpcFile))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, read := range []func([]byte) (Lease, bool){readNetworkd, readUdhcpc, readDhcpcd} {
			if l, ok := read(data); ok && !l.Address.IsValid() {
				t.Error("a lease without an address")
			}
		}
	})
}
