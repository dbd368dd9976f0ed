package ice

import (
	"cmp"
	"net/netip"
	"slices"
	"testing"
	"time"

	"offhook/media/ice/stun"
)

// world is a network with a clock of its own: agents behind addresses and NATs.
type world struct {
	t       *testing.T
	now     time.Time
	flying  []flight
	hosts   map[netip.AddrPort]*party // who is at an address
	deaf    map[[2]netip.Addr]bool    // from, to: nothing arrives
	latency time.Duration
	seen    []flight
}

type flight struct {
	at       time.Time
	packet   []byte
	from, to netip.AddrPort // as the receiver sees it
}

// party is an Agent at an address, behind a NAT maybe.
type party struct {
	*Agent
	addr   netip.AddrPort
	nat    *nat
	onPath []Path
	states []State
}

// nat maps by destination if it is symmetric, and lets in only from where
// something went out to.
type nat struct {
	public    netip.Addr
	symmetric bool
	next      uint16
	out       map[[2]netip.AddrPort]uint16 // inner, destination (zero: any)
	in        map[uint16]netip.AddrPort
	open      map[uint16]map[netip.Addr]bool
}

func newNAT(public string, symmetric bool) *nat {
	return &nat{public: netip.MustParseAddr(public), symmetric: symmetric, next: 40000, out: map[[2]netip.AddrPort]uint16{},
		in: map[uint16]netip.AddrPort{}, open: map[uint16]map[netip.Addr]bool{}}
}

func (n *nat) translate(from, to netip.AddrPort) netip.AddrPort {
	key := [2]netip.AddrPort{from}
	if n.symmetric {
		key[1] = to
	}
	port, ok := n.out[key]
	if !ok {
		n.next++
		port = n.next
		n.out[key], n.in[port], n.open[port] = port, from, map[netip.Addr]bool{}
	}
	n.open[port][to.Addr()] = true
	return netip.AddrPortFrom(n.public, port)
}

func newWorld(t *testing.T) *world {
	return &world{t: t, now: time.Unix(1e9, 0), hosts: map[netip.AddrPort]*party{}, deaf: map[[2]netip.Addr]bool{}, latency: 10 * time.Millisecond}
}

func at(s string) netip.AddrPort { return netip.MustParseAddrPort(s) }

func (w *world) party(cfg Config, addr string, n *nat, more ...Candidate) *party {
	p := &party{addr: at(addr), nat: n}
	list := append([]Candidate{NewCandidate(Host, p.addr, netip.AddrPort{}, netip.Addr{}, 0)}, more...)
	if cfg.Local.Ufrag == "" {
		cfg.Local.Ufrag, cfg.Local.Pwd = Credentials()
	}
	cfg.Local.Candidates, cfg.Local.Lite = list, cfg.Lite
	p.Agent = New(cfg)
	w.hosts[p.addr] = p
	return p
}

// reflexive is the candidate that a STUN server would tell of.
func (w *world) reflexive(addr string, n *nat) Candidate {
	mapped := n.translate(at(addr), at("192.0.2.1:3478"))
	return NewCandidate(ServerReflexive, mapped, at(addr), netip.MustParseAddr("192.0.2.1"), 0)
}

func meet(w *world, a, b *party) {
	a.Describe(b.Local(), w.now)
	b.Describe(a.Local(), w.now)
}

// run lets time go on.
func (w *world) run(d time.Duration, parties ...*party) {
	end := w.now.Add(d)
	for i := 0; ; i++ {
		if i > 100_000 {
			w.t.Fatal("time does not go on")
		}
		next := end
		for _, p := range parties {
			w.collect(p)
			if due := p.Next(); !due.IsZero() && due.Before(next) {
				next = due
			}
		}
		if len(w.flying) > 0 && w.flying[0].at.Before(next) {
			next = w.flying[0].at
		}
		if next.Before(w.now) {
			next = w.now
		}
		w.now = next
		for len(w.flying) > 0 && !w.flying[0].at.After(w.now) {
			f := w.flying[0]
			w.flying = w.flying[1:]
			w.arrive(f)
		}
		for _, p := range parties {
			p.Tick(w.now)
			w.collect(p)
		}
		if !w.now.Before(end) {
			return
		}
	}
}

func (w *world) collect(p *party) {
	if path := p.Path(); len(p.onPath) == 0 || p.onPath[len(p.onPath)-1] != path {
		p.onPath = append(p.onPath, path)
	}
	if s := p.State(); len(p.states) == 0 || p.states[len(p.states)-1] != s {
		p.states = append(p.states, s)
	}
	for _, s := range p.Take() {
		from := p.addr
		if p.nat != nil {
			from = p.nat.translate(p.addr, s.To)
		}
		f := flight{w.now.Add(w.latency), s.Packet, from, s.To}
		w.seen = append(w.seen, f)
		w.flying = append(w.flying, f)
	}
	slices.SortStableFunc(w.flying, func(a, b flight) int { return cmp.Compare(a.at.UnixNano(), b.at.UnixNano()) })
}

func (w *world) arrive(f flight) {
	if w.deaf[[2]netip.Addr{f.from.Addr(), f.to.Addr()}] {
		return
	}
	to := f.to
	for _, p := range w.hosts {
		if n := p.nat; n != nil && n.public == to.Addr() {
			if !n.open[to.Port()][f.from.Addr()] {
				return
			}
			to = n.in[to.Port()]
			break
		}
		if p.nat != nil && p.addr == to && f.from.Addr().As4()[0] != to.Addr().As4()[0] {
			return // nobody reaches what is behind a NAT by its inner address
		}
	}
	p := w.hosts[to]
	if p == nil {
		return
	}
	m, ok := stun.Parse(f.packet)
	if !ok {
		w.t.Fatalf("%x", f.packet)
	}
	p.Receive(m, f.from, Direct, w.now)
}
