package agent

import (
	"crypto/tls"
	"net/netip"
	"slices"

	"offhook/ua"
	"offhook/ua/registration"
)

// edge is a way to an account's server: one flow, and the binding over it. An
// account has one, or two that stand at the same time (RFC 5626 §3.1).
type edge struct {
	line    *line
	regID   int     // of its binding
	query   Query   // the first of servers
	servers []Query // best first
	tls     *tls.Config

	last    *flow // as flow, but kept when that is lost
	flow    *flow // nil before the first and after a lost one
	dialing bool
	dials   uint // attempts begun
	waiting []func(*flow, error)
	former  []*flow // replaced while something still needed them

	public netip.AddrPort // as the server sees our datagrams (RFC 3581)
	mapped netip.AddrPort // the same, by STUN
	deaf   bool           // the server knows no STUN
	ping   *alarm
	pong   *alarm

	failback  *alarm // looks whether a better server is back
	relocated bool   // another server has the flow than before: subscribe anew

	binding binding
}

// edges are the line's ways to its server, the first first.
func (l *line) edges() []*edge {
	if l.second == nil {
		return []*edge{l.edge}
	}
	return []*edge{l.edge, l.second}
}

// other is the account's other way, nil when there is none.
func (e *edge) other() *edge {
	if e.line.edge == e {
		return e.line.second
	}
	return e.line.edge
}

// has reports whether a flow is this way's.
func (e *edge) has(f *flow) bool {
	f = f.root()
	return f != nil && (f == e.flow || slices.Contains(e.former, f))
}

// edgeOf is the way that a flow belongs to, nil for none.
func (l *line) edgeOf(f *flow) *edge {
	for _, e := range l.edges() {
		if e.has(f) {
			return e
		}
	}
	return nil
}

// stands reports whether requests can come and go over this way.
func (e *edge) stands() bool {
	return e.flow != nil && e.flow.alive() && (!e.line.account.Register || e.binding.state == ua.Registered)
}

// edgeFor is the way that a request goes: that of its dialog while it stands,
// else the first that does.
func (l *line) edgeFor(s *spec) *edge {
	if s.edge != nil {
		return s.edge
	}
	if e := l.edgeOf(s.flow); e != nil && e.stands() {
		return e
	}
	return l.leading()
}

// leading is the first way that stands; the first when none does.
func (l *line) leading() *edge {
	for _, e := range l.edges() {
		if e.stands() {
			return e
		}
	}
	return l.edge
}

// renew gives a way's flow up and registers over a new one.
func (o *owner) renew(e *edge, cause error) {
	if f := e.flow; f != nil {
		f.close(cause)
		e.flow = nil
		o.clock.stop(e.ping)
		o.clock.stop(e.pong)
		o.clock.stop(e.failback)
		e.forgetAddress()
	}
	o.registerAnew(e)
}

// registerAnew registers at once. A connection that is being opened is opened
// anew: it may be waiting for somebody on the way that was.
func (o *owner) registerAnew(e *edge) {
	if e.dialing {
		o.dialFor(e, nil)
	}
	o.stepBinding(e, registration.NetworkChanged{})
}

// forgetAddress forgets how the server saw a flow that is gone.
func (e *edge) forgetAddress() {
	e.public, e.mapped, e.deaf, e.binding.moved = netip.AddrPort{}, netip.AddrPort{}, false, false
}
