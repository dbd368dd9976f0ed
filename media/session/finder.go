package session

import (
	"context"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"offhook/media/ice"
	"offhook/media/ice/stun"
	"offhook/media/ice/turn"
)

// finder finds a session's way (RFC 8445): one owner goroutine for the machines, one
// that listens to what the stream hands over, and one for each name that is looked
// up. All that the engine is told of the session goes through the owner, which
// knows where the far end is.
type finder struct {
	session *Session
	in      *net.UnixConn // what the stream hands over
	out     *outlet
	route   atomic.Pointer[route] // nil: there is no way yet
	wants   atomic.Bool           // a new offer

	calls   chan func()
	packets chan handed
	done    chan struct{}
	ended   chan struct{} // the owner has
	stop    context.CancelFunc
	context context.Context
	once    sync.Once
	wait    sync.WaitGroup

	mutex sync.Mutex // of the next two
	ready chan struct{}
	limit time.Time // an offer waits no longer for ready

	// the owner's
	addrs   []netip.Addr
	lookups int
	asker   *ice.Asker
	relay   *turn.Client
	relays  []TURN     // that are left to try
	agent   *ice.Agent // in use; nil: the far end does without
	next    *ice.Agent // of the exchange under way

	spec      *Spec // as agreed last
	path      ice.Path
	restart   bool // the next offer does
	restarts  int  // without success
	state     ice.State
	described netip.AddrPort // default of ours, as told last
	theirs    netip.AddrPort // default of the far end's
	updated   bool           // an offer told of the path in use
}

// route is where packets of control's go.
type route struct {
	to      netip.AddrPort
	channel channel
}

func newFinder(s *Session, in *net.UnixConn, rtp *net.UDPConn) (*finder, error) {
	out, err := newOutlet(rtp)
	if err != nil {
		return nil, err
	}
	f := &finder{session: s, in: in, out: out, calls: make(chan func()), packets: make(chan handed, 64), done: make(chan struct{}), ended: make(chan struct{})}
	f.context, f.stop = context.WithCancel(context.Background())
	f.begin(s.cfg.Addr, time.Now()) // nobody else is there yet
	f.flush(time.Now())
	f.wait.Go(f.listen)
	f.wait.Go(f.run)
	return f, nil
}

func (f *finder) close() {
	f.once.Do(func() {
		close(f.done)
		f.stop()
		_ = f.in.Close()
	})
	f.wait.Wait()
	f.out.close()
}

// do has the owner do something, and waits for it.
func (f *finder) do(what func()) error {
	ran := make(chan struct{})
	select {
	case f.calls <- func() { what(); close(ran) }:
	case <-f.done:
		return ErrClosed
	}
	select {
	case <-ran:
		return nil
	case <-f.ended:
		return ErrClosed
	}
}

// update tells the engine what was agreed.
func (f *finder) update(spec Spec) error {
	failed := ErrClosed
	if err := f.do(func() {
		f.spec = &spec
		failed = f.session.tellEngine(f.placed(spec))
	}); err != nil {
		return err
	}
	return failed
}

// used tells that the far end does ICE too; nil: nobody does.
func (f *finder) used() (used bool) {
	if f != nil {
		_ = f.do(func() { used = f.agent != nil }) // closed: it is not
	}
	return used
}

// placed completes what was agreed by where the far end is.
func (f *finder) placed(spec Spec) Spec {
	if f.agent == nil {
		return spec
	}
	spec.ICE, spec.Remote = true, f.path.Remote
	if f.path.Via == ice.Relayed {
		spec.Relay, spec.Channel = f.relay.Server(), f.relay.Channel(f.path.Remote)
	}
	return spec
}

// send sends a packet of control's to the far end, or loses it.
func (f *finder) send(packet []byte) {
	if r := f.route.Load(); r != nil {
		_ = r.channel.through(func(b []byte, to netip.AddrPort) error {
			f.out.send(b, to)
			return nil
		})(packet, r.to)
	}
}

// listen takes what the stream hands over until it is closed.
func (f *finder) listen() {
	var b [handoverHeader + packetSize]byte
	for {
		n, err := f.in.Read(b[:])
		if err != nil {
			return
		}
		packet, from, ok := parseHandover(b[:n])
		if !ok {
			continue
		}
		select {
		case f.packets <- handed{slices.Clone(packet), from}:
		case <-f.done:
			return
		}
	}
}

