package agent

import (
	"errors"
	"hash/fnv"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"offhook/ua"
	"offhook/ua/dialog"
	"offhook/ua/registration"
	"offhook/ua/wire"
)

// binding is a registration machine at work.
type binding struct {
	machine registration.Machine
	running bool // between Start and Done
	callID  string
	tag     string
	cseq    uint32
	timer   *alarm
	x       *exchange // the REGISTER that is under way
	own     string    // URI of our Contact in it
	state   ua.RegistrationState
	moved   bool     // a refresh for a changed public address was asked for
	service []string // Service-Route (RFC 3608)
}

// leaving reports whether the binding is still to be removed.
func (l *line) leaving() bool { return l.binding.running && (l.removed || l.binding.x != nil) }

func (o *owner) startBinding(l *line) {
	b := &l.binding
	if !l.account.Register {
		return
	}
	b.running = true
	b.callID, b.tag, b.cseq = o.token(18), o.token(9), uint32(o.random(1<<15))
	b.machine = registration.New(registration.Config{
		Expires: l.account.Expires, Server: l.query.Host,
		StopWithin: o.config.ShutdownTimeout, Seed: o.seed(), Spread: o.spread(l),
	})
	o.stepBinding(l, registration.Start{})
}

// unregister removes the binding; leaving turns false when that is done.
func (o *owner) unregister(l *line) {
	o.endMailbox(l)
	if l.binding.running {
		o.stepBinding(l, registration.Stop{})
	}
}

func (o *owner) stepBinding(l *line, in registration.Input) {
	b := &l.binding
	if !b.running {
		return
	}
	var actions []registration.Action
	b.machine, actions = b.machine.Step(in)
	for _, action := range actions {
		switch action := action.(type) {
		case registration.Send:
			o.register(l, action)
		case registration.StartTimer:
			o.clock.stop(b.timer)
			fired := registration.TimerFired{Gen: action.Gen}
			b.timer = o.clock.after(action.After, func() { o.stepBinding(l, fired) })
		case registration.StopTimer:
			o.clock.stop(b.timer)
		case registration.Changed:
			o.bindingChanged(l, action)
		case registration.Done:
			b.running = false
			if b.x != nil {
				b.x.void = true
				b.x = nil
			}
			o.clock.stop(b.timer)
			if l.removed {
				o.settle(l)
			}
		}
	}
}

