package agent

import (
	"cmp"
	"errors"
	"slices"
	"strconv"
	"time"

	"offhook/ua"
	"offhook/ua/locate"
	"offhook/ua/registration"
	"offhook/ua/wire"
)

// errSilent says that a server gave no sign of life while another could.
var errSilent = errors.New("agent: no sign of life")

// awaitSign bounds how long a new request waits for any response at all, if
// another server could have it: RFC 3261 would have the person wait for 64*T1.
// A server that lives sends 100 at once (§17.2.1); several repetitions of a
// datagram fit into that time.
func (o *owner) awaitSign(x *exchange) {
	x.edge = x.line.edgeOf(x.flow)
	if !o.hasMore(x) {
		return
	}
	tx := x.tx
	x.patience = o.clock.after(o.silence(x.line), func() {
		if x.tx == tx && !x.final && !x.void && o.failOver(x, errSilent, 0) {
			tx.tx.Terminate() // no more repetitions: the request is another server's now
		}
	})
}

// silence is how long the account's servers may say nothing.
func (o *owner) silence(l *line) time.Duration { return cmp.Or(l.account.Silence, o.config.Silence) }

// mayMove reports whether a request may go to another server: one outside of
// dialogs that nothing was heard about yet (RFC 3263 §4.3), and that nobody has
// taken back.
func (x *exchange) mayMove() bool {
	if x.edge != nil && x.line.removed && x.spec.method != "REGISTER" {
		return false
	}
	if x.edge == nil || x.spec.inDialog || x.spec.elsewhere || x.spec.via != nil {
		return false
	}
	return !x.provisional && !x.final && !x.void && !x.takenBack()
}

// takenBack reports whether nobody wants the request served any more: the call
// was hung up before anything was heard.
func (x *exchange) takenBack() bool {
	return x.cancel != nil || x.unwanted != nil && x.unwanted()
}

// hasMore reports whether there is another server for a request.
func (o *owner) hasMore(x *exchange) bool {
	if !x.mayMove() {
		return false
	}
	f := x.flow.root()
	known := slices.ContainsFunc(f.targets, func(t locate.Target) bool {
		return t.Server() != f.target.Server() && !x.hasTried(t.Server())
	})
	return known || x.otherEdge() != nil || slices.ContainsFunc(x.edge.servers, func(q Query) bool {
		return !leadsTo(q, f.target.Server()) && !slices.ContainsFunc(x.tried, func(s locate.Server) bool { return leadsTo(q, s) })
	})
}

func (x *exchange) hasTried(server locate.Server) bool { return slices.Contains(x.tried, server) }

// otherEdge is the account's other flow, if it stands and was not tried yet: the
// one that RFC 5626 §4.5 keeps for this.
func (x *exchange) otherEdge() *edge {
	other := x.edge.other()
	if x.spec.edge != nil || other == nil || !other.stands() || other.flow == x.flow.root() || x.hasTried(other.flow.target.Server()) {
		return nil
	}
	return other
}

// refusedService takes a response by which the server says that it cannot serve
// now: the request goes to the next one at once (RFC 3263 §4.3, RFC 3261
// §21.5.4). A registration goes on even from a server that has only lost the
// one behind it; a call may have been refused by somebody far away, and moves
// alone unless the server tells how long it will not serve.
func (o *owner) refusedService(x *exchange, m *wire.Message) bool {
	if x.final || m.Status < 200 {
		return false
	}
	wait := retryAfter(m)
	if m.Status >= 300 {
		x.provisional = false // whatever was promised is over: a 100 comes before most 503s
	}
	switch {
	case x.spec.method == "REGISTER" && slices.Contains([]int{408, 500, 502, 503, 504}, m.Status):
		return o.failOver(x, &statusError{*m}, wait)
	case m.Status == 503 && wait > 0:
		return o.failOver(x, &statusError{*m}, wait)
	case m.Status == 503:
		return o.detour(x, &statusError{*m})
	case m.Status == 482 && len(x.tried) > 0 && !x.again:
		// The one before had passed it on, and the far end took this one for the
		// same (RFC 3261 §8.2.2.2): it is not any more.
		x.again, x.provisional = true, false
		o.sendBy(x, x.flow, x.to, nil)
		return true
	}
	if x.flow != nil && x.toServer() {
		o.health.Worked(x.flow.root().target.Server(), time.Now())
	}
	return false
}

