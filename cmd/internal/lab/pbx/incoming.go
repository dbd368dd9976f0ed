package pbx

import (
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"

	"offhook/cmd/internal/lab/journal"
	"offhook/media"
	"offhook/media/sdp"
)

// onInvite serves an INVITE; sipgo ends the transaction when it returns.
func (p *PBX) onInvite(req *sip.Request, tx sip.ServerTransaction) {
	if k, ok := keyOf(req); ok {
		at, found := p.calls.find(k)
		if !found {
			p.answer(req, tx, 481, "Call/Transaction Does Not Exist")
			return
		}
		in := &incoming{req: req, tx: tx, finished: make(chan struct{})}
		p.attend(at.call, in, func() { at.call.reInvited(at.leg, in) }, func() {})
		return
	}
	from, _, ok := p.admit(req, tx, true)
	if !ok {
		p.rest(tx)
		return
	}
	c := p.newCall(from, req.Recipient.User)
	p.serving.Go(c.run)
	in := &incoming{req: req, tx: tx, finished: make(chan struct{})}
	p.attend(c, in, func() { c.invited(in) }, func() {
		in.final = true // sipgo has answered 487 itself
		c.finish(487, "cancelled by the caller")
	})
}

// attend hands an INVITE to its call and stays until it is done with.
func (p *PBX) attend(c *call, in *incoming, begin, cancelled func()) {
	in.tx.OnCancel(func(r *sip.Request) {
		c.try(func() {
			if why := r.GetHeader("Reason"); why != nil { // who rings is told what we are (RFC 3326)
				c.why = why.Value()
			}
			cancelled()
		})
	})
	if !c.post(begin) {
		p.answer(in.req, in.tx, 481, "Call/Transaction Does Not Exist")
		p.rest(in.tx)
		return
	}
	p.linger(c, in)
	if in.ok == nil {
		p.rest(in.tx)
	}
}

// linger waits until the call has done with an INVITE.
func (p *PBX) linger(c *call, in *incoming) {
	done, acks := in.tx.Done(), in.tx.Acks()
	for {
		select {
		case <-in.finished:
			return
		case <-c.ended:
			return
		case ack := <-acks: // with the branch of its INVITE, as RFC 2543 had it
			c.post(func() { c.acknowledged(c.owner(in), ack) })
		case <-done:
			done = nil
			c.post(func() {
				if !in.over && !in.final {
					c.finish(480, "the caller's connection has ended")
				}
			})
		}
	}
}

// rest keeps the transaction of a refused INVITE until its ACK has come, for
// sipgo ends it when the handler returns.
func (p *PBX) rest(tx sip.ServerTransaction) {
	limit := time.NewTimer(4 * time.Second)
	defer limit.Stop()
	select {
	case <-tx.Acks():
	case <-tx.Done():
	case <-limit.C:
	case <-p.ctx.Done():
	}
}

// invited starts a call from a phone.
func (c *call) invited(in *incoming) {
	d := c.pbx.accepted(in.req)
	l, err := c.newLeg(c.from, d, sdp.Optional)
	if err != nil {
		c.pbx.log.Error("no leg for the caller", "error", err)
		c.pbx.answer(in.req, in.tx, 500, "The exchange has no port left")
		in.final = true
		in.finish()
		c.over = true
		return
	}
	l.incoming, c.caller = in, l
	l.respond(100, "Trying", nil)
	c.pbx.note(journal.Call, "call %d: %s calls %s", c.id, c.from, c.to)
	if offer := in.req.Body(); len(offer) > 0 {
		r, err := l.sound.read(offer)
		if err != nil {
			c.finish(488, reason(err))
			return
		}
		in.reading = &r
	}
	if serve := services[c.to]; serve != nil {
		serve(c)
		return
	}
	c.reach()
}

// reach rings the phones of the dialled extension.
func (c *call) reach() {
	if _, known := c.pbx.names[c.to]; !known {
		c.finish(404, "Not Found: nobody has the number "+c.to)
		return
	}
	var bindings []binding
	registered := c.pbx.registrar.lookup(c.to, time.Now())
	for _, b := range registered {
		if b.flow != c.caller.dialog.flow && c.pbx.reachable(b.flow) {
			bindings = append(bindings, b)
		}
	}
	switch {
	case len(bindings) > 0:
		formats := plainFormats()
		if r := c.caller.incoming.reading; r != nil {
			formats = r.remote.Formats
		}
		c.ring(bindings, c.pbx.identity(c.from), formats)
	case len(registered) > 0 && c.to == c.from:
		c.finish(486, "Busy Here: that is this phone")
	default:
		c.finish(480, "Temporarily Unavailable: "+c.to+" is not registered")
	}
}

