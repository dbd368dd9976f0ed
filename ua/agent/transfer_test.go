package agent

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"offhook/ua"
	"offhook/ua/uatest"
	"offhook/ua/wire"
)

// trio is three registered phones.
func trio(tb testing.TB, transport ua.Transport) (o *office, a, b, c *phone) {
	tb.Helper()
	o = newOffice(tb, func(config *uatest.ProxyConfig) { config.Passwords["1003"] = "secret3" })
	a, b, c = o.phone(tb, "1001", transport, nil), o.phone(tb, "1002", transport, nil), o.phone(tb, "1003", transport, nil)
	for _, p := range []*phone{a, b, c} {
		p.awaitState(ua.Registered)
	}
	return o, a, b, c
}

func answerNext(p *phone) ua.CallID {
	p.tb.Helper()
	in := p.awaitCallThat("an incoming call", func(c ua.Call) bool { return c.Incoming && c.State == ua.Proceeding })
	p.must(p.agent.Ringing(in.ID))
	p.must(p.agent.Answer(in.ID))
	p.awaitCall(ua.Confirmed)
	return in.ID
}

func (p *phone) awaitEnd(id ua.CallID, cause ua.Cause) {
	p.tb.Helper()
	call := p.awaitCallThat("the end of a call", func(c ua.Call) bool { return c.ID == id && c.State == ua.Terminated })
	if call.Cause != cause {
		p.tb.Errorf("call %d ended with %q, not %q: %+v", id, call.Cause, cause, call)
	}
}

// a calls b and sends him to c.
func TestTransfer_blind(t *testing.T) {
	everyTransport(t, func(t *testing.T, transport ua.Transport) {
		o, a, b, c := trio(t, transport)
		at, bt := talk(a, b)
		a.must(a.agent.Transfer(at, "1003"))
		next := b.awaitCallThat("a call in its place", func(c ua.Call) bool { return c.Replaces == bt })
		if next.Incoming || next.Remote.User != "1003" {
			t.Errorf("%+v", next)
		}
		ct := answerNext(c)
		a.awaitEnd(at, ua.LocalBye)
		b.awaitEnd(bt, ua.RemoteBye)
		invites := o.Requests("INVITE")
		if by := invites[len(invites)-1].Get("Referred-By"); !strings.Contains(by, "1001@pbx.example") {
			t.Errorf("referred by %q", by)
		}
		c.must(c.agent.Hangup(ct))
		b.awaitEnd(next.ID, ua.RemoteBye)
	})
}

func TestTransfer_blind_to_one_who_is_busy(t *testing.T) {
	_, a, b, c := trio(t, ua.TLS)
	at, _ := talk(a, b)
	a.must(a.agent.Transfer(at, "1003"))
	in := c.awaitCallThat("an incoming call", func(c ua.Call) bool { return c.Incoming })
	c.must(c.agent.Reject(in.ID, 486))
	back := a.awaitCallThat("the call again", func(c ua.Call) bool { return !c.Transferring && strings.HasPrefix(c.Reason, "transfer: 486") })
	if back.State != ua.Confirmed {
		t.Errorf("%+v", back)
	}
	b.awaitCallThat("the end of the other", func(c ua.Call) bool { return c.State == ua.Terminated && c.Status == 486 })
	a.must(a.agent.Hangup(at))
	b.awaitCallThat("the end", func(c ua.Call) bool { return c.State == ua.Terminated && c.Incoming })
}

// a calls b, asks c, and joins them.
func TestTransfer_attended(t *testing.T) {
	everyTransport(t, func(t *testing.T, transport ua.Transport) {
		_, a, b, c := trio(t, transport)
		at, bt := talk(a, b)
		a.must(a.agent.Hold(at, true))
		a.awaitCallThat("held", func(c ua.Call) bool { return c.LocalHold })
		consult, err := a.agent.Invite("1001", "1003")
		a.must(err)
		ct := answerNext(c)
		a.awaitCallThat("the second call", func(c ua.Call) bool { return c.ID == consult && c.State == ua.Confirmed })
		a.must(a.agent.TransferTo(at, consult))
		taken := c.awaitCallThat("a call in its place", func(c ua.Call) bool { return c.Replaces == ct && c.State == ua.Confirmed })
		if !taken.Incoming || taken.Remote.User != "1002" {
			t.Errorf("%+v", taken)
		}
		c.awaitEnd(ct, ua.Replaced)
		next := b.awaitCallThat("c", func(c ua.Call) bool { return c.Replaces == bt && c.State == ua.Confirmed })
		b.awaitEnd(bt, ua.RemoteBye)
		ended := map[ua.CallID]bool{}
		for len(ended) < 2 {
			ended[a.awaitCall(ua.Terminated).ID] = true
		}
		b.must(b.agent.Hangup(next.ID))
		c.awaitEnd(taken.ID, ua.RemoteBye)
	})
}