// failOver has a server that failed be put last, moves the account to the next
// one, and the request with it. A connection that broke is opened once more if
// there is no other server: this one may have restarted since it was last
// spoken to. failOver reports whether it took the request over.
func (o *owner) failOver(x *exchange, cause error, wait time.Duration) bool {
	if o.stopping {
		return false
	}
	ours := errors.Is(cause, ua.ErrClosed) || errors.Is(cause, errNetwork) // our doing: the server is as good as it was
	more := !ours && o.hasMore(x)
	if !more && (!x.mayMove() || x.reopened || x.flow.alive() || !x.flow.isStream() && !ours) {
		return false
	}
	x.reopened = x.reopened || !more
	if o.leaveServer(x, cause); !ours {
		o.health.Failed(x.tried[len(x.tried)-1], time.Now(), wait)
	}
	if other := x.otherEdge(); other != nil {
		o.sendAgain(x, other.flow)
		return true
	}
	skip := x.tried
	if !more {
		skip = nil
	}
	e := x.edge
	o.withOther(e, skip, func(f *flow, err error) {
		switch {
		case x.void:
		case err != nil, x.takenBack(), more && x.hasTried(f.target.Server()):
			o.exhausted(x, cause)
		default:
			o.sendAgain(x, f)
		}
		if x.spec.method != "REGISTER" {
			o.follow(e, cause)
		}
	})
	return true
}

// follow has the binding go where requests went: where calls go out they come in.
func (o *owner) follow(e *edge, cause error) {
	if e.flow != nil && e.flow.alive() {
		o.stepBinding(e, registration.NetworkChanged{})
		return
	}
	o.bindingLost(e, cause)
}

// leaveServer gives the flow up.
func (o *owner) leaveServer(x *exchange, cause error) {
	f := x.flow.root()
	server := f.target.Server()
	o.log.Info("another server is asked", "account", x.line.account.ID, "method", x.spec.method, "not", server.Address, "cause", cause)
	x.tried = append(x.tried, server)
	x.abandon()
	if silent := errors.Is(cause, errSilent) || errors.Is(cause, errTimeout); silent && x.spec.method == "REGISTER" {
		f.close(cause) // dead, and with it what else waits there
	}
	o.retire(x.edge, f)
}

// detour sends this one request to another server; the account stays.
func (o *owner) detour(x *exchange, cause error) bool {
	if !o.hasMore(x) {
		return false
	}
	x.tried = append(x.tried, x.flow.root().target.Server())
	x.abandon()
	e := x.edge
	for _, f := range e.former {
		if f.alive() && !x.hasTried(f.target.Server()) {
			o.sendAgain(x, f)
			return true
		}
	}
	o.dialEdge(e, x.tried, func(o *owner, f *flow, err error) {
		switch {
		case x.void && err == nil:
			f.finish()
		case x.void:
		case err != nil || x.takenBack():
			o.exhausted(x, cause)
		default:
			e.former = append(e.former, f)
			o.sendAgain(x, f)
		}
	})
	return true
}

// sendAgain sends the same request, but for its branch, to another server
// (RFC 3263 §4.3). What that one knows of passwords it asks for itself.
func (o *owner) sendAgain(x *exchange, f *flow) {
	x.next = onceAgain(x.spec.cseq, x.next)
	x.digest = nil
	o.sendBy(x, f, f.remote, nil)
}

// exhausted: there was no other server after all.
func (o *owner) exhausted(x *exchange, cause error) {
	x.final, x.cancel = true, nil
	var refused *statusError
	if errors.As(cause, &refused) {
		x.answer(refused.response, nil)
		return
	}
	x.failed(cause)
}

