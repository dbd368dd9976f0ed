package pbx

import (
	"context"
	"net"
	"time"

	"github.com/emiago/sipgo"
	"github.com/emiago/sipgo/sip"
)

// The states of a leg, as RFC 4235 names them.
const (
	trying     = "trying"
	early      = "early"
	confirmed  = "confirmed"
	terminated = "terminated"
)

// leg is one side of a call: a dialog and its sound. Its owner is the call's
// goroutine.
type leg struct {
	party    string
	dialog   dialog
	sound    *sound
	state    string
	incoming *incoming // the INVITE of the phone that is being served
	outgoing *outgoing // our INVITE that is under way
	ack      *sip.Request
	binding  binding // of an outgoing leg
	retried  bool    // was offered in the clear after it refused encryption
}

// incoming is an INVITE that we serve. Its handler, a goroutine of sipgo's,
// must stay until finished is closed.
type incoming struct {
	req      *sip.Request
	tx       sip.ServerTransaction
	finished chan struct{}
	ok       *sip.Response // the 2xx that waits for its ACK
	offered  bool          // the 2xx has our offer, the ACK brings the answer
	reading  *reading      // the offer, unless it had none
	answer   []byte        // that was sent or will be
	final    bool
	over     bool
}

// finish lets the handler go.
func (i *incoming) finish() {
	if !i.over {
		i.over = true
		close(i.finished)
	}
}

// outgoing is an INVITE that we sent.
type outgoing struct {
	req       *sip.Request
	tx        sip.ClientTransaction
	reInvite  bool
	ringing   bool // a provisional response came: it may be cancelled (RFC 3261 §9.1)
	cancelled bool
	cancelAt  string // the Reason of a CANCEL that waits for that
}

// respond answers the INVITE that is being served.
func (l *leg) respond(status int, phrase string, content []byte, headers ...sip.Header) {
	in := l.incoming
	if in == nil || in.final {
		return
	}
	res := sip.NewResponseFromRequest(in.req, status, phrase, nil)
	res.To().Params.Add("tag", l.dialog.local.tag)
	if status > 100 && status < 300 {
		res.AppendHeader(&sip.ContactHeader{Address: l.dialog.contact})
	}
	for _, h := range headers {
		res.AppendHeader(h)
	}
	res.AppendHeader(sip.NewHeader("Allow", allowed))
	res.AppendHeader(sip.NewHeader("Server", product))
	body(res, sdpType, content)
	// A phone that is gone is noticed by its missing ACK or its connection.
	_ = in.tx.Respond(res)
	if status < 200 {
		return
	}
	in.final = true
	if status >= 300 {
		in.finish()
		return
	}
	in.ok = res
}

// withVia is for requests that carry everything but their Via.
func withVia(c *sipgo.Client, req *sip.Request) error { return sipgo.ClientRequestAddVia(c, req) }

// complete is for requests that carry even that: a CANCEL has its INVITE's.
func complete(*sipgo.Client, *sip.Request) error { return nil }

// send sends a request whose response nobody needs, in a goroutine of its own.
func (p *PBX) send(req *sip.Request, option sipgo.ClientRequestOption, done func(*sip.Response, error)) {
	tx, err := p.client.TransactionRequest(context.Background(), req, option)
	if err != nil {
		p.log.Debug("a request was not sent", "method", string(req.Method), "error", err)
		if done != nil {
			done(nil, err)
		}
		return
	}
	p.serving.Go(func() {
		res, err := p.await(tx)
		if done != nil {
			done(res, err)
		}
	})
}

// await reads a transaction's final response.
func (p *PBX) await(tx sip.ClientTransaction) (*sip.Response, error) {
	timeout := time.NewTimer(10 * time.Second)
	defer timeout.Stop()
	defer tx.Terminate()
	for {
		select {
		case res := <-tx.Responses():
			if !res.IsProvisional() {
				return res, nil
			}
		case <-tx.Done():
			if err := tx.Err(); err != nil {
				return nil, err
			}
			return nil, net.ErrClosed // the exchange ends
		case <-timeout.C:
			return nil, context.DeadlineExceeded
		case <-p.ctx.Done():
			return nil, p.ctx.Err()
		}
	}
}

// bye ends a confirmed dialog.
func (p *PBX) bye(l *leg) {
	l.state = terminated
	req := l.dialog.request(sip.BYE, l.dialog.next())
	p.send(req, withVia, nil)
}

// acknowledge sends the ACK of a 2xx, and keeps it for retransmissions.
func (p *PBX) acknowledge(l *leg, invite *sip.Request) {
	l.ack = l.dialog.request(sip.ACK, invite.CSeq().SeqNo)
	if err := p.client.WriteRequest(l.ack, withVia); err != nil {
		p.log.Debug("an ACK was not sent", "error", err)
	}
}

// revoke cancels an INVITE that has no final response yet.
func (p *PBX) revoke(l *leg, why string) {
	out := l.outgoing
	if out == nil || out.cancelled {
		return
	}
	if !out.ringing {
		out.cancelAt = why
		return
	}
	out.cancelled = true
	req := sip.NewRequest(sip.CANCEL, *out.req.Recipient.Clone())
	req.AppendHeader(out.req.Via().Clone())
	for _, name := range []string{"Route", "From", "To", "Call-ID"} {
		sip.CopyHeaders(name, out.req, req)
	}
	hops := sip.MaxForwardsHeader(70)
	req.AppendHeader(&sip.CSeqHeader{SeqNo: out.req.CSeq().SeqNo, MethodName: sip.CANCEL})
	req.AppendHeader(&hops)
	if why != "" {
		req.AppendHeader(sip.NewHeader("Reason", why))
	}
	req.SetTransport(out.req.Transport())
	req.SetDestination(out.req.Destination())
	req.SetBody(nil)
	p.send(req, complete, nil)
}
