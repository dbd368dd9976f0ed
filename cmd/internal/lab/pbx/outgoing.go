package pbx

import (
	"context"

	"github.com/emiago/sipgo/sip"

	"offhook/cmd/internal/lab/journal"
	"offhook/media"
	"offhook/media/sdp"
)

// completedElsewhere is why the other phones stop ringing (RFC 3326 §2).
const completedElsewhere = `SIP;cause=200;text="Call completed elsewhere"`

// ring calls every binding at once.
func (c *call) ring(bindings []binding, from party, formats []media.Format) {
	for _, b := range bindings {
		policy := sdp.Optional
		if b.flow.transport == "tls" {
			policy = sdp.Mandatory
		}
		c.fork(b, from, formats, policy)
	}
	c.after(ringTime, func() {
		if c.callee == nil {
			c.finish(480, "Temporarily Unavailable: nobody answers")
		}
	})
}

// fork sends an INVITE to one binding.
func (c *call) fork(b binding, from party, formats []media.Format, policy sdp.Policy) {
	l, err := c.newLeg(b.Extension, c.pbx.originated(b, from), policy)
	if err != nil {
		c.refusal.offer(500, "The exchange has no port left")
		c.refused()
		return
	}
	l.binding, l.retried = b, policy == sdp.Off
	c.forks = append(c.forks, l)
	offer, err := l.sound.offer(formats, media.SendRecv)
	if err != nil {
		c.unanswered(l, 500, err.Error())
		return
	}
	req := l.dialog.request(sip.INVITE, l.dialog.localSeq)
	req.AppendHeader(asserted(from))
	req.AppendHeader(sip.NewHeader("Allow", allowed))
	body(req, sdpType, offer)
	c.invite(l, req, false)
}

// invite sends an INVITE or re-INVITE and has its responses posted.
func (c *call) invite(l *leg, req *sip.Request, again bool) {
	tx, err := c.pbx.client.TransactionRequest(context.Background(), req, withVia)
	if err != nil {
		c.pbx.log.Warn("an INVITE was not sent", "to", l.party, "error", err)
		c.post(func() { c.failed(l, again, 503, "the phone cannot be reached") })
		return
	}
	out := &outgoing{req: req, tx: tx, reInvite: again}
	l.outgoing = out
	tx.OnRetransmission(func(*sip.Response) {
		c.try(func() {
			if l.ack != nil {
				_ = c.pbx.client.WriteRequest(l.ack, complete)
			}
		})
	})
	c.pbx.serving.Go(func() { c.pump(l, out) })
}

// pump posts a transaction's responses. It reads until the transaction ends:
// sipgo holds its lock until a response is taken.
func (c *call) pump(l *leg, out *outgoing) {
	final := false
	for {
		select {
		case res := <-out.tx.Responses():
			if res.To() == nil || res.CSeq() == nil {
				continue
			}
			final = final || !res.IsProvisional()
			if !c.post(func() { c.response(l, out, res) }) {
				c.pbx.late(l, out, res)
			}
		case <-out.tx.Done():
			if !final {
				c.post(func() { c.failed(l, out.reInvite, 408, "the phone does not answer") })
			}
			return
		}
	}
}

// late takes a 2xx that comes after the call has ended: the dialog exists and
// must be ended too (RFC 3261 §13.2.2.4).
func (p *PBX) late(l *leg, out *outgoing, res *sip.Response) {
	if out.reInvite || !res.IsSuccess() {
		if out.cancelAt != "" || l.state == terminated {
			p.revokeLate(l, out, res)
		}
		return
	}
	l.dialog.established(res)
	p.acknowledge(l, out.req)
	p.bye(l)
}

// revokeLate sends the CANCEL that waited for a provisional response.
func (p *PBX) revokeLate(l *leg, out *outgoing, res *sip.Response) {
	if !res.IsProvisional() || out.reInvite {
		return
	}
	out.ringing = true
	p.revoke(l, out.cancelAt)
}

