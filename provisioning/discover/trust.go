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
	bound   bool      // a document came before: no more first use
	waiting []waiting // what the last discovery, or the one under way, found and nobody decided
	round   uint      // of the discoveries
}

// waiting is a server that waits for a person.
type waiting struct {
	server string
	round  uint // that found it last
}

// kept is what outlives the program.
type kept struct {
	Secure   bool     `json:"https"` // a document came by HTTPS: never again without
	Accepted []string `json:"accepted"`
	Refused  []string `json:"refused,omitempty"`
}

// maxKept bounds each list of what is kept; the oldest goes.
const maxKept = 32

// Errors of Accept.
var (
	ErrNothingWaits = errors.New("no server waits to be accepted; offhook status shows what was found")
	ErrNotWaiting   = errors.New("this server does not wait to be accepted; offhook status shows those that do")
	ErrSeveral      = errors.New("several servers wait to be accepted; name one of them")
	ErrNotRefused   = errors.New("no such server was refused; offhook provisioning lists those that were")
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
	return t.names()
}

// Refused are the servers that a person has refused.
func (t *Trust) Refused() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.kept.Refused)
}

// names needs the lock.
func (t *Trust) names() []string {
	all := make([]string, len(t.waiting))
	for i, w := range t.waiting {
		all[i] = w.server
	}
	return all
}

// Accept lets a server that waits, or that was refused, be used from now on.
// Without a name it is the one that waits. It returns the server.
func (t *Trust) Accept(server string) (string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	server, err := t.choose(server, t.kept.Refused)
	if err != nil {
		return "", err
	}
	return server, t.accept(server)
}

// Refuse passes a server that waits over from now on, without asking again.
func (t *Trust) Refuse(server string) (string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	server, err := t.choose(server, nil)
	if err != nil {
		return "", err
	}
	t.kept.Refused = newest(t.kept.Refused, server)
	return server, t.save()
}

// Forget has a refused server, every one with "", asked about again. It returns
// which.
func (t *Trust) Forget(server string) ([]string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	gone := t.kept.Refused
	if server != "" {
		gone = []string{origin(server)}
	}
	if len(gone) == 0 || !slices.Contains(t.kept.Refused, gone[0]) {
		return nil, ErrNotRefused
	}
	t.kept.Refused = without(t.kept.Refused, gone...)
	return gone, t.save()
}

// choose finds the server that a person means, which waits no more then. It
// needs the lock.
func (t *Trust) choose(server string, others []string) (string, error) {
	names := t.names()
	switch {
	case server != "":
		if server = origin(server); !slices.Contains(names, server) && !slices.Contains(others, server) {
			return "", ErrNotWaiting
		}
	case len(names) == 0:
		return "", ErrNothingWaits
	case len(names) > 1:
		return "", fmt.Errorf("%w: %s", ErrSeveral, strings.Join(names, ", "))
	default:
		server = names[0]
	}
	t.waiting = slices.DeleteFunc(t.waiting, func(w waiting) bool { return w.server == server })
	return server, nil
}

// accept needs the lock.
func (t *Trust) accept(server string) error {
	t.kept.Refused = without(t.kept.Refused, server)
	t.kept.Accepted = newest(t.kept.Accepted, server)
	return t.save()
}

// newest puts a server at the end of a list, which has room for maxKept.
func newest(all []string, server string) []string {
	all = append(without(all, server), server)
	return all[max(0, len(all)-maxKept):]
}

func without(all []string, servers ...string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(s string) bool { return slices.Contains(servers, s) })
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
	t.round++
	t.bound = last.URL != ""
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

// end forgets what waited before this discovery and was not found again.
func (t *Trust) end() {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.waiting = slices.DeleteFunc(t.waiting, func(w waiting) bool { return w.round != t.round })
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
	case slices.Contains(t.kept.Refused, server):
		return false, fmt.Errorf("%s was refused here; offhook provisioning accept %s takes it all the same", server, server)
	case t.cfg.FirstUse == Accept && !t.bound && len(t.kept.Accepted) == 0:
		return false, nil
	}
	if i := slices.Index(t.names(), server); i >= 0 {
		t.waiting[i].round = t.round
	} else {
		t.waiting = append(t.waiting, waiting{server, t.round})
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