func TestTransfer_of_what_is_not_there(t *testing.T) {
	_, a, b := pair(t, ua.TCP)
	at, _ := talk(a, b)
	if err := a.agent.TransferTo(at, 99); err != ua.ErrNoCall {
		t.Error(err)
	}
	if err := a.agent.TransferTo(at, at); err != ua.ErrTarget {
		t.Error(err)
	}
}

func TestTransfer_refused_by_policy(t *testing.T) {
	o := newOffice(t, nil)
	a := o.phone(t, "1001", ua.TLS, nil)
	b := newPhone(t, func(c *Config) { c.Locate, c.Inbound.RefuseRefer = lookup, true })
	b.must(b.agent.SetAccounts([]ua.Account{o.account("1002", ua.TLS)}))
	a.awaitState(ua.Registered)
	b.awaitState(ua.Registered)
	at, _ := talk(a, b)
	a.must(a.agent.Transfer(at, "1003"))
	a.awaitCallThat("the refusal", func(c ua.Call) bool { return c.Reason == "transfer: Decline" })
}

func TestReplaces_of_a_header(t *testing.T) {
	for text, want := range map[string]replaces{
		"a@b;to-tag=1;from-tag=2":                  {"a@b", "1", "2", false},
		" a@b ; from-tag=2;early-only ; to-tag=1 ": {"a@b", "1", "2", true},
		"a@b;to-tag=1":                             {},
		";to-tag=1;from-tag=2":                     {},
		"":                                         {},
	} {
		got, ok := parseReplaces(text)
		if ok != (want != replaces{}) || ok && got != want {
			t.Errorf("%q: %+v %v", text, got, ok)
		}
	}
	if got := replacesIn("X=1&replaces=a%40b%3Bto-tag%3D1%3Bfrom-tag%3D2"); got != "a@b;to-tag=1;from-tag=2" {
		t.Error(got)
	}
	if got := replacesIn("Replaces=a%0d%0aX%3B%3Bto-tag%3D1%3Bfrom-tag%3D2"); got != "" {
		t.Error(got)
	}
}

func TestReplaces_refused(t *testing.T) {
	answers := make(chan wire.Message, 8)
	o := newOffice(t, func(c *uatest.ProxyConfig) { c.ServiceNote = func(m wire.Message) { answers <- m } })
	a, b := o.phone(t, "1001", ua.TCP, nil), o.phone(t, "1002", ua.TCP, nil)
	a.awaitState(ua.Registered)
	b.awaitState(ua.Registered)
	_, bt := talk(a, b)
	var callID, mine, theirs string
	done := make(chan struct{})
	b.must(b.agent.command(func(o *owner) {
		c := o.calls[bt]
		callID, mine = c.callID, c.localTag
		theirs, _, _ = c.machine.Dialog()
		close(done)
	}))
	<-done
	for _, c := range []struct {
		arrow, header string
		status        int
	}{
		{"unknown", "x;to-tag=1;from-tag=2", 481},
		{"malformed", "x;to-tag=1", 400},
		{"twice", "x;to-tag=1;from-tag=2\nReplaces: y;to-tag=1;from-tag=2", 400},
		{"another tag", callID + ";to-tag=" + mine + ";from-tag=other", 481},
		{"confirmed, early only", callID + ";to-tag=" + mine + ";from-tag=" + theirs + ";early-only", 486},
	} {
		b.must(o.Send("1002", fmt.Sprintf(`INVITE %%CONTACT%% SIP/2.0
Via: %%VIA%%
Max-Forwards: 70
From: <sip:1003@pbx.example>;tag=q
To: <sip:1002@pbx.example>
Call-ID: %s
CSeq: 1 INVITE
Contact: <sip:1003@127.0.0.1>
Replaces: %s
Content-Length: 0

`, strings.ReplaceAll(c.arrow, " ", "-"), c.header)))
		m := nextFinal(t, answers)
		if m.Status != c.status {
			t.Errorf("%s: %d", c.arrow, m.Status)
		}
	}
}

func nextFinal(t *testing.T, answers <-chan wire.Message) wire.Message {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for {
		select {
		case m := <-answers:
			if m.Status >= 200 {
				return m
			}
		case <-ctx.Done():
			t.Fatal("no final response")
		}
	}
}