// headFor names the server that a request goes to in its first Route, when the
// way to it is one (RFC 3261 §8.1.2).
func (o *owner) headFor(x *exchange, f *flow) {
	e := x.line.edgeOf(f)
	if e == nil || x.spec.inDialog || len(x.spec.route) == 0 || x.line.account.Proxy == "" && e.regID < 2 {
		return
	}
	x.spec.route = slices.Clone(x.spec.route)
	x.spec.route[0] = o.proxyRoute(e.server(f))
}

// server is the configured one that a flow leads to.
func (e *edge) server(f *flow) Query {
	for _, server := range e.servers {
		if f != nil && leadsTo(server, f.target.Server()) {
			server.Transport = f.target.Transport
			return server
		}
	}
	return e.query
}

// leadsTo reports whether a server is found by a name.
func leadsTo(q Query, s locate.Server) bool {
	return q.Host == s.Name && (q.Port == 0 || q.Port == s.Address.Port())
}

// statusError is a final response that stands for a failure.
type statusError struct{ response wire.Message }

func (e *statusError) Error() string {
	return strconv.Itoa(e.response.Status) + " " + e.response.Reason
}

// withOther calls with a flow of the way to a server that is none of some.
func (o *owner) withOther(e *edge, skip []locate.Server, then func(*flow, error)) {
	if f := e.flow; f != nil && f.alive() && !slices.Contains(skip, f.target.Server()) {
		then(f, nil)
		return
	}
	e.waiting = append(e.waiting, then)
	if !e.dialing {
		o.dialFor(e, skip)
	}
}

// dialFor opens a flow for those who wait for one. An attempt that is still
// under way counts no more.
func (o *owner) dialFor(e *edge, skip []locate.Server) {
	e.dialing = true
	e.dials++
	dial := e.dials
	o.dialEdge(e, skip, func(o *owner, f *flow, err error) {
		if dial != e.dials {
			if err == nil {
				f.finish()
			}
			return
		}
		e.dialing = false
		if err == nil && (e.line.removed && !e.line.leaving()) {
			f.close(errRemoved)
			return
		}
		if err == nil {
			o.useFlow(e, f)
		}
		served := func() {
			waiting := e.waiting
			e.waiting = nil
			for _, then := range waiting {
				then(f, err)
			}
		}
		if err == nil {
			o.findPublic(e, f, served)
			return
		}
		served()
	})
}

// useFlow makes a flow the way to the server from now on.
func (o *owner) useFlow(e *edge, f *flow) {
	if e.last != nil && e.last.target.Server() != f.target.Server() {
		e.binding.service, e.relocated = nil, true // RFC 3608: that was the other one's
	}
	e.flow, e.last = f, f
	o.keepAlive(e)
	o.watchBetter(e)
	if !e.line.account.Register {
		o.moveCalls(e.line)
	}
}

// retire takes a flow out of use. Calls that were made over it stay there until
// they end.
func (o *owner) retire(e *edge, f *flow) {
	if e.flow != f {
		return
	}
	e.flow = nil
	o.clock.stop(e.ping)
	o.clock.stop(e.pong)
	o.clock.stop(e.failback)
	f.public = e.public
	e.forgetAddress()
	if f.alive() {
		e.former = append(e.former, f)
	}
	o.tidy(e)
}

// tidy ends the former flows that no call needs any more.
func (o *owner) tidy(e *edge) {
	var kept []*flow
	for _, f := range e.former {
		if o.inUse(f) {
			kept = append(kept, f)
		} else {
			f.finish()
		}
	}
	e.former = kept
}

func (o *owner) inUse(f *flow) bool {
	for _, c := range o.calls {
		if c.flow == f || c.lostOn(f) {
			return true
		}
	}
	return false
}

// stayOn notes the flow that a call was made over.
func (o *owner) stayOn(c *call, f *flow) { c.flow = f.root() }

// stays reports whether a call on this flow is to be left there, though the
// account has gone on to another.
func (l *line) stays(f *flow) bool {
	if f == nil || !f.alive() {
		return false
	}
	for _, e := range l.edges() {
		if slices.Contains(e.former, f) {
			return true
		}
	}
	return false
}
