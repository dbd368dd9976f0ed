package agent

import (
	"errors"
	"hash/fnv"
	"net/netip"
	"strconv"
	"time"

	"offhook/ua"
	"offhook/ua/registration"
	"offhook/ua/wire"
)

// binding is a registration machine at work.
type binding struct {
	machine   registration.Machine
	running   bool // between Start and Done
	callID    string
	tag       string
	cseq      uint32
	timer     *alarm
	x         *exchange // the REGISTER that is under way
	own       string    // URI of our Contact in it
	state     ua.RegistrationState
	moved     bool          // a refresh for a changed public address was asked for
	service   []string      // Service-Route (RFC 3608)
	outbound  bool          // the registrar keeps the flow (RFC 5626)
	flowTimer time.Duration // pings that the edge proxy wants; 0: as configured
	keep      time.Duration // those that it wants by its Via (RFC 6223); 0: none
	gruu      string        // ours by this registration (RFC 5627); "" for none
	temporary []string      // GRUUs that do not tell who we are, the latest last
}

// leaving reports whether a binding is still to be removed.
func (l *line) leaving() bool {
	for _, e := range l.edges() {
		if e.binding.running && (l.removed || e.binding.x != nil) {
			return true
		}
	}
	return false
}

// startBinding registers by the first way; the second follows when the answer
// has told whether the registrar keeps several flows. While the binding of an
// account that this one replaces is being removed it waits: a registrar that
// keeps flows would take it for the same (RFC 5626 §6).
func (o *owner) startBinding(l *line) {
	for old := range o.leaving {
		if old.account.ID == l.account.ID && old.leaving() {
			return // bindingDone comes back
		}
	}
	if l.account.Register {
		o.startEdge(l.edge)
	}
}

func (o *owner) startEdge(e *edge) {
	b := &e.binding
	if b.running || o.stopping || e.line.removed {
		return
	}
	regID := e.regID
	if o.config.InstanceID == "" {
		regID = 0 // nothing names the device whose flow it is
	}
	b.running = true
	b.forgetGRUUs()
	b.callID, b.tag, b.cseq = o.token(18), o.token(9), uint32(o.random(1<<15))
	b.machine = registration.New(registration.Config{
		Expires: e.line.account.Expires, Reconnect: e.line.account.Reconnect, Server: e.query.Host, RegID: regID,
		StopWithin: o.config.ShutdownTimeout, Seed: o.seed(), Spread: o.spread(e.line),
	})
	o.stepBinding(e, registration.Start{})
}

// unregister removes the bindings; leaving turns false when that is done.
func (o *owner) unregister(l *line) {
	o.endSubscriptions(l)
	for _, e := range l.edges() {
		o.stepBinding(e, registration.Stop{})
	}
}

func (o *owner) stepBinding(e *edge, in registration.Input) {
	b := &e.binding
	if !b.running {
		return
	}
	var actions []registration.Action
	b.machine, actions = b.machine.Step(in)
	for _, action := range actions {
		switch action := action.(type) {
		case registration.Send:
			o.register(e, action)
		case registration.StartTimer:
			o.clock.stop(b.timer)
			fired := registration.TimerFired{Gen: action.Gen}
			b.timer = o.clock.after(action.After, func() { o.stepBinding(e, fired) })
		case registration.StopTimer:
			o.clock.stop(b.timer)
		case registration.Changed:
			o.bindingChanged(e, action)
		case registration.Done:
			o.bindingDone(e)
		}
	}
}

func (o *owner) bindingDone(e *edge) {
	b := &e.binding
	b.running = false
	if b.x != nil {
		b.x.void = true
		b.x = nil
	}
	o.clock.stop(b.timer)
	if !e.line.removed {
		return
	}
	o.settle(e.line)
	if next := o.lines[e.line.account.ID]; next != nil {
		o.startBinding(next)
	}
}

func (o *owner) register(e *edge, action registration.Send) {
	b, l := &e.binding, e.line
	if b.x != nil {
		b.x.void = true
	}
	host, port, _ := splitServer(l.account.Domain)
	s := spec{
		method: "REGISTER", uri: wire.URI{Host: host, Port: port}.String(),
		from: withTag(l.identity(), b.tag), to: l.identity(), callID: b.callID,
		contact: o.contactParams(action.RegID), edge: e, extra: []wire.Field{
			{Name: "Expires", Value: strconv.Itoa(int(action.Expires / time.Second))},
			{Name: "Supported", Value: supportedBinding(action.RegID, o.asksGRUU(l))},
			{Name: "Allow", Value: allow},
		},
	}
	if action.Target != "" {
		s.uri, s.elsewhere = action.Target, true
	}
	x := &exchange{line: l, spec: s}
	x.next = func() uint32 { b.cseq++; return b.cseq }
	x.prepared = func(f *flow, to netip.AddrPort) {
		b.own = o.address(l, f, to).String()
		x.spec.contactURI = b.own
	}
	x.answer = func(m wire.Message, refusal error) {
		if m.Status < 200 {
			return
		}
		b.x = nil
		o.registered(e, action, &m, refusal)
	}
	x.failed = func(err error) {
		b.x = nil
		o.registerFailed(e, action, x.flow, err)
	}
	b.x = x
	o.send(x)
}

