package pbx

import (
	"context"
	"time"

	"github.com/emiago/sipgo/sip"

	"offhook/media"
)

// dialled is a call that the test phone made.
type dialled struct {
	ph     *testPhone
	voice  *voice
	invite *sip.Request
	tx     sip.ClientTransaction
	dialog dialog
}

// dial sends an INVITE, answers the challenge, and returns without waiting for
// a response to the second.
func (ph *testPhone) dial(to string) *dialled {
	ph.t.Helper()
	d := &dialled{ph: ph, voice: ph.voice()}
	offer, err := d.voice.offer(plainFormats(), media.SendRecv)
	must(ph.t, err)
	req := ph.request(sip.INVITE, to)
	body(req, sdpType, offer)
	res, err := ph.exchange(req)
	must(ph.t, err)
	if res.StatusCode != 407 {
		ph.t.Fatalf("an INVITE without credentials got %d", res.StatusCode)
	}
	d.invite = ph.authorize(req, res, "")
	d.tx, err = ph.client.TransactionRequest(context.Background(), d.invite)
	must(ph.t, err)
	ph.t.Cleanup(d.tx.Terminate)
	return d
}

// response waits for the next response but 100.
func (d *dialled) response() *sip.Response {
	d.ph.t.Helper()
	timeout := time.After(10 * time.Second)
	for {
		select {
		case res := <-d.tx.Responses():
			if res.StatusCode != 100 {
				return res
			}
		case <-d.tx.Done():
			d.ph.t.Fatalf("the INVITE ended: %v", d.tx.Err())
		case <-timeout:
			d.ph.t.Fatal("no response to the INVITE")
		}
	}
}

// final waits for the final response.
func (d *dialled) final() *sip.Response {
	d.ph.t.Helper()
	for {
		if res := d.response(); !res.IsProvisional() {
			return res
		}
	}
}

// connect waits for the answer and acknowledges it.
func (d *dialled) connect() {
	d.ph.t.Helper()
	res := d.final()
	if res.StatusCode != 200 {
		d.ph.t.Fatalf("the call was refused: %d %s", res.StatusCode, res.Reason)
	}
	must(d.ph.t, d.voice.accept(res.Body()))
	d.dialog = dialog{
		flow: flow{d.ph.transport, d.ph.server}, callID: d.invite.CallID().Value(), contact: d.ph.contact,
		local: party{uri: d.invite.From().Address}, remote: party{uri: d.invite.To().Address},
		localSeq: d.invite.CSeq().SeqNo,
	}
	d.dialog.local.tag, _ = d.invite.From().Params.Get("tag")
	d.dialog.established(res)
	must(d.ph.t, d.ph.client.WriteRequest(d.dialog.request(sip.ACK, d.dialog.localSeq)))
}

// bye hangs up.
func (d *dialled) bye() {
	d.ph.t.Helper()
	res, err := d.ph.exchange(d.dialog.request(sip.BYE, d.dialog.next()))
	must(d.ph.t, err)
	if res.StatusCode != 200 {
		d.ph.t.Fatalf("BYE got %d", res.StatusCode)
	}
}

// reInvite offers again with a direction and returns the answer's direction.
func (d *dialled) reInvite(direction media.Direction) media.Direction {
	d.ph.t.Helper()
	offer, err := d.voice.offer(d.voice.formats(), direction)
	must(d.ph.t, err)
	req := d.dialog.request(sip.INVITE, d.dialog.next())
	body(req, sdpType, offer)
	res, err := d.ph.exchange(req)
	must(d.ph.t, err)
	if res.StatusCode != 200 {
		d.ph.t.Fatalf("re-INVITE got %d %s", res.StatusCode, res.Reason)
	}
	must(d.ph.t, d.voice.accept(res.Body()))
	must(d.ph.t, d.ph.client.WriteRequest(d.dialog.request(sip.ACK, d.dialog.localSeq)))
	return d.voice.agreed.Direction
}

// answered is a call that the test phone took.
type answered struct {
	ph     *testPhone
	voice  *voice
	in     arrival
	tag    string
	dialog dialog
}

// incoming waits for an INVITE.
func (ph *testPhone) incoming() *answered {
	ph.t.Helper()
	a := &answered{ph: ph, in: receive(ph.t, ph.invites, "an INVITE"), tag: sip.GenerateTagN(8)}
	return a
}

func (a *answered) respond(status int, phrase string, content []byte) {
	a.ph.t.Helper()
	res := sip.NewResponseFromRequest(a.in.req, status, phrase, nil)
	res.To().Params.Add("tag", a.tag)
	res.AppendHeader(&sip.ContactHeader{Address: a.ph.contact})
	body(res, sdpType, content)
	must(a.ph.t, a.in.tx.Respond(res))
}

// accept answers 200 and waits for the ACK.
func (a *answered) accept() {
	a.ph.t.Helper()
	a.voice = a.ph.voice()
	a.take()
	a.dialog = dialog{
		flow: flow{a.ph.transport, a.ph.server}, callID: a.in.req.CallID().Value(), contact: a.ph.contact,
		local: party{uri: a.in.req.To().Address, tag: a.tag}, remote: party{uri: a.in.req.From().Address},
		target: a.in.req.Contact().Address,
	}
	a.dialog.remote.tag, _ = a.in.req.From().Params.Get("tag")
}

// take answers the offer of the INVITE at hand.
func (a *answered) take() {
	a.ph.t.Helper()
	r, err := a.voice.read(a.in.req.Body())
	must(a.ph.t, err)
	answer, err := a.voice.answer(r, plainFormats(), media.SendRecv)
	must(a.ph.t, err)
	a.respond(200, "OK", answer)
	receive(a.ph.t, a.ph.acks, "an ACK")
	close(a.in.done)
}

func (a *answered) bye() {
	a.ph.t.Helper()
	res, err := a.ph.exchange(a.dialog.request(sip.BYE, a.dialog.next()))
	must(a.ph.t, err)
	if res.StatusCode != 200 {
		a.ph.t.Fatalf("BYE got %d", res.StatusCode)
	}
}
