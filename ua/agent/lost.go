package agent

import (
	"offhook/ua/dialog"
	"offhook/ua/wire"
)

// lostSending is a sending of a request that was given up for another server.
// It may live all the same: a server that was slow, not dead.
type lostSending struct {
	branch string
	x      exchange // as it was
}

// abandon leaves a sending alone: what it still brings is a stray.
func (x *exchange) abandon() {
	if x.spec.method == "INVITE" && x.request != nil {
		if via, err := wire.ParseVia(x.request.GetHeader("Via").Value()); err == nil {
			x.lost = append(x.lost, &lostSending{via.Branch(), *x})
		}
	}
	x.tx = nil
}

// lostOn reports whether a call has been tried by a flow that may still bring
// an answer.
func (c *call) lostOn(f *flow) bool {
	for _, x := range c.sent {
		for _, lost := range x.lost {
			if lost.x.flow.root() == f {
				return true
			}
		}
	}
	return false
}

// late takes a response to a sending that was given up. Ringing that nobody
// listens to is cancelled. Whoever answers has the call, if he is the first:
// then the other sending is cancelled; else the machine hangs up on him.
func (o *owner) late(c *call, tx dialog.Tx, x *exchange, lost *lostSending, m *wire.Message) {
	switch {
	case m.Status < 200:
		if lost.x.provisional = true; m.Status > 100 && !lost.x.final {
			lost.x.final = true // once
			former := lost.x
			former.final = false
			o.sendCancel(&former, "")
		}
	case m.Status < 300:
		lost.x.final = true
		now := x.spec.cseq
		credentials := x.credentials
		x.spec.cseq, x.credentials = lost.x.spec.cseq, lost.x.credentials // its ACK has them (RFC 3261 §13.2.2.4)
		o.step(c, dialog.Responded{Tx: tx, Response: o.dialogResponse(c, m)})
		x.spec.cseq, x.credentials = now, credentials
		if !x.final && x.tx != nil {
			o.sendCancel(x, "")
		}
	}
}

// lostBy finds the sending that a response is to, nil for none.
func (x *exchange) lostBy(m *wire.Message) *lostSending {
	via, err := wire.ParseVia(m.Get("Via"))
	if err != nil {
		return nil
	}
	for _, lost := range x.lost {
		if lost.branch == via.Branch() {
			return lost
		}
	}
	return nil
}