func (f *finder) run() {
	defer close(f.ended)
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		timer.Reset(f.due(time.Now()))
		select {
		case <-f.done:
			f.leave(time.Now())
			return
		case what := <-f.calls:
			what()
		case p := <-f.packets:
			f.packet(p.packet, p.from, ice.Direct, time.Now())
		case <-timer.C:
			f.tick(time.Now())
		}
		f.flush(time.Now())
	}
}

// due is how long nothing is to be done.
func (f *finder) due(now time.Time) time.Duration {
	wait := time.Hour
	for _, next := range []time.Time{f.agentNext(f.agent), f.agentNext(f.next), f.askerNext(), f.relayNext()} {
		if !next.IsZero() {
			wait = min(wait, max(0, next.Sub(now)))
		}
	}
	return wait
}

func (f *finder) agentNext(a *ice.Agent) (next time.Time) {
	if a != nil {
		next = a.Next()
	}
	return next
}

func (f *finder) askerNext() (next time.Time) {
	if f.asker != nil {
		next = f.asker.Next()
	}
	return next
}

func (f *finder) relayNext() (next time.Time) {
	if f.relay != nil {
		next = f.relay.Next()
	}
	return next
}

func (f *finder) tick(now time.Time) {
	for _, a := range f.agents() {
		a.Tick(now)
	}
	if f.asker != nil {
		f.asker.Tick(now)
	}
	if f.relay != nil {
		f.relay.Tick(now)
	}
}

func (f *finder) agents() (list []*ice.Agent) {
	for _, a := range []*ice.Agent{f.agent, f.next} {
		if a != nil {
			list = append(list, a)
		}
	}
	return list
}

// packet gives a packet to whom it is for.
func (f *finder) packet(packet []byte, from netip.AddrPort, via ice.Via, now time.Time) {
	from = f.session.reach(from)
	switch {
	case via == ice.Direct && isChannel(packet):
		f.unwrap(packet, from, now)
	case isDTLS(packet):
		f.pass(packet, from, via)
	default:
		f.message(packet, from, via, now)
	}
}

func (f *finder) unwrap(packet []byte, from netip.AddrPort, now time.Time) {
	if f.relay == nil || from != f.relay.Server() {
		return
	}
	number, data, ok := turn.Unwrap(packet)
	if peer, known := f.relay.Peer(number); ok && known {
		f.packet(data, peer, ice.Relayed, now)
	}
}

func (f *finder) message(packet []byte, from netip.AddrPort, via ice.Via, now time.Time) {
	m, ok := stun.Parse(packet)
	if !ok {
		return
	}
	if via == ice.Direct && f.relay != nil {
		data, peer, ok := f.relay.Receive(m, from, now)
		if data != nil {
			f.packet(data, peer, ice.Relayed, now)
		}
		if ok {
			return
		}
	}
	if via == ice.Direct && f.asker != nil && f.asker.Receive(m, from) {
		return
	}
	for _, a := range f.agents() {
		if a.Receive(m, from, via, now) {
			return
		}
	}
}

// pass gives a packet of DTLS to the handshaker, if it is from the far end. What
// does not fit is lost: it is repeated.
func (f *finder) pass(packet []byte, from netip.AddrPort, via ice.Via) {
	h := f.session.shaker
	if h == nil {
		return
	}
	switch {
	case f.agent == nil && f.next == nil && via == ice.Direct:
	case f.agent != nil && (from == f.path.Remote || f.agent.Believes(from, via)): // the stream unwraps what comes by the path
		from = overICE
	default:
		return
	}
	select {
	case h.packets <- handed{packet, from}:
	default:
	}
}

// leave gives the relay back.
func (f *finder) leave(now time.Time) {
	if f.relay != nil {
		f.relay.Close(now)
		for _, p := range f.relay.Take() {
			f.out.send(p.Packet, p.To)
		}
	}
}

func (f *finder) log() *slog.Logger {
	return f.session.cfg.Log.With(slog.Uint64("stream", uint64(f.session.cfg.ID)))
}
