package boardbox

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"offhook/cmd/internal/lab/ca"
	"offhook/cmd/internal/lab/journal"
	"offhook/cmd/internal/lab/netns"
	"offhook/cmd/internal/lab/pbx"
	"offhook/cmd/internal/lab/provserver"
	"offhook/provisioning"
	"offhook/provisioning/native"
	"offhook/ua"
)

const (
	extension = "1001"
	doorCode  = "2580"
	doorHold  = 2 * time.Second
	gateCode  = "4711" // by the station's keys
	gateHold  = time.Second
)

// world is the network that the box is plugged into: this process's own.
type world struct {
	authority *ca.Authority
	exchange  *pbx.PBX
	files     *provserver.Server
	dhcp      *exec.Cmd
	url       string
}

// newWorld brings up the cable and all that is at its other end. The process must
// have a network of its own.
func newWorld(ctx context.Context, dir string) (*world, error) {
	for _, line := range []string{
		"link set lo up", "tuntap add dev " + link + " mode tap", "addr add " + ourSide + "/24 dev " + link, "link set " + link + " up",
	} {
		if err := netns.IP(ctx, line); err != nil {
			return nil, err
		}
	}
	w := &world{}
	var err error
	if w.authority, err = ca.Open(dir); err != nil {
		return nil, err
	}
	certificate, err := w.authority.Server(ourSide, pbx.Realm)
	if err != nil {
		return nil, err
	}
	quiet, notes := slog.New(slog.DiscardHandler), &journal.Journal{}
	if w.exchange, err = pbx.Start(pbx.Config{Log: quiet, Journal: notes, Host: ourSide, Certificate: certificate}); err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", net.JoinHostPort(ourSide, "0"))
	if err != nil {
		w.close()
		return nil, err
	}
	w.url = "https://" + listener.Addr().String() + "/{mac}.yaml"
	w.files = provserver.Start(provserver.Config{Log: quiet, Journal: notes, Listener: listener, Certificate: certificate,
		Document: func(string, string) ([]byte, error) { return native.Marshal(w.document("Box")) }})
	if err := w.serveDHCP(dir); err != nil {
		w.close()
		return nil, err
	}
	return w, nil
}

// serveDHCP tells who asks where the configuration is: option 160; and who asks the
// DNS, where the exchange is.
func (w *world) serveDHCP(dir string) error {
	log, err := os.Create(filepath.Join(dir, "dnsmasq.log"))
	if err != nil {
		return err
	}
	defer log.Close() // it has its own
	secure, tcp, udp := w.exchange.Addresses()
	w.dhcp = exec.Command("dnsmasq", "--no-daemon", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--user=root",
		"--host-record="+pbx.Realm+","+ourSide, service("_sips._tcp", secure), service("_sip._tcp", tcp), service("_sip._udp", udp), "--pid-file=",
		"--interface="+link, "--bind-interfaces", "--dhcp-range=192.0.2.50,192.0.2.60,1h", "--dhcp-leasefile="+filepath.Join(dir, "leases"),
		"--log-dhcp", "--dhcp-option-force=160,"+w.url)
	w.dhcp.Stdout, w.dhcp.Stderr = log, log
	w.dhcp.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := w.dhcp.Start(); err != nil {
		w.dhcp = nil
		return fmt.Errorf("%w: install the package dnsmasq-base", err)
	}
	return nil
}

// service tells where the exchange of a domain is (RFC 3263 §4.1).
func service(name, address string) string {
	_, port, _ := net.SplitHostPort(address)
	return "--srv-host=" + name + "." + pbx.Realm + "," + pbx.Realm + "," + port
}

// document is what the box is handed out.
func (w *world) document(name string) provisioning.Document {
	secure, _, _ := w.exchange.Addresses()
	d := provisioning.Default()
	d.Phone.Name = name
	d.DialPlan.DigitMap = []string{"10xx", "6xx", "*97"}
	d.DialPlan.DialTimeout = 3 * time.Second
	d.Accounts = []provisioning.Account{{
		ID: extension, User: extension, Domain: pbx.Realm, DisplayName: "Ada", Password: ua.NewSecret("offhook-" + extension),
		Registrar: secure, Transport: ua.TLS, Expires: 10 * time.Minute, Register: true, KeepAlive: 25 * time.Second,
		SRTP: provisioning.SRTPMandatory, Codecs: []string{"pcma", "pcmu"}, MWI: true, CA: "$box",
	}}
	d.TLS.Authorities = []provisioning.Authority{{Name: "box", PEM: w.authority.PEM()}}
	d.Keys = []provisioning.Key{{Key: "call", Type: "speed-dial", Value: "601"}}
	d.Door.Relay, d.Door.Hold, d.Door.Code = "door", doorHold, ua.NewSecret(doorCode)
	d.Door.Relays = []provisioning.DoorRelay{{Relay: "gate", Hold: gateHold}}
	return d
}

// hangUp has the exchange end what calls it has.
func (w *world) hangUp() {
	for _, c := range w.exchange.Calls() {
		_ = w.exchange.Hangup(c.ID) // one that ends just now is none
	}
}

func (w *world) close() {
	if w.dhcp != nil {
		_ = w.dhcp.Process.Kill()
		_ = w.dhcp.Wait() // it was killed
	}
	if w.files != nil {
		_ = w.files.Close()
	}
	_ = w.exchange.Close() // its sockets end with this process
}