func (o *owner) register(l *line, action registration.Send) {
	b := &l.binding
	if b.x != nil {
		b.x.void = true
	}
	host, port, _ := splitServer(l.account.Domain)
	s := spec{
		method: "REGISTER", uri: wire.URI{Host: host, Port: port}.String(),
		from: withTag(l.identity(), b.tag), to: l.identity(), callID: b.callID,
		contact: o.instance(), extra: []wire.Field{
			{Name: "Expires", Value: strconv.Itoa(int(action.Expires / time.Second))},
			{Name: "Supported", Value: "path"},
			{Name: "Allow", Value: allow},
		},
	}
	if action.Target != "" {
		s.uri, s.elsewhere = action.Target, true
	}
	x := &exchange{line: l, spec: s}
	x.next = func() uint32 { b.cseq++; return b.cseq }
	x.prepared = func(f *flow, to netip.AddrPort) { b.own = o.contact(l, f, to) }
	x.answer = func(m wire.Message, refusal error) {
		if m.Status < 200 {
			return
		}
		b.x = nil
		o.registered(l, action, &m, refusal)
	}
	x.failed = func(err error) {
		b.x = nil
		if x.flow != nil && !x.flow.alive() {
			o.stepBinding(l, registration.FlowLost{Cause: err.Error()})
			return
		}
		silent := errors.Is(err, errTimeout)
		o.stepBinding(l, registration.Failed{Tx: action.Tx, Timeout: silent, Refused: wasRefused(err), Cause: err.Error()})
		if silent && l.flow != nil {
			l.flow.close(err) // the next attempt asks DNS and connects again
		}
	}
	b.x = x
	o.send(x)
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

// instance are the Contact parameters that name this device (RFC 5626 §4.1).
func (o *owner) instance() string {
	if o.config.InstanceID == "" {
		return ""
	}
	return `;+sip.instance="<` + strings.Trim(o.config.InstanceID, `"<>`) + `>"`
}

func (o *owner) registered(l *line, action registration.Send, m *wire.Message, refusal error) {
	b := &l.binding
	response := registration.Response{
		Status: m.Status, Reason: m.Reason, Own: b.own, RetryAfter: retryAfter(m),
	}
	if o.config.InstanceID != "" {
		response.Instance = "<" + o.config.InstanceID + ">"
	}
	if refusal != nil {
		response.Cause = refusal.Error()
	}
	for _, text := range m.List("Contact") {
		contact, err := wire.ParseAddress(text)
		if err != nil {
			continue
		}
		one := registration.Contact{URI: contact.URI}
		one.Instance, _ = contact.Params.Get("+sip.instance")
		value, _ := contact.Params.Get("expires")
		one.Expires, one.HasExpires = delta(value)
		response.Contacts = append(response.Contacts, one)
	}
	response.Expires, response.HasExpires = delta(m.Get("Expires"))
	response.MinExpires, _ = delta(m.Get("Min-Expires"))
	if m.Status/100 == 2 && action.Expires > 0 {
		b.service = m.List("Service-Route")
	}
	o.stepBinding(l, registration.Responded{Tx: action.Tx, Response: response})
	o.moveBinding(l, m.Status/100 == 2 && action.Expires > 0)
}

// moveBinding registers again, once a flow, when the server sees us at another
// address than the one we told (a NAT before a UDP account).
func (o *owner) moveBinding(l *line, bound bool) {
	b := &l.binding
	if !bound || b.moved || l.flow == nil || l.flow.isStream() || b.own == o.contact(l, l.flow, l.flow.remote) {
		return
	}
	b.moved = true
	o.stepBinding(l, registration.Refresh{})
}

func delta(text string) (time.Duration, bool) {
	n, err := strconv.ParseUint(strings.TrimSpace(text), 10, 32)
	return time.Duration(n) * time.Second, err == nil
}

func (o *owner) bindingChanged(l *line, c registration.Changed) {
	b := &l.binding
	before := b.state
	b.state = c.State
	if l.removed && o.lines[l.account.ID] != nil {
		return // the account goes on, as another line
	}
	now := o.config.Now()
	event := ua.RegistrationChanged{Account: l.account.ID, State: c.State, Status: c.Status, Cause: c.Cause}
	if c.State == ua.Registered && c.ExpiresIn > 0 {
		event.Expires = now.Add(c.ExpiresIn)
	}
	if c.State == ua.RegistrationFailed {
		event.Retry = now.Add(c.RetryIn)
	}
	if l.flow != nil {
		event.Server = l.flow.remote.String()
	}
	o.emit(event)
	if c.State == ua.Registered {
		o.moveCalls(l)
	}
	if c.State == ua.Registered && before != ua.Registered {
		o.startMailbox(l)
	}
}

// moveCalls tells the far ends of calls that have outlived their flow where we
// are now (RFC 3261 §12.2: a target refresh).
func (o *owner) moveCalls(l *line) {
	if l.flow == nil || !l.flow.alive() {
		return
	}
	here := o.contact(l, l.flow, l.flow.remote)
	for _, c := range o.calls {
		if c.line == l && c.contact != "" && c.contact != here {
			o.step(c, dialog.Refresh{})
		}
	}
}

// bindingLost tells the machine, unless a REGISTER was under way on the flow:
// then its failure tells the same.
func (o *owner) bindingLost(l *line, cause error) {
	l.public, l.binding.moved = netip.AddrPort{}, false
	if x := l.binding.x; x != nil && !x.final {
		return
	}
	o.stepBinding(l, registration.FlowLost{Cause: cause.Error()})
}