func (c *call) response(l *leg, out *outgoing, res *sip.Response) {
	switch {
	case out.reInvite:
		c.reAnswered(l, out, res)
	case res.IsProvisional():
		c.provisional(l, out, res)
	case res.IsSuccess():
		c.accepted(l, out, res)
	case (res.StatusCode == 488 || res.StatusCode == 415 || res.StatusCode == 606) && l.sound.policy == sdp.Mandatory && !l.retried:
		c.pbx.note(journal.Call, "call %d: %s takes no encryption (%d); offering it in the clear", c.id, l.party, res.StatusCode)
		formats := plainFormats()
		if c.caller != nil && c.caller.incoming.reading != nil {
			formats = c.caller.incoming.reading.remote.Formats
		}
		l.state = terminated
		c.fork(l.binding, l.dialog.local, formats, sdp.Off)
	default:
		c.unanswered(l, res.StatusCode, res.Reason)
	}
}

func (c *call) provisional(l *leg, out *outgoing, res *sip.Response) {
	out.ringing = true
	if out.cancelAt != "" || l.state == terminated {
		c.pbx.revoke(l, out.cancelAt)
		return
	}
	if res.StatusCode == 100 || c.callee != nil {
		return
	}
	l.state = early
	if c.caller == nil {
		c.state = early
		return
	}
	// Sound before the answer is passed on when there is one phone to hear.
	if len(res.Body()) > 0 && len(c.forks) == 1 && l.sound.accept(res.Body()) == nil {
		c.progress(res.StatusCode, res.Reason, l.sound.formats())
		if c.caller.sound.up {
			l.sound.port.Feed(forward(l.sound, c.caller.sound))
		}
		return
	}
	c.progress(res.StatusCode, res.Reason, nil)
}

// accepted takes a 2xx: the first phone that answers has the call.
func (c *call) accepted(l *leg, out *outgoing, res *sip.Response) {
	if l.state == confirmed {
		_ = c.pbx.client.WriteRequest(l.ack, complete)
		return
	}
	l.dialog.established(res)
	c.pbx.acknowledge(l, out.req)
	if c.callee != nil || l.state == terminated {
		c.pbx.bye(l)
		return
	}
	l.state = confirmed
	if err := l.sound.accept(res.Body()); err != nil {
		c.pbx.bye(l)
		c.unanswered(l, 488, reason(err))
		return
	}
	c.callee = l
	for _, other := range c.forks {
		if other != l && other.state != terminated {
			other.state = terminated
			c.pbx.revoke(other, completedElsewhere)
		}
	}
	if c.caller == nil {
		c.confirm()
		c.answered(l)
		return
	}
	c.pickUp(l.sound.formats(), c.join)
}

// unanswered takes a fork out.
func (c *call) unanswered(l *leg, status int, phrase string) {
	l.state = terminated
	if status == 401 || status == 407 {
		status, phrase = 500, "the phone asks for a password" // it is not the caller's to give
	}
	c.refusal.offer(status, phrase)
	c.refused()
}

// refused ends the call when no phone rings any more.
func (c *call) refused() {
	if c.callee != nil {
		return
	}
	for _, l := range c.forks {
		if l.state != terminated {
			return
		}
	}
	c.finish(c.refusal.status, c.refusal.phrase)
}

func (c *call) failed(l *leg, again bool, status int, phrase string) {
	if again {
		c.reFailed(l, status, phrase)
		return
	}
	c.unanswered(l, status, phrase)
}

// join lets the sound of both legs through.
func (c *call) join() {
	if c.caller == nil || c.callee == nil || !c.caller.sound.up || !c.callee.sound.up {
		return
	}
	c.caller.sound.port.Feed(forward(c.caller.sound, c.callee.sound))
	c.callee.sound.port.Feed(forward(c.callee.sound, c.caller.sound))
}
