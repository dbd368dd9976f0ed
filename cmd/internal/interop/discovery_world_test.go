//go:build interop

package interop

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"offhook/cmd/internal/lab/ca"
	"offhook/cmd/internal/lab/journal"
	"offhook/cmd/internal/lab/netns"
	"offhook/cmd/internal/lab/pbx"
	"offhook/cmd/internal/lab/provserver"
	"offhook/cmd/internal/lab/station"
	"offhook/ua/wire"
)

// Addresses (RFC 5737) of the office network: the server's, and a stranger's on
// the same cable.
const (
	officeServer   = "192.0.2.1"
	officeStranger = "192.0.2.66"
	officePhone    = "192.0.2.7"
	officeCable    = "cable0"
	officeMAC      = "02:00:5e:10:00:07"
)

// office is a network with a registrar and a provisioning server, and a cable
// to a telephone that knows of neither.
type office struct {
	t             *testing.T
	dir           string
	phone, server string // namespaces
	authority     *ca.Authority
	journal       *journal.Journal
	provisioning  *provserver.Server
	unprivileged  bool // the step has no CAP_NET_RAW
}

var offices sync.Mutex // names of namespaces are of the process

func newOffice(t *testing.T) *office {
	t.Helper()
	offices.Lock()
	t.Cleanup(offices.Unlock)
	o := &office{t: t, dir: t.TempDir(), phone: fmt.Sprintf("offhook-dp%d", os.Getpid()), server: fmt.Sprintf("offhook-ds%d", os.Getpid()), journal: &journal.Journal{}}
	ctx := context.Background()
	t.Cleanup(func() {
		_ = errors.Join(netns.IP(ctx, "netns delete "+o.phone), netns.IP(ctx, "netns delete "+o.server)) // as far as they were made
	})
	for _, line := range []string{
		"netns add " + o.phone,
		"netns add " + o.server,
		"link add " + officeCable + " netns " + o.phone + " type veth peer name " + officeCable + " netns " + o.server,
		"-n " + o.phone + " link set " + officeCable + " address " + officeMAC,
		"-n " + o.server + " address add " + officeServer + "/24 dev " + officeCable,
		"-n " + o.server + " address add " + officeStranger + "/24 dev " + officeCable,
		"-n " + o.server + " link set lo up",
		"-n " + o.server + " link set " + officeCable + " up",
		"-n " + o.phone + " link set lo up",
		"-n " + o.phone + " link set " + officeCable + " up",
	} {
		must(t, netns.IP(ctx, line))
	}
	var err error
	o.authority, err = ca.Open(filepath.Join(o.dir, "ca"))
	must(t, err)
	o.serve()
	return o
}

// address gives the telephone's end of the cable an address.
func (o *office) address() {
	o.t.Helper()
	for _, line := range []string{"address add " + officePhone + "/24 dev " + officeCable, "route add default via " + officeServer} {
		must(o.t, netns.IP(context.Background(), "-n "+o.phone+" "+line))
	}
}

// serve starts the registrar and the provisioning server.
func (o *office) serve() {
	o.t.Helper()
	pair, err := o.authority.Server(officeServer)
	must(o.t, err)
	var exchange *pbx.PBX
	var listener net.Listener
	must(o.t, netns.Inside(o.server, func() (err error) {
		exchange, err = pbx.Start(pbx.Config{Log: slog.New(slog.DiscardHandler), Journal: o.journal, Host: officeServer, Certificate: pair})
		if err == nil {
			listener, err = net.Listen("tcp", officeServer+":443")
		}
		return err
	}))
	registrar, _, _ := exchange.Addresses()
	document := fmt.Sprintf("offhook: 1\ntls:\n  authorities:\n    - name: lab\n      pem: |\n        %s\naccounts:\n  - {user: 1001, domain: %s, password: offhook-1001, registrar: '%s', mwi: false}\n",
		strings.ReplaceAll(strings.TrimSpace(o.authority.PEM()), "\n", "\n        "), pbx.Realm, registrar)
	o.provisioning = provserver.Start(provserver.Config{Log: slog.New(slog.DiscardHandler), Journal: o.journal, Listener: listener,
		Certificate: pair, Document: func(string, string) ([]byte, error) { return []byte(document), nil }})
	o.t.Cleanup(func() { must(o.t, errors.Join(o.provisioning.Close(), exchange.Close())) })
}

// telephone starts one whose file has the lines below provisioning.
func (o *office) telephone(ctx context.Context, provisioning string) *station.Station {
	o.t.Helper()
	binary, err := agentBinary()
	must(o.t, err)
	program, err := netns.Wrapper(o.dir, o.phone, binary)
	must(o.t, err)
	file := filepath.Join(o.dir, "offhook.yaml")
	must(o.t, os.WriteFile(file, []byte("agent: 1\nlog: {level: debug}\nprovisioning:\n  interface: "+officeCable+"\n"+provisioning), 0o600))
	s, err := station.Start(ctx, station.Config{Binary: program, Dir: o.dir, Args: []string{"--config", file}})
	must(o.t, err)
	o.t.Cleanup(func() {
		must(o.t, s.Stop())
		if o.t.Failed() {
			o.t.Log(s.LogTail())
		}
	})
	return s
}

// run starts a program in the server's namespace, and ends it by its id.
func (o *office) run(namespace string, command ...string) *exec.Cmd {
	o.t.Helper()
	log, err := os.Create(filepath.Join(o.dir, filepath.Base(command[0])+".log"))
	must(o.t, err)
	cmd := exec.Command("ip", append([]string{"netns", "exec", namespace}, command...)...)
	cmd.Stdout, cmd.Stderr = log, log
	must(o.t, cmd.Start())
	o.t.Cleanup(func() {
		_ = cmd.Process.Kill() // it may have ended by itself
		_ = cmd.Wait()
		log.Close()
		if o.t.Failed() {
			text, _ := os.ReadFile(log.Name())
			o.t.Logf("%s:\n%s", command[0], text)
		}
	})
	return cmd
}