// progress passes ringing, or sound before the answer, on to the caller.
func (c *call) progress(status int, phrase string, formats []media.Format) {
	c.state = early
	c.caller.state = early
	if formats == nil || c.caller.incoming.reading == nil {
		c.caller.respond(status, phrase, nil)
		return
	}
	if err := c.describe(formats); err != nil {
		c.finish(488, reason(err))
		return
	}
	c.caller.respond(183, "Session Progress", c.caller.incoming.answer)
}

// describe answers the caller's offer, once.
func (c *call) describe(formats []media.Format) error {
	in := c.caller.incoming
	if in.answer != nil {
		return nil
	}
	var err error
	in.answer, err = c.caller.sound.answer(*in.reading, formats, media.SendRecv)
	return err
}

// pickUp answers the caller with 200. Without an offer in the INVITE the 200
// brings ours (RFC 3264 §5, RFC 3261 §13.2.1). Ready runs once both sides'
// descriptions are there, before the phone knows: its first packet must find
// the way open.
func (c *call) pickUp(formats []media.Format, ready func()) bool {
	in := c.caller.incoming
	var err error
	if in.reading == nil {
		in.offered, c.ready = true, ready
		in.answer, err = c.caller.sound.offer(formats, media.SendRecv)
	} else if err = c.describe(formats); err == nil {
		ready()
	}
	if err != nil {
		c.finish(488, reason(err))
		return false
	}
	c.caller.state = confirmed
	c.succeed(c.caller, in)
	c.confirm()
	return true
}

// succeed sends a 2xx and sends it again until the ACK comes (RFC 3261
// §13.3.1.4).
func (c *call) succeed(l *leg, in *incoming) {
	l.incoming = in
	l.respond(200, "OK", in.answer)
	interval, total := sip.T1, time.Duration(0)
	var again func()
	again = func() {
		if in.over {
			return
		}
		if total += interval; total >= 64*sip.T1 {
			in.finish()
			c.finish(408, "the phone did not acknowledge the answer")
			return
		}
		_ = in.tx.Respond(in.ok)
		interval = min(2*interval, sip.T2)
		c.after(interval, again)
	}
	c.after(interval, again)
}

// onAck ends the wait for an ACK.
func (p *PBX) onAck(req *sip.Request, _ sip.ServerTransaction) {
	k, _ := keyOf(req)
	if at, found := p.calls.find(k); found {
		at.call.post(func() { at.call.acknowledged(at.leg, req) })
	}
}

// owner finds the leg whose INVITE that is.
func (c *call) owner(in *incoming) *leg {
	for _, l := range c.legs() {
		if l.incoming == in {
			return l
		}
	}
	return nil
}

func (c *call) acknowledged(l *leg, ack *sip.Request) {
	if l == nil {
		return
	}
	in := l.incoming
	if in == nil || in.ok == nil || in.over || ack.CSeq().SeqNo != in.req.CSeq().SeqNo {
		return
	}
	in.finish()
	if !in.offered {
		return
	}
	if err := l.sound.accept(ack.Body()); err != nil {
		c.finish(488, reason(err))
		return
	}
	for _, next := range []*func(){&c.ready, &c.begin} {
		if f := *next; f != nil {
			*next = nil
			f()
		}
	}
}

// onBye ends a call.
func (p *PBX) onBye(req *sip.Request, tx sip.ServerTransaction) {
	k, _ := keyOf(req)
	at, found := p.calls.find(k)
	if !found {
		p.onStray(req, tx)
		return
	}
	p.answer(req, tx, 200, "OK")
	at.call.post(func() {
		at.leg.state = terminated
		if at.leg.incoming != nil && !at.leg.incoming.final {
			at.leg.respond(487, "Request Terminated", nil) // RFC 3261 §15.1.2
		}
		at.call.finish(487, at.leg.party+" hung up")
	})
}

// onInfo takes DTMF of phones that send it so, and any other INFO.
func (p *PBX) onInfo(req *sip.Request, tx sip.ServerTransaction) {
	k, _ := keyOf(req)
	at, found := p.calls.find(k)
	if !found {
		p.onStray(req, tx)
		return
	}
	if digit := relayed(req); digit != "" { // before the answer: the next one comes after that
		at.call.post(func() { at.call.heard(at.leg, digit, 0) })
	}
	p.answer(req, tx, 200, "OK")
}

// relayed reads the de-facto application/dtmf-relay.
func relayed(req *sip.Request) string {
	kind := req.ContentType()
	if kind == nil || !strings.EqualFold(strings.TrimSpace(kind.Value()), "application/dtmf-relay") {
		return ""
	}
	for line := range strings.Lines(string(req.Body())) {
		name, value, _ := strings.Cut(line, "=")
		value = strings.TrimSpace(value)
		if strings.EqualFold(strings.TrimSpace(name), "signal") && len(value) == 1 && strings.Contains("0123456789*#ABCD", value) {
			return value
		}
	}
	return ""
}
