package pbx

import (
	"math/rand/v2"
	"strconv"

	"github.com/emiago/sipgo/sip"

	"offhook/cmd/internal/lab/journal"
	"offhook/media"
)

// reInvited takes a re-INVITE: hold, resume, or a new address. It is passed on
// to the other side, whose answer makes ours (RFC 3264 §8.4).
func (c *call) reInvited(l *leg, in *incoming) {
	seq := in.req.CSeq().SeqNo
	if last := l.incoming; last != nil && last.ok != nil && !last.offered {
		// The phone has our answer or it would not ask again: its ACK was
		// overtaken, for sipgo hands messages over in any order.
		last.finish()
	}
	switch {
	case l.state != confirmed || l.incoming != nil && !l.incoming.over || seq < l.dialog.remoteSeq:
		// RFC 3261 §14.2: one at a time.
		c.decline(l, in, 500, "Another INVITE is in progress", sip.NewHeader("Retry-After", strconv.Itoa(rand.IntN(10))))
		return
	case l.outgoing != nil && l.outgoing.reInvite || c.pending != nil:
		c.decline(l, in, 491, "Request Pending")
		return
	}
	l.dialog.remoteSeq = seq
	if contact := in.req.Contact(); contact != nil {
		l.dialog.target = contact.Address // target refresh
	}
	l.incoming = in
	if len(in.req.Body()) == 0 {
		c.offerAgain(l, in)
		return
	}
	r, err := l.sound.read(in.req.Body())
	if err != nil {
		l.respond(488, reason(err), nil)
		return
	}
	in.reading = &r
	peer := c.other(l)
	if peer == nil {
		c.answerAgain(l, in, l.sound.formats(), media.SendRecv)
		return
	}
	c.passOn(l, peer, r)
}

func (c *call) decline(l *leg, in *incoming, status int, phrase string, headers ...sip.Header) {
	kept := l.incoming
	l.incoming = in
	l.respond(status, phrase, nil, headers...)
	l.incoming = kept
}

// offerAgain answers a re-INVITE without a description with our offer.
func (c *call) offerAgain(l *leg, in *incoming) {
	var err error
	in.offered = true
	if in.answer, err = l.sound.offer(l.sound.formats(), media.SendRecv); err != nil {
		l.respond(500, err.Error(), nil)
		return
	}
	c.succeed(l, in)
}

// answerAgain answers a re-INVITE and tells the journal of hold and resume.
func (c *call) answerAgain(l *leg, in *incoming, formats []media.Format, direction media.Direction) {
	before := l.sound.agreed.Direction
	var err error
	if in.answer, err = l.sound.answer(*in.reading, formats, direction); err != nil {
		l.respond(488, reason(err), nil)
		return
	}
	c.join()
	c.succeed(l, in)
	if after := l.sound.agreed.Direction; after != before {
		c.pbx.note(journal.Call, "call %d: the sound with %s is %s now", c.id, l.party, after)
	}
}

// passOn offers to the peer what the leg has offered to us.
func (c *call) passOn(l, peer *leg, r reading) {
	offer, err := peer.sound.offer(r.remote.Formats, r.remote.Direction)
	if err != nil {
		l.respond(500, err.Error(), nil)
		return
	}
	c.pending = l
	req := peer.dialog.request(sip.INVITE, peer.dialog.next())
	body(req, sdpType, offer)
	c.invite(peer, req, true)
}

// reAnswered takes the peer's response to what was passed on.
func (c *call) reAnswered(peer *leg, out *outgoing, res *sip.Response) {
	switch {
	case res.IsProvisional():
	case res.IsSuccess():
		if peer.outgoing != out { // again
			_ = c.pbx.client.WriteRequest(peer.ack, complete)
			return
		}
		peer.outgoing = nil
		if contact := res.Contact(); contact != nil {
			peer.dialog.target = contact.Address
		}
		c.pbx.acknowledge(peer, out.req)
		if err := peer.sound.accept(res.Body()); err != nil {
			c.reFailed(peer, 488, reason(err))
			return
		}
		l := c.pending
		c.pending = nil
		if l != nil && l.incoming != nil && l.incoming.reading != nil {
			c.answerAgain(l, l.incoming, peer.sound.formats(), peer.sound.agreed.Direction.Reverse())
		}
	default:
		c.reFailed(peer, res.StatusCode, res.Reason)
	}
}

// reFailed passes the peer's refusal back: what stood before stands. A peer
// that knows nothing of the dialog any more ends the call (RFC 3261 §14.1).
func (c *call) reFailed(peer *leg, status int, phrase string) {
	peer.outgoing = nil
	peer.sound.rollback()
	l := c.pending
	c.pending = nil
	if l != nil {
		l.respond(status, phrase, nil)
	}
	if status == 481 || status == 408 || status == 503 {
		peer.state = terminated
		c.finish(480, peer.party+" is gone")
	}
}