func (o *owner) registerFailed(e *edge, action registration.Send, f *flow, err error) {
	if f != nil && !f.alive() {
		o.stepBinding(e, registration.FlowLost{Cause: err.Error()})
		return
	}
	silent := errors.Is(err, errTimeout)
	o.stepBinding(e, registration.Failed{Tx: action.Tx, Timeout: silent, Refused: wasRefused(err), Cause: err.Error()})
	if silent && e.flow != nil {
		e.flow.close(err) // the next attempt asks DNS and connects again
	}
}

// spread is this device's place among others, the same at each start; without
// an instance id any will do.
func (o *owner) spread(l *line) uint64 {
	if o.config.InstanceID == "" {
		return o.seed()
	}
	sum := fnv.New64a()
	_, _ = sum.Write([]byte(o.config.InstanceID + " " + string(l.account.ID)))
	return sum.Sum64()
}

func (o *owner) registered(e *edge, action registration.Send, m *wire.Message, refusal error) {
	b := &e.binding
	response := o.bindingResponse(e, action, m)
	if refusal != nil {
		response.Cause = refusal.Error()
	}
	bound := m.Status/100 == 2 && action.Expires > 0
	if bound {
		b.service = m.List("Service-Route")
		b.gruu = ""
		if o.asksGRUU(e.line) {
			b.gruu = gruuOf(response)
			b.addTemporary(response)
		}
		b.keep = keepOf(m)
	}
	o.stepBinding(e, registration.Responded{Tx: action.Tx, Response: response})
	o.moveBinding(e, bound)
}

// moveBinding registers again, once a flow, when the server sees us at another
// address than the one we told (a NAT before a UDP account).
func (o *owner) moveBinding(e *edge, bound bool) {
	b := &e.binding
	if !bound || b.moved || e.flow == nil || e.flow.isStream() || !e.public.IsValid() {
		return
	}
	if b.own == o.address(e.line, e.flow, e.flow.remote).String() {
		return
	}
	b.moved = true
	o.stepBinding(e, registration.Refresh{})
}

func (o *owner) bindingChanged(e *edge, c registration.Changed) {
	b, l := &e.binding, e.line
	stood := l.registered()
	b.state = c.State
	if c.State == ua.Registered {
		o.useBinding(e, c)
	} else {
		b.forgetGRUUs()
	}
	if o.tells(e, c.State) {
		o.tellBinding(e, c)
	}
	if other := e.other(); other != nil {
		o.stepBinding(other, registration.OtherFlow{Stands: c.State == ua.Registered})
	}
	o.steerSecond(l)
	if c.State != ua.Registered {
		return
	}
	o.moveCalls(l)
	if !stood || e.relocated {
		e.relocated = false
		o.startSubscriptions(l)
	}
}

// registered reports whether the account can be called by any way.
func (l *line) registered() bool {
	for _, e := range l.edges() {
		if e.binding.state == ua.Registered {
			return true
		}
	}
	return false
}

// useBinding takes over what the server said of the flow.
func (o *owner) useBinding(e *edge, c registration.Changed) {
	b := &e.binding
	before := e.pingEvery()
	b.outbound, b.flowTimer = c.Outbound, c.KeepAlive
	if e.flow != nil && e.pingEvery() != before {
		o.keepAlive(e)
	}
}

// steerSecond has the second way's binding stand beside the first where the
// registrar knows that they are one telephone (RFC 5626 §4.2.1), and instead of
// the first where it does not: as two bindings each call would come twice.
func (o *owner) steerSecond(l *line) {
	if l.second == nil || l.removed || o.stopping {
		return
	}
	first := l.edge.binding
	switch {
	case first.state == ua.Registered && !first.outbound:
		o.stepBinding(l.second, registration.Stop{})
	case first.state == ua.Registered, first.state == ua.RegistrationFailed:
		o.startEdge(l.second)
	}
}

// tells reports whether a change of one way is one of the account: it is not
// while it can be called by the other.
func (o *owner) tells(e *edge, state ua.RegistrationState) bool {
	if e.line.removed && o.lines[e.line.account.ID] != nil {
		return false // the account goes on, as another line
	}
	other := e.other()
	switch {
	case other == nil || state == ua.Registered:
		return true
	case state == ua.Unregistered:
		return !other.binding.running
	}
	return other.binding.state != ua.Registered
}

func (o *owner) tellBinding(e *edge, c registration.Changed) {
	now := o.config.Now()
	event := ua.RegistrationChanged{Account: e.line.account.ID, State: c.State, Status: c.Status, Cause: c.Cause}
	if c.State == ua.Registered && c.ExpiresIn > 0 {
		event.Expires = now.Add(c.ExpiresIn)
	}
	if c.State == ua.RegistrationFailed {
		event.Retry = now.Add(c.RetryIn)
	}
	if e.flow != nil {
		event.Server = e.flow.remote.String()
	}
	o.emit(event)
}

// moveCalls tells the far ends of calls that have outlived their flow where we
// are now (RFC 3261 §12.2: a target refresh).
func (o *owner) moveCalls(l *line) {
	for _, c := range o.calls {
		if c.line != l || c.contact == "" || l.stays(c.flow) {
			continue
		}
		e := l.edgeFor(&spec{flow: c.flow})
		if e.flow == nil || !e.flow.alive() {
			continue
		}
		o.tellMove(c, e.flow)
	}
}

// bindingLost tells the machine, unless a REGISTER was under way on the flow:
// then its failure tells the same.
func (o *owner) bindingLost(e *edge, cause error) {
	e.forgetAddress()
	if x := e.binding.x; x != nil && !x.final {
		return
	}
	o.stepBinding(e, registration.FlowLost{Cause: cause.Error()})
}
