package locate

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"strings"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"offhook/ua"
)

// Bounds of one search.
const (
	maxTargets  = 32
	maxServers  = 16                    // SRV records whose addresses are asked for
	familyGrace = 50 * time.Millisecond // for the other family (RFC 8305 §3)
	naptrGrace  = time.Second           // for NAPTR, which some forwarders swallow
	unanswered  = 5 * time.Minute       // until what was swallowed is asked for again
)

// ErrNotOffered says that the domain offers no service by the transport (an SRV
// record whose target is ".", RFC 2782).
var ErrNotOffered = errors.New("locate: the domain does not offer this transport")

// Config is what a Resolver is made with. The zero value of each field has a meaning.
type Config struct {
	ResolvConf string                // /etc/resolv.conf when empty
	Hosts      string                // /etc/hosts when empty
	Servers    []netip.AddrPort      // the name servers, instead of resolv.conf's
	Random     io.Reader             // crypto/rand when nil
	Now        func() time.Time      // time.Now when nil
	Reachable  func(netip.Addr) bool // Reachable when nil
}

// Resolver finds the targets of a server by DNS. Its methods may be called by
// any goroutine.
type Resolver struct {
	config Config
	conf   file[resolvConf]
	hosts  file[map[string][]netip.Addr]
	client client
	cache  cache
}

// New makes a Resolver.
func New(config Config) *Resolver {
	if config.ResolvConf == "" {
		config.ResolvConf = "/etc/resolv.conf"
	}
	if config.Hosts == "" {
		config.Hosts = "/etc/hosts"
	}
	if config.Random == nil {
		config.Random = rand.Reader
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	if config.Reachable == nil {
		config.Reachable = Reachable
	}
	return &Resolver{
		config: config, client: client{random: config.Random},
		conf:  file[resolvConf]{path: config.ResolvConf, parse: parseResolvConf},
		hosts: file[map[string][]netip.Addr]{path: config.Hosts, parse: parseHosts},
	}
}

// Locate returns the targets of a server, best first (RFC 3263 §4). The error,
// for a person, is a *net.DNSError or wraps ErrNotOffered.
func (r *Resolver) Locate(ctx context.Context, q Query) ([]Target, error) {
	if target, ok := Literal(q); ok {
		return []Target{target}, nil
	}
	s := search{Resolver: r, query: q, conf: r.settings()}
	s.hosts, _ = r.hosts.get()
	q.Host = strings.TrimSuffix(q.Host, ".")
	names := s.conf.names(s.query.Host)
	if s.known(q.Host) != nil {
		names = []string{q.Host}
	}
	var fault error
	for _, name := range names {
		targets, err := s.locate(ctx, name)
		if len(targets) > 0 {
			for i := range targets {
				targets[i].Name = q.Host
			}
			return targets[:min(len(targets), maxTargets)], nil
		}
		if fault == nil {
			fault = err
		}
	}
	return nil, explain(q.Host, fault)
}

// settings are resolv.conf's.
func (r *Resolver) settings() resolvConf {
	conf, news := r.conf.get()
	if news {
		r.cache.retry()
	}
	if len(r.config.Servers) > 0 {
		conf.servers = r.config.Servers
	}
	return conf
}

// explain puts a fault in the words of the standard library's resolver.
func explain(host string, err error) error {
	switch {
	case err == nil:
		return &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
	case errors.Is(err, ErrNotOffered):
		return fmt.Errorf("%w: %s", ErrNotOffered, host)
	case isSilent(err):
		return &net.DNSError{Err: err.Error(), Name: host, IsTimeout: true, IsTemporary: true}
	}
	return &net.DNSError{Err: err.Error(), Name: host, IsTemporary: true}
}

func isSilent(err error) bool {
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded)
}

// lookup asks for one thing, by the cache if it can, and follows CNAMEs that
// lead out of an answer. No records are no error.
func (r *Resolver) lookup(ctx context.Context, conf resolvConf, name string, kind dnsmessage.Type) (answer, error) {
	for range maxChain {
		a, err := r.lookupOne(ctx, conf, name, kind)
		if err != nil || !a.empty() || a.alias == "" {
			return a, err
		}
		name = a.alias
	}
	return answer{}, errChain
}

func (r *Resolver) lookupOne(ctx context.Context, conf resolvConf, name string, kind dnsmessage.Type) (answer, error) {
	k := keyOf(name, kind)
	stale, fresh, known := r.cache.get(k, r.config.Now())
	if fresh {
		return stale, nil
	}
	asking := ctx
	if known {
		var cancel context.CancelFunc
		asking, cancel = context.WithTimeout(ctx, stalePatience)
		defer cancel()
	}
	a, err := r.client.ask(asking, conf, name, kind)
	switch {
	case err == nil:
		r.cache.put(k, a, r.config.Now())
		return a, nil
	case ctx.Err() != nil && errors.Is(ctx.Err(), context.Canceled):
		return answer{}, err // somebody else was faster
	}
	r.cache.failed(k, r.config.Now(), isSilent(err) || !errors.Is(err, errRCode))
	if known {
		return stale, nil // RFC 8767: better than none
	}
	return answer{}, err
}

// random is a number in [0, n).
func (r *Resolver) random(n int) int {
	var octets [8]byte
	_, _ = io.ReadFull(r.config.Random, octets[:])
	return int(binary.BigEndian.Uint64(octets[:]) % uint64(n))
}

// preference is the order of the transports of a domain that tells none.
var preference = []ua.Transport{ua.TLS, ua.TCP, ua.UDP}
