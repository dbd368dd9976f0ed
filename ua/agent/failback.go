package agent

import (
	"cmp"
	"time"

	"offhook/ua/registration"
	"offhook/ua/wire"
)

// watchBetter looks from time to time whether a better server than the one in
// use is back, if there is one.
func (o *owner) watchBetter(e *edge) {
	o.clock.stop(e.failback)
	f := e.flow
	if f == nil || f.target.Rank == 0 || e.line.removed {
		return
	}
	every := cmp.Or(e.line.account.Failback, o.config.Failback)
	wait := every + time.Duration(o.random(uint64(every/5)+1)) // not all telephones at once
	e.failback = o.clock.after(wait, func() { o.probe(e, f) })
}

// probe opens a flow to a better server and asks it for a sign of life. Those
// whose time is not over are left in peace.
func (o *owner) probe(e *edge, f *flow) {
	if e.flow != f || o.stopping {
		return
	}
	d := dialer{servers: e.servers, tls: e.tls, policy: policyOf(e), below: f.target.Rank}
	o.dialBy(d, func(o *owner, better *flow, err error) {
		switch {
		case err != nil:
			o.watchBetter(e)
		case e.flow != f || o.stopping || e.line.removed:
			better.finish()
		default:
			o.ask(e, f, better)
		}
	})
}

// ask sends OPTIONS (RFC 3261 §11). A server that cannot serve says so or is silent.
func (o *owner) ask(e *edge, f, better *flow) {
	l := e.line
	cseq := uint32(o.random(1 << 15))
	host, port, _ := splitServer(l.account.Domain)
	x := &exchange{line: l, spec: spec{
		method: "OPTIONS", uri: wire.URI{Host: host, Port: port}.String(), via: better,
		from: withTag(l.identity(), o.token(9)), to: l.identity(), callID: o.token(18), contact: "-",
	}}
	x.next = func() uint32 { cseq++; return cseq }
	done := func(alive bool) {
		o.clock.stop(x.patience)
		if x.void {
			return
		}
		x.void = true
		if alive {
			o.health.Worked(better.target.Server(), time.Now())
			o.failBack(e, f, better)
			return
		}
		o.stillDown(e, better)
	}
	x.patience = o.clock.after(2*o.silence(l), func() { done(false) })
	x.answer = func(m wire.Message, _ error) {
		if m.Status >= 200 {
			done(m.Status < 500 && m.Status != 408 || m.Status >= 600 || m.Status == 501)
		}
	}
	x.failed = func(error) { done(false) }
	o.send(x)
}

// stillDown: calls that had stayed with the server come over to the other one.
func (o *owner) stillDown(e *edge, f *flow) {
	server := f.target.Server()
	o.health.Failed(server, time.Now(), 0)
	f.close(errSilent)
	for _, former := range e.former {
		if former.target.Server() == server {
			former.close(errSilent)
		}
	}
	o.watchBetter(e)
}

// failBack makes the better server's flow the account's, and registers over it.
// Calls stay on the flow that they have until they end.
func (o *owner) failBack(e *edge, f, better *flow) {
	if e.flow != f || o.stopping || e.line.removed {
		better.finish()
		return
	}
	o.log.Info("a better server is back", "account", e.line.account.ID, "server", better.target.Address)
	o.retire(e, f)
	o.useFlow(e, better)
	o.stepBinding(e, registration.NetworkChanged{})
}
