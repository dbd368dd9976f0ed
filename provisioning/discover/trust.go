package discover

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/google/renameio/v2"

	"offhook/provisioning"
)

// FirstUse is what happens to a server that the network names and nobody has
// accepted.
type FirstUse string

// The ways.
const (
	Confirm FirstUse = "confirm" // it waits for a person
	Accept  FirstUse = "accept"  // the first that gives a document is accepted, no other
)

// TrustConfig is what a Trust works by.
type TrustConfig struct {
	File     string // where it is kept
	FirstUse FirstUse
	Log      *slog.Logger
}

// Trust says which addresses may be used. Whoever is on the network can answer
// DHCP, PnP and DNS first, so an address that they name is good for nothing
// until the server behind it is known: by the authority that the agent's file
// pins, or because a person accepted it.
type Trust struct {
	cfg     TrustConfig
	mu      sync.Mutex // a leaf: nothing of ours is called while it is held
	kept    kept
	bound   bool     // a document came before: no more first use
	waiting []string // origins that the last discovery found and nobody accepted
}

// kept is what outlives the program.
type kept struct {
	Secure   bool     `json:"https"` // a document came by HTTPS: never again without
	Accepted []string `json:"accepted"`
}

// maxAccepted bounds what is kept; the oldest goes.
const maxAccepted = 32

// Errors of Accept.
var (
	ErrNothingWaits = errors.New("no server waits to be accepted; offhook status shows what was found")
	ErrNotWaiting   = errors.New("this server does not wait to be accepted; offhook status shows those that do")
	ErrSeveral      = errors.New("several servers wait to be accepted; name one of them")
)

// NewTrust reads what is kept. A file that cannot be read counts as empty:
// then servers wait to be accepted again, and that is logged.
func NewTrust(cfg TrustConfig) *Trust {
	t := &Trust{cfg: cfg}
	data, err := os.ReadFile(cfg.File)
	if err == nil {
		err = json.Unmarshal(data, &t.kept)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		cfg.Log.Error("which servers were accepted cannot be read; they wait to be accepted again", "error", err)
		t.kept = kept{}
	}
	return t
}

// Waiting are the servers that wait to be accepted, as scheme and host.
func (t *Trust) Waiting() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.waiting)
}

// Accept lets a server that waits be used from now on. Without a name it is
// the one that waits. It returns the server.
func (t *Trust) Accept(server string) (string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case len(t.waiting) == 0:
		return "", ErrNothingWaits
	case server == "" && len(t.waiting) > 1:
		return "", fmt.Errorf("%w: %s", ErrSeveral, strings.Join(t.waiting, ", "))
	case server == "":
		server = t.waiting[0]
	default:
		if server = origin(server); !slices.Contains(t.waiting, server) {
			return "", ErrNotWaiting
		}
	}
	t.waiting = slices.DeleteFunc(t.waiting, func(s string) bool { return s == server })
	return server, t.accept(server)
}

// accept needs the lock.
func (t *Trust) accept(server string) error {
	if slices.Contains(t.kept.Accepted, server) {
		return nil
	}
	t.kept.Accepted = append(t.kept.Accepted, server)
	if extra := len(t.kept.Accepted) - maxAccepted; extra > 0 {
		t.kept.Accepted = slices.Delete(t.kept.Accepted, 0, extra)
	}
	return t.save()
}

// save needs the lock.
func (t *Trust) save() error {
	data, err := json.Marshal(t.kept)
	if err == nil {
		err = renameio.WriteFile(t.cfg.File, append(data, '\n'), 0o600)
	}
	if err != nil {
		return fmt.Errorf("which servers are accepted cannot be kept, so it is forgotten at the next start: %w", err)
	}
	return nil
}

// begin starts a discovery. What came of the last one is known by where the
// newest document is from.
func (t *Trust) begin(last provisioning.Meta) {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.waiting, t.bound = nil, last.URL != ""
	var errs []error
	if secure(last.URL) && !t.kept.Secure {
		t.kept.Secure = true
		errs = append(errs, t.save())
	}
	if t.cfg.FirstUse == Accept && networkSteps[last.Step] && len(t.kept.Accepted) == 0 {
		server := origin(last.URL)
		t.cfg.Log.Warn("a server that the network named gave the first document and is accepted from now on", "server", server)
		errs = append(errs, t.accept(server))
	}
	if err := errors.Join(errs...); err != nil {
		t.cfg.Log.Error("trust", "error", err)
	}
}

// networkSteps are those whose addresses anybody on the network may have named.
var networkSteps = map[string]bool{"dhcp": true, "pnp": true, "dns": true}

// admit says whether an address may be used, or why not; waits is true when a
// person can change that.
func (t *Trust) admit(address string, from From, agent provisioning.Access) (waits bool, err error) {
	if from == FromOwner {
		return false, nil // as its file says
	}
	scheme, _, _ := strings.Cut(address, ":")
	plain := !secure(address)
	server := origin(address)
	switch {
	case server == "":
		return false, errors.New("what it names is not a URL")
	case t == nil && from == FromServer:
		return false, nil
	case t == nil:
		return false, errors.New("addresses that the network names are not used here")
	case plain && scheme != "http" && scheme != "tftp":
		return false, fmt.Errorf("%q URLs cannot be fetched; use https", scheme)
	case scheme == "http" && !agent.AllowHTTP:
		return false, fmt.Errorf("%s is plain http, which is not allowed; use https, or set provisioning.allow-http in the agent's file", server)
	case scheme == "tftp" && !agent.AllowTFTP:
		return false, fmt.Errorf("%s is TFTP, which is not allowed; use https, or set provisioning.allow-tftp in the agent's file", server)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case plain && t.kept.Secure:
		return false, fmt.Errorf("%s is not HTTPS, and this phone has had its configuration by HTTPS: it does not go back; remove %s if that is wanted", server, t.cfg.File)
	case from == FromServer, !plain && agent.CA != "", slices.Contains(t.kept.Accepted, server):
		return false, nil
	case t.cfg.FirstUse == Accept && !t.bound && len(t.kept.Accepted) == 0:
		return false, nil
	}
	if !slices.Contains(t.waiting, server) {
		t.waiting = append(t.waiting, server)
	}
	return true, fmt.Errorf("%s is new here and waits for a person: offhook provisioning accept %s (or give the authority of its certificate as provisioning.ca)", server, server)
}

func secure(address string) bool {
	scheme, _, _ := strings.Cut(address, ":")
	return strings.EqualFold(scheme, "https")
}

// origin is the scheme, host and port of an address, "" when it has none.
func origin(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" {
		return ""
	}
	scheme, host := strings.ToLower(u.Scheme), strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	switch port := u.Port(); {
	case port == "", scheme == "https" && port == "443", scheme == "http" && port == "80":
		return scheme + "://" + host
	default:
		return scheme + "://" + host + ":" + port
	}
}