// dnsmasq serves DHCP with options, and DNS if there are records.
func (o *office) dnsmasq(arguments ...string) {
	o.t.Helper()
	o.run(o.server, append([]string{"dnsmasq", "--no-daemon", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--interface=" + officeCable, "--bind-interfaces",
		"--dhcp-range=192.0.2.50,192.0.2.60,1h", "--dhcp-leasefile=" + filepath.Join(o.dir, "leases"), "--pid-file=" + filepath.Join(o.dir, "dnsmasq.pid"), "--log-dhcp"}, arguments...)...)
}

// answerPnP has an address answer PnP's questions with a place each.
func (o *office) answerPnP(answers map[string]string) {
	o.t.Helper()
	var group *net.UDPConn
	must(o.t, netns.Inside(o.server, func() error {
		cable, err := net.InterfaceByName(officeCable)
		if err == nil {
			group, err = net.ListenMulticastUDP("udp4", cable, &net.UDPAddr{IP: net.IPv4(224, 0, 1, 75), Port: 5060})
		}
		return err
	}))
	voices := map[string]*net.UDPConn{}
	for address := range answers {
		must(o.t, netns.Inside(o.server, func() (err error) {
			voices[address], err = net.ListenUDP("udp4", &net.UDPAddr{IP: net.ParseIP(address)})
			return err
		}))
	}
	var serving sync.WaitGroup
	serving.Go(func() {
		buffer := make([]byte, 4096)
		for {
			n, from, err := group.ReadFromUDPAddrPort(buffer)
			if err != nil {
				return
			}
			m, err := wire.Parse(buffer[:n])
			if err != nil || m.Method != "SUBSCRIBE" {
				continue
			}
			for _, address := range []string{officeStranger, officeServer} { // the stranger is faster
				if place, ok := answers[address]; ok {
					_, _ = voices[address].WriteToUDPAddrPort(pnpNotify(m, place), from)
				}
			}
		}
	})
	o.t.Cleanup(func() {
		group.Close()
		serving.Wait()
		for _, voice := range voices {
			voice.Close()
		}
	})
}

func pnpNotify(subscribe wire.Message, place string) []byte {
	return wire.Message{Method: "NOTIFY", URI: strings.Trim(subscribe.Get("Contact"), "<>"), Body: []byte(place + "\r\n"), Fields: []wire.Field{
		{Name: "Via", Value: "SIP/2.0/UDP " + officeServer + ":5060;branch=z9hG4bKpnp;rport"}, {Name: "Max-Forwards", Value: "20"},
		{Name: "From", Value: subscribe.Get("To") + ";tag=server"}, {Name: "To", Value: subscribe.Get("From")},
		{Name: "Call-ID", Value: subscribe.Get("Call-ID")}, {Name: "CSeq", Value: "1 NOTIFY"}, {Name: "Contact", Value: "<sip:" + officeServer + ">"},
		{Name: "Event", Value: subscribe.Get("Event")}, {Name: "Content-Type", Value: "application/url"},
		{Name: "Subscription-State", Value: "terminated;reason=timeout"}}}.Encode()
}

// stranger serves HTTPS with a certificate of nobody's.
func (o *office) stranger() {
	o.t.Helper()
	other, err := ca.Open(filepath.Join(o.dir, "stranger"))
	must(o.t, err)
	pair, err := other.Server(officeStranger)
	must(o.t, err)
	var listener net.Listener
	must(o.t, netns.Inside(o.server, func() (err error) {
		listener, err = tls.Listen("tcp", officeStranger+":443", &tls.Config{Certificates: []tls.Certificate{pair}})
		return err
	}))
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			_ = conn.SetDeadline(time.Now().Add(5 * time.Second))
			_, _ = conn.Read(make([]byte, 1)) // the handshake, which the telephone ends
			conn.Close()
		}
	})
	o.t.Cleanup(func() { listener.Close(); serving.Wait() })
}

// kea serves DHCP with options.
func (o *office) kea(options string) {
	o.t.Helper()
	file := filepath.Join(o.dir, "kea.json")
	must(o.t, os.WriteFile(file, []byte(`{"Dhcp4": {"interfaces-config": {"interfaces": ["`+officeCable+`"], "dhcp-socket-type": "raw"},
"lease-database": {"type": "memfile", "persist": false}, "control-socket": {"socket-type": "unix", "socket-name": "`+filepath.Join(o.dir, "kea.sock")+`"},
"option-def": [{"name": "prov", "code": 160, "type": "binary", "space": "dhcp4"}],
"option-data": [`+options+`],
"subnet4": [{"id": 1, "subnet": "192.0.2.0/24", "pools": [{"pool": "192.0.2.50 - 192.0.2.60"}]}]}}`), 0o600))
	o.run(o.server, "env", "KEA_PIDFILE_DIR="+o.dir, "KEA_LOCKFILE_DIR="+o.dir, "KEA_LOGGER_DESTINATION=stdout", "kea-dhcp4", "-c", file)
	peer("Kea " + version("Kea", `[0-9.]+`, "kea-dhcp4", "-v"))
}

// addressed tells whether the telephone's end of the cable has an address.
func (o *office) addressed() bool {
	out, err := exec.Command("ip", "-n", o.phone, "-4", "address", "show", "dev", officeCable).Output()
	return err == nil && strings.Contains(string(out), "inet ")
}

// pauseShort is between two looks at what another program does.
func pauseShort() { <-time.After(50 * time.Millisecond) }
