package agent

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"

	"offhook/ua"
	"offhook/ua/locate"
)

// rankStep keeps the ranks of one server's targets below those of the next one.
const rankStep = 1000

// backupGrace is how long a socket for datagrams, which opens at once, waits to
// hear where the other servers are: they may call us, too.
const backupGrace = 300 * time.Millisecond

// finding asks where all servers of a dialer are, at once, and gives their
// targets in order: what has failed lately comes last.
type finding struct {
	dialer dialer
	answer []chan found  // of each server
	ready  chan struct{} // closed when all have answered

	mu     sync.Mutex
	left   int
	all    []locate.Target
	faults []error // of each server
}

type found struct {
	targets []locate.Target
	err     error
}

// begin starts goroutines of the group, which end with the context.
func (d dialer) begin(ctx context.Context, group *sync.WaitGroup) *finding {
	f := &finding{dialer: d, ready: make(chan struct{}), left: len(d.servers), faults: make([]error, len(d.servers))}
	for i, query := range d.servers {
		answer := make(chan found, 1)
		f.answer = append(f.answer, answer)
		group.Go(func() {
			targets, err := d.locate(ctx, query)
			if query.Transport == "" {
				targets = secureFirst(targets)
			}
			if err == nil && len(targets) == 0 {
				err = &net.DNSError{Name: query.Host, IsNotFound: true}
			}
			f.note(i, targets, err)
			answer <- found{targets, err}
		})
	}
	return f
}

// secureFirst leaves out what goes in the clear where a domain offers TLS: who can
// break a connection shall not have the next one be his to hear.
func secureFirst(targets []locate.Target) []locate.Target {
	secure := slices.DeleteFunc(slices.Clone(targets), func(t locate.Target) bool { return t.Transport != ua.TLS })
	if len(secure) == 0 {
		return targets
	}
	best := secure[0].Rank
	for i := range secure {
		secure[i].Rank -= best // or a better one would be looked for all the time
	}
	return secure
}

func (f *finding) note(server int, targets []locate.Target, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err != nil {
		f.faults[server] = &FlowError{Layer: "DNS", Host: f.dialer.servers[server].Host, Err: err}
	}
	for i := range targets {
		targets[i].Rank += server * rankStep
	}
	f.all = append(f.all, targets...)
	if f.left--; f.left == 0 {
		close(f.ready)
	}
}

// leads gives the targets, as soon as it is known that each is next.
func (f *finding) leads(ctx context.Context, to chan<- locate.Target) {
	defer close(to)
	var failed []locate.Target
	for _, answer := range f.answer {
		select {
		case found := <-answer:
			for _, target := range found.targets {
				if !f.dialer.wants(target) {
					continue
				}
				if f.dialer.health.Down(target.Server(), time.Now()) {
					failed = append(failed, target)
					continue
				}
				if !give(ctx, to, target) {
					return
				}
			}
		case <-ctx.Done():
			return
		}
	}
	for _, target := range f.dialer.health.Order(failed, time.Now()) {
		if !give(ctx, to, target) {
			return
		}
	}
}

// wants reports whether a target is to be tried.
func (d dialer) wants(target locate.Target) bool {
	if d.below > 0 && (target.Rank >= d.below || d.health.Down(target.Server(), time.Now())) {
		return false
	}
	return !slices.Contains(d.skip, target.Server())
}

func give(ctx context.Context, to chan<- locate.Target, target locate.Target) bool {
	select {
	case to <- target:
		return true
	case <-ctx.Done():
		return false
	}
}

// known are the targets that were found so far.
func (f *finding) known() []locate.Target {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.all)
}

// fault is why the first server that is not to be found is not.
func (f *finding) fault() (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, err := range f.faults {
		if err != nil {
			return i * rankStep, err
		}
	}
	return 0, nil
}

// addresses are those of all servers.
func addresses(targets []locate.Target) []netip.Addr {
	var out []netip.Addr
	for _, target := range targets {
		if address := target.Address.Addr().Unmap(); !slices.Contains(out, address) {
			out = append(out, address)
		}
	}
	return out
}

// locate asks for an address in a goroutine of the group.
func (a *Agent) locate(query Query) (netip.AddrPort, error) {
	ctx, cancel := context.WithTimeout(a.life, a.config.DialTimeout)
	defer cancel()
	found, err := a.config.Locate(ctx, query)
	if err == nil && len(found) == 0 {
		err = &net.DNSError{Name: query.Host, IsNotFound: true}
	}
	if err != nil {
		return netip.AddrPort{}, &FlowError{Layer: "DNS", Host: query.Host, Err: err}
	}
	return found[0].Address, nil
}

var errNoTarget = errors.New("agent: there is no server to go to")
