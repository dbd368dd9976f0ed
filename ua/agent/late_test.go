package agent

import (
	"errors"
	"strings"
	"testing"

	"offhook/ua"
	"offhook/ua/dialog"
)

// lateTo is a caller who leaves the offer to the far end, and whom he calls.
func lateTo(tb testing.TB, transport ua.Transport, callee ua.Reliability) (*office, *phone, *phone) {
	o := newOffice(tb, nil)
	a := o.phone(tb, "1001", transport, func(account *ua.Account) { account.LateOffer = true })
	b := o.phone(tb, "1002", transport, func(account *ua.Account) { account.Reliable = callee })
	a.awaitState(ua.Registered)
	b.awaitState(ua.Registered)
	return o, a, b
}

// heard is what the media side of a call was told last.
func (p *phone) heard(id ua.CallID) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.sessions[id].Last()
}

func TestLateOffer_is_answered_in_the_ACK(t *testing.T) {
	everyTransport(t, func(t *testing.T, transport ua.Transport) {
		o, a, b := lateTo(t, transport, ua.ReliableOff)
		at, bt := talk(a, b)
		waitFor(t, func() bool { return b.heard(bt) != "" })
		if invite := o.Requests("INVITE")[0]; len(invite.Body) > 0 || invite.Has("Content-Type") {
			t.Errorf("INVITE with %q", invite.Body)
		}
		ack := o.lastOf("ACK", "1001")
		if !strings.HasPrefix(string(ack.Body), "v=0") || ack.Get("Content-Type") != "application/sdp" || a.heard(at) == "" {
			t.Errorf("ACK with %q", ack.Body)
		}
		a.must(a.agent.Hold(at, true)) // both sides know where they stand
		b.awaitCallThat("held", func(c ua.Call) bool { return c.RemoteHold })
		a.must(a.agent.Hangup(at))
		b.awaitCall(ua.Terminated)
	})
}

func TestLateOffer_is_answered_in_the_PRACK(t *testing.T) {
	everyTransport(t, func(t *testing.T, transport ua.Transport) {
		o, a, b := lateTo(t, transport, ua.ReliableRequired)
		_, err := a.agent.Invite("1001", "1002")
		a.must(err)
		in := b.awaitCallThat("an incoming call", func(c ua.Call) bool { return c.Incoming && c.State == ua.Proceeding })
		b.must(b.agent.tell(in.ID, dialog.Ring{Early: true}))
		early := a.awaitCallThat("early media", func(c ua.Call) bool { return c.EarlyMedia })
		waitFor(t, func() bool { return b.heard(in.ID) != "" })
		if prack := o.lastOf("PRACK", "1001"); !strings.HasPrefix(string(prack.Body), "v=0") {
			t.Errorf("PRACK with %q", prack.Body)
		}
		b.must(b.agent.Answer(in.ID))
		a.awaitCall(ua.Confirmed)
		b.awaitCall(ua.Confirmed)
		waitFor(t, func() bool { return o.lastOf("ACK", "1001").Method != "" })
		if ack := o.lastOf("ACK", "1001"); len(ack.Body) > 0 {
			t.Errorf("ACK with %q", ack.Body)
		}
		b.must(b.agent.Hangup(in.ID))
		a.awaitEnd(early.ID, ua.RemoteBye)
	})
}

// What cannot be answered is acknowledged and ended.
func TestLateOffer_that_is_of_no_use(t *testing.T) {
	_, a, b := lateTo(t, ua.TCP, ua.ReliableOff)
	a.mu.Lock()
	a.refuse = errors.New("no codec")
	a.mu.Unlock()
	id, err := a.agent.Invite("1001", "1002")
	a.must(err)
	bt := answerNext(b)
	a.awaitEnd(id, ua.CauseError)
	b.awaitEnd(bt, ua.CauseError) // no answer in the ACK
}

// A transfer of which nothing is told ends the call as soon as it was accepted.
func TestTransfer_of_which_nothing_is_told(t *testing.T) {
	everyTransport(t, func(t *testing.T, transport ua.Transport) {
		o, a, b, c := trio(t, transport)
		account := o.account("1001", transport)
		account.NoReferSub = true
		a.must(a.agent.SetAccounts([]ua.Account{account}))
		a.awaitState(ua.Registered)
		at, bt := talk(a, b)
		a.must(a.agent.Transfer(at, "1003"))
		a.awaitEnd(at, ua.LocalBye)
		refer := o.lastOf("REFER", "1001")
		if refer.Get("Refer-Sub") != "false" || !strings.Contains(refer.Get("Supported"), "norefersub") {
			t.Errorf("Refer-Sub %q, Supported %q", refer.Get("Refer-Sub"), refer.Get("Supported"))
		}
		ct := answerNext(c)
		b.awaitEnd(bt, ua.RemoteBye)
		if got := len(o.Requests("NOTIFY")); got != 0 {
			t.Errorf("%d NOTIFYs", got)
		}
		c.must(c.agent.Hangup(ct))
		b.awaitCallThat("the end", func(c ua.Call) bool { return c.ID != bt && c.State == ua.Terminated })
	})
}
