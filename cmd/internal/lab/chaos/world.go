package chaos

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
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

// Addresses (RFC 5737): the exchange's, the telephone's, one that is nobody's and
// one that is a stranger's.
const (
	office   = "192.0.2.1"
	stranger = "192.0.2.2"
	seat     = "192.0.2.7"
	nobody   = "192.0.2.99"
	bits     = "/24"
	cable    = "cable0" // the same name at both ends
	phoneNet = "phone"  // its namespace
	portSIP  = 5061
	portWeb  = 8443
	mac      = "00:00:5e:00:53:07" // of the range for documentation (RFC 7042 §2.1.2)
	hostName = "sip." + pbx.Realm
)

// keepAlive is the account's: a lost connection is noticed so long, and the
// agent's ten seconds for an answer (RFC 5626 §4.4.1), after it was lost.
const keepAlive = 5 * time.Second

// world is what the telephone stands on. It is in this process' own namespaces,
// which go with it.
type world struct {
	dir       string
	state     string // the telephone's, a small file system
	authority *ca.Authority
	exchange  *exchange
	names     *names
	files     *provserver.Server

	mu       sync.Mutex // a leaf
	document string     // the telephone's name in its document
}

func newWorld(ctx context.Context, dir string) (w *world, err error) {
	w = &world{dir: dir, state: filepath.Join(dir, "state"), document: "Seat 1"}
	defer func() {
		if err != nil {
			w.close()
		}
	}()
	if err := w.apart(ctx); err != nil {
		return w, err
	}
	if err := w.mountState("size=4m"); err != nil {
		return w, err
	}
	if w.authority, err = ca.Open(filepath.Join(dir, "ca")); err != nil {
		return w, err
	}
	pair, err := w.authority.Server(office, hostName, pbx.Realm)
	if err != nil {
		return w, err
	}
	w.exchange = newExchange(office, portSIP, pair)
	if err := w.exchange.open(ctx); err != nil {
		return w, err
	}
	if w.names, err = startNames(netip.MustParseAddrPort(office+":53"), honest()); err != nil {
		return w, err
	}
	listener, err := net.Listen("tcp", fmt.Sprintf("%s:%d", office, portWeb))
	if err != nil {
		return w, err
	}
	w.files = provserver.Start(provserver.Config{Log: slog.New(slog.DiscardHandler), Journal: &journal.Journal{}, Listener: listener, Certificate: pair,
		Document: func(string, string) ([]byte, error) { return native.Marshal(w.describe()) }})
	return w, w.agentFile()
}

// honest is how the name server is when nothing is wrong.
func honest() namesMode { return namesMode{address: netip.MustParseAddr(office), life: 1} }

// apart makes the networks, and a view of the file system that is only ours.
func (w *world) apart(ctx context.Context) error {
	if err := errors.Join(
		os.NewSyscallError("mount", syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, "")),
		os.NewSyscallError("mount", syscall.Mount("proc", "/proc", "proc", 0, "")),
		os.MkdirAll("/run/netns", 0o755), os.NewSyscallError("mount", syscall.Mount("netns", "/run/netns", "tmpfs", 0, "size=64k")),
	); err != nil {
		return fmt.Errorf("a view of the file system of its own: %w", err)
	}
	resolv := filepath.Join(w.dir, "resolv.conf")
	if err := os.WriteFile(resolv, []byte("nameserver "+office+"\n"), 0o644); err != nil {
		return err
	}
	if err := syscall.Mount(resolv, "/etc/resolv.conf", "", syscall.MS_BIND, ""); err != nil {
		return os.NewSyscallError("mount /etc/resolv.conf", err)
	}
	for _, line := range []string{
		"link set lo up",
		"netns add " + phoneNet,
		"link add " + cable + " type veth peer name " + cable + " netns " + phoneNet,
		"address add " + office + bits + " dev " + cable,
		"address add " + stranger + bits + " dev " + cable,
		"link set " + cable + " up",
		"-n " + phoneNet + " address add " + seat + bits + " dev " + cable,
		"-n " + phoneNet + " link set lo up",
		"-n " + phoneNet + " link set " + cable + " up",
		"-n " + phoneNet + " route add default via " + office,
	} {
		if err := netns.IP(ctx, line); err != nil {
			return err
		}
	}
	return nil
}

// mountState puts an empty file system where the telephone keeps what it must.
func (w *world) mountState(options string) error {
	return errors.Join(os.MkdirAll(w.state, 0o700), os.NewSyscallError("mount state", syscall.Mount("state", w.state, "tmpfs", 0, options)))
}

// agentFile is what the telephone knows before it has a document.
func (w *world) agentFile() error {
	text := fmt.Sprintf("agent: 1\ndevice: {mac: '%s'}\nprovisioning:\n  url: https://%s:%d/{mac}.yaml\n  ca: |\n    %s\n",
		mac, office, portWeb, strings.ReplaceAll(strings.TrimSpace(w.authority.PEM()), "\n", "\n    "))
	return os.WriteFile(filepath.Join(w.dir, "offhook.yaml"), []byte(text), 0o600)
}

// call names the telephone anew: its document has changed.
func (w *world) call(name string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.document = name
}

func (w *world) called() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.document
}

func (w *world) describe() provisioning.Document {
	d := provisioning.Default()
	d.Phone.Name = w.called()
	d.DialPlan.DigitMap = []string{"10xx", "6xx"}
	d.Accounts = []provisioning.Account{{
		ID: extension, User: extension, Domain: pbx.Realm, DisplayName: "Ada", Password: ua.NewSecret("offhook-" + extension),
		Registrar: fmt.Sprintf("%s:%d", hostName, portSIP), Transport: ua.TLS, Expires: time.Minute, Register: true, KeepAlive: keepAlive,
		SRTP: provisioning.SRTPMandatory, Codecs: []string{"pcma", "pcmu"}, CA: "$lab",
	}}
	d.TLS.Authorities = []provisioning.Authority{{Name: "lab", PEM: w.authority.PEM()}}
	return d
}

func (w *world) close() {
	if w.files != nil {
		_ = w.files.Close() // says nothing
	}
	if w.names != nil {
		w.names.close()
	}
	if w.exchange != nil {
		w.exchange.close()
	}
}
