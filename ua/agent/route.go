package agent

import (
	"fmt"
	"net/netip"
	"time"

	"offhook/ua"
	"offhook/ua/locate"
)

// route finds the flow and the address that a request goes to.
func (o *owner) route(l *line, s *spec, then func(*flow, netip.AddrPort, error)) {
	if s.via != nil {
		then(s.via, s.via.remote, nil)
		return
	}
	if hasServer(l.account) && !s.elsewhere {
		if f := s.flow; s.inDialog && l.stays(f) {
			then(f, o.serverHop(l, f, s), nil)
			return
		}
		o.withFlow(l.edgeFor(s), func(f *flow, err error) {
			if err != nil {
				then(nil, netip.AddrPort{}, err)
				return
			}
			then(f, o.serverHop(l, f, s), nil)
		})
		return
	}
	if s.flow != nil && s.flow.isStream() && s.flow.alive() {
		then(s.flow, s.flow.remote, nil)
		return
	}
	o.direct(l, s, then)
}

// serverHop is the server, whatever the route set says: it has the one
// connection that NATs and TLS let through (RFC 5626 §4.3). But a dialog over
// UDP whose route leads elsewhere, by a proxy that does not stay in the path,
// is followed (RFC 3261 §12.2.1.1), unless an outbound proxy is configured.
func (o *owner) serverHop(l *line, f *flow, s *spec) netip.AddrPort {
	if f.isStream() || !s.inDialog || l.account.Proxy != "" {
		return f.remote
	}
	uri, err := s.nextHop()
	if err != nil || hopTransport(uri, ua.UDP) != ua.UDP {
		return f.remote
	}
	address, err := netip.ParseAddr(uri.Host)
	if err != nil || address.Unmap().Is4() != f.remote.Addr().Is4() {
		return f.remote
	}
	port := uri.Port
	if port == 0 {
		port = 5060
	}
	return netip.AddrPortFrom(address.Unmap(), port)
}

// transport is the account's: of auto the one that its flow has, or TLS.
func (l *line) transport() ua.Transport {
	if l.account.Transport != ua.Auto {
		return l.account.Transport
	}
	if f := l.leading().flow; f != nil {
		return f.transport
	}
	return ua.TLS
}

// direct goes to whom the request is for: an account without a server.
func (o *owner) direct(l *line, s *spec, then func(*flow, netip.AddrPort, error)) {
	uri, err := s.nextHop()
	if err != nil {
		then(nil, netip.AddrPort{}, fmt.Errorf("the target %q cannot be reached: %w", s.uri, err))
		return
	}
	query := Query{Host: uri.Host, Port: uri.Port, Transport: hopTransport(uri, l.transport())}
	if query.Transport != ua.UDP {
		o.directStream(l, query, then)
		return
	}
	o.resolve(query, func(o *owner, to netip.AddrPort, err error) {
		if err != nil {
			then(nil, to, err)
			return
		}
		o.directPackets(l, query, to, then)
	})
}

func (o *owner) directStream(l *line, query Query, then func(*flow, netip.AddrPort, error)) {
	key := fmt.Sprint(query.Transport, " ", query.Host, " ", query.Port)
	if f := l.peers[key]; f != nil && f.alive() {
		then(f, f.remote, nil)
		return
	}
	if f := o.aliasFor(l, query); f != nil {
		then(f, f.remote, nil)
		return
	}
	config := l.tls
	if config != nil {
		config = config.Clone()
		expect(config, l.account.TLS, query.Host)
	}
	if config == nil && query.Transport == ua.TLS {
		var err error
		if config, err = tlsConfig(l.account.TLS, query.Host, o.config.Roots, o.config.today); err != nil {
			then(nil, netip.AddrPort{}, err)
			return
		}
	}
	o.dial(query, config, func(o *owner, f *flow, err error) {
		if err != nil {
			then(nil, netip.AddrPort{}, err)
			return
		}
		l.peers[key] = f
		then(f, f.remote, nil)
	})
}

// directPackets takes the socket that listens, so that answers and new
// requests meet it, or opens one.
func (o *owner) directPackets(l *line, query Query, to netip.AddrPort, then func(*flow, netip.AddrPort, error)) {
	for _, e := range o.ears {
		f := e.packets
		if f != nil && f.alive() && (f.local.Addr().Is4() == to.Addr().Is4() || f.local.Addr() == netip.IPv6Unspecified()) {
			then(f, to, nil)
			return
		}
	}
	key := "udp " + to.String()
	if f := l.peers[key]; f != nil && f.alive() {
		then(f, to, nil)
		return
	}
	query.Host, query.Port = to.Addr().String(), to.Port()
	o.dial(query, nil, func(o *owner, f *flow, err error) {
		if err == nil {
			l.peers[key] = f
		}
		then(f, to, err)
	})
}

// resolve asks Locate in a goroutine, unless there is nothing to ask.
func (o *owner) resolve(query Query, then func(*owner, netip.AddrPort, error)) {
	port := query.Port
	if port == 0 {
		port = locate.StandardPort(query.Transport)
	}
	if address, err := netip.ParseAddr(query.Host); err == nil {
		then(o, netip.AddrPortFrom(address.Unmap(), port), nil)
		return
	}
	o.spawn(func() {
		found, err := o.locate(query)
		o.post(func(o *owner) { then(o, found, err) })
	})
}

// afterLarge is how long requests of a dialog follow a large one by TCP.
const afterLarge = 5 * time.Second

// widen sends a request that is too large for a datagram by TCP, if the server
// takes that (RFC 3261 §18.1.1). It reports whether it took the request over.
func (o *owner) widen(x *exchange, f *flow, to netip.AddrPort, octets int) bool {
	e := x.line.edgeOf(f)
	if e == nil || f.isStream() || to != f.remote || f.narrow {
		return false
	}
	if octets <= 1300 && (!x.spec.inDialog || f.inOrder() == f) {
		return false
	}
	x.next = onceAgain(x.spec.cseq, x.next)
	if f.wide != nil && f.wide.alive() {
		f.detour = time.Now()
		o.retransmit(x, f.wide)
		return true
	}
	query := Query{Host: f.remote.Addr().String(), Port: f.remote.Port(), Transport: ua.TCP}
	o.dial(query, nil, func(o *owner, wide *flow, err error) {
		switch {
		case err != nil:
			f.narrow = true
			o.log.Debug("large requests go by UDP", "account", e.line.account.ID, "cause", err)
			wide = f
		case f.alive() && e.has(f):
			f.wide, wide.base, f.detour = wide, f, time.Now()
		default:
			wide.finish() // the server was left meanwhile
			wide = f
		}
		if !x.void {
			o.retransmit(x, wide)
		}
	})
	return true
}

// inOrder is the way on which a request of a dialog cannot overtake a large one
// that was sent a moment ago; later the socket, whose way is kept open.
func (f *flow) inOrder() *flow {
	if f.wide == nil || !f.wide.alive() || time.Since(f.detour) >= afterLarge {
		return f
	}
	f.detour = time.Now() // what comes next follows this one
	return f.wide
}

func (o *owner) retransmit(x *exchange, f *flow) {
	if err := o.transmit(x, f, f.remote); err != nil {
		x.final = true
		x.failed(err)
	}
}

// onceAgain gives the number that was not used yet once more.
func onceAgain(number uint32, next func() uint32) func() uint32 {
	used := false
	return func() uint32 {
		if used {
			return next()
		}
		used = true
		return number
	}
}
