package agent

import (
	"context"
	"sync"
	"time"

	"offhook/ua/locate"
)

// When the next target is tried beside one that has not answered yet: another
// address of the same host soon (RFC 8305 §5), another host, which is a backup
// of the first, only when that must be taken for dead.
const (
	nextAddress = 250 * time.Millisecond
	nextHost    = 2 * time.Second
)

// race opens the sockets of targets, one after another and beside each other.
// The first that stands wins.
type race struct {
	dialer
	finding *finding
	group   sync.WaitGroup
	results chan attempt
	up      chan struct{} // a stream is there, and its TLS begins

	last    time.Time       // something went on
	started []locate.Target // in their order
	failed  []locate.Server
	running map[locate.Server]bool
	rank    int // of fault
	fault   error
}

type attempt struct {
	target locate.Target
	dialed dialed
	err    error
}

func (d dialer) dial(ctx context.Context) (dialed, error) {
	ctx, cancel := context.WithTimeout(ctx, d.timeout)
	r := &race{dialer: d, results: make(chan attempt), up: make(chan struct{}), running: map[locate.Server]bool{}}
	defer r.end(cancel)
	r.finding = d.begin(ctx, &r.group)
	leads := make(chan locate.Target)
	r.group.Go(func() { r.finding.leads(ctx, leads) })
	return r.run(ctx, leads)
}

func (r *race) run(ctx context.Context, leads chan locate.Target) (dialed, error) {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	var next *locate.Target
	for {
		in := leads
		if next != nil {
			in = nil
			if wait := r.wait(*next); wait > 0 {
				timer.Reset(wait)
			} else {
				r.start(ctx, *next)
				next = nil
				continue
			}
		}
		if in == nil && next == nil && len(r.running) == 0 {
			return dialed{failed: r.failed}, r.why()
		}
		select {
		case target, ok := <-in:
			if !ok {
				leads = nil
			} else {
				next = &target
			}
		case <-timer.C:
		case <-ctx.Done():
			r.late(ctx)
			return dialed{failed: r.failed}, r.why()
		case <-r.up:
			r.last = time.Now()
		case result := <-r.results:
			if result.err == nil {
				return r.won(ctx, result), nil
			}
			r.lost(result)
		}
	}
}

// wait is how long the target has to wait for the one before.
func (r *race) wait(target locate.Target) time.Duration {
	if len(r.running) == 0 {
		return 0
	}
	stagger := nextHost
	if before := r.started[len(r.started)-1]; before.Host == target.Host && before.Rank == target.Rank {
		stagger = nextAddress
	}
	return stagger - time.Since(r.last)
}

func (r *race) start(ctx context.Context, target locate.Target) {
	if r.running[target.Server()] {
		return
	}
	r.running[target.Server()] = true
	r.started, r.last = append(r.started, target), time.Now()
	r.group.Go(func() {
		out, err := r.open(ctx, target, func() {
			select {
			case r.up <- struct{}{}:
			case <-ctx.Done():
			}
		})
		select {
		case r.results <- attempt{target, out, err}:
		case <-ctx.Done():
			out.close()
		}
	})
}

func (r *race) lost(result attempt) {
	server := result.target.Server()
	delete(r.running, server)
	r.failed = append(r.failed, server)
	if r.fault == nil || result.target.Rank < r.rank {
		r.rank, r.fault = result.target.Rank, result.err
	}
}

// won ends the race. Who was started before the winner was too slow.
func (r *race) won(ctx context.Context, result attempt) dialed {
	out := result.dialed
	delete(r.running, result.target.Server())
	for _, target := range r.started {
		if target == result.target {
			break
		}
		if r.running[target.Server()] {
			r.failed = append(r.failed, target.Server())
		}
	}
	if out.packets != nil {
		r.awaitOthers(ctx)
	}
	known := r.finding.known()
	out.failed, out.targets, out.servers = r.failed, known, addresses(known)
	return out
}

// awaitOthers hears where the other servers are, if that is soon known.
func (r *race) awaitOthers(ctx context.Context) {
	grace := time.NewTimer(backupGrace)
	defer grace.Stop()
	select {
	case <-r.finding.ready:
	case <-grace.C:
	case <-ctx.Done():
	}
}

// late: the time is over for whoever has not answered.
func (r *race) late(ctx context.Context) {
	<-r.finding.ready
	for _, target := range r.started {
		if r.running[target.Server()] {
			fault := &FlowError{Layer: transportName(target.Transport), Host: target.Name, Remote: target.Address.String(), Err: ctx.Err()}
			r.lost(attempt{target: target, err: fault})
		}
	}
}

// why is the fault of the best target.
func (r *race) why() error {
	rank, fault := r.finding.fault()
	switch {
	case r.fault != nil && (fault == nil || r.rank <= rank):
		return r.fault
	case fault != nil:
		return fault
	}
	return errNoTarget
}

// end stops everybody and waits for them.
func (r *race) end(cancel context.CancelFunc) {
	cancel()
	r.group.Wait()
}

func (d dialed) close() {
	switch {
	case d.stream != nil:
		d.stream.Close()
	case d.packets != nil:
		d.packets.Close()
	}
}
