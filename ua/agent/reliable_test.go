package agent

import (
	"fmt"
	"strings"
	"testing"

	"offhook/ua"
	"offhook/ua/dialog"
	"offhook/ua/wire"
)

// relying is a pair whose accounts have these policies.
func relying(tb testing.TB, transport ua.Transport, caller, callee ua.Reliability) (*office, *phone, *phone) {
	o := newOffice(tb, nil)
	a := o.phone(tb, "1001", transport, func(account *ua.Account) { account.Reliable = caller })
	b := o.phone(tb, "1002", transport, func(account *ua.Account) { account.Reliable = callee })
	a.awaitState(ua.Registered)
	b.awaitState(ua.Registered)
	return o, a, b
}

func TestReliable_ringing_is_acknowledged(t *testing.T) {
	everyTransport(t, func(t *testing.T, transport ua.Transport) {
		for _, c := range []struct {
			caller, callee ua.Reliability
			pracks         bool
		}{
			{ua.ReliableRequired, "", true}, {"", ua.ReliableRequired, true},
			{"", "", false}, {ua.ReliableOff, "", false}, {"", ua.ReliableOff, false},
		} {
			t.Run(fmt.Sprintf("%s to %s", c.caller, c.callee), func(t *testing.T) {
				o, a, b := relying(t, transport, c.caller, c.callee)
				at, _ := talk(a, b)
				if c.pracks {
					waitFor(t, func() bool { return len(o.Requests("PRACK")) > 0 })
				} else if got := len(o.Requests("PRACK")); got != 0 {
					t.Errorf("%d PRACKs", got)
				}
				a.must(a.agent.Hangup(at))
				b.awaitCall(ua.Terminated)
			})
		}
	})
}

func TestReliable_early_media_then_answer_without_description(t *testing.T) {
	everyTransport(t, func(t *testing.T, transport ua.Transport) {
		o, a, b := relying(t, transport, "", "")
		_, err := a.agent.Invite("1001", "1002")
		a.must(err)
		in := b.awaitCallThat("an incoming call", func(c ua.Call) bool { return c.Incoming && c.State == ua.Proceeding })
		b.must(b.agent.tell(in.ID, dialog.Ring{Early: true}))
		a.awaitCallThat("early media", func(c ua.Call) bool { return c.EarlyMedia })
		waitFor(t, func() bool { return len(o.Requests("PRACK")) > 0 })
		b.must(b.agent.Answer(in.ID))
		a.awaitCall(ua.Confirmed)
		b.awaitCall(ua.Confirmed)
		prack := o.Requests("PRACK")[0]
		if words := strings.Fields(prack.Get("RAck")); len(words) != 3 || words[2] != "INVITE" || prack.Has("Contact") {
			t.Errorf("PRACK %+v", prack.Fields)
		}
		b.must(b.agent.Hangup(in.ID))
		a.awaitCall(ua.Terminated)
	})
}

func TestReliable_one_insists_and_the_other_cannot(t *testing.T) {
	for _, c := range []struct {
		caller, callee ua.Reliability
		status         int
	}{{ua.ReliableRequired, ua.ReliableOff, 420}, {ua.ReliableOff, ua.ReliableRequired, 421}} {
		_, a, _ := relying(t, ua.TCP, c.caller, c.callee)
		_, err := a.agent.Invite("1001", "1002")
		a.must(err)
		if call := a.awaitCall(ua.Terminated); call.Status != c.status {
			t.Errorf("%q calls %q: %d", c.caller, c.callee, call.Status)
		}
	}
}

func TestReliable_nobody_acknowledges(t *testing.T) {
	o, a, b := relying(t, ua.UDP, ua.ReliableRequired, "")
	o.Drop(func(m *wire.Message) bool { return m.Method == "PRACK" })
	_, err := a.agent.Invite("1001", "1002")
	a.must(err)
	in := b.awaitCallThat("an incoming call", func(c ua.Call) bool { return c.Incoming })
	b.must(b.agent.Ringing(in.ID))
	a.awaitCall(ua.Early)
	if !b.ring(in.ID, dialog.TimerPrack) {
		t.Fatal("nobody waits for the PRACK")
	}
	if call := a.awaitCall(ua.Terminated); call.Status != 504 {
		t.Errorf("the caller hears %d", call.Status)
	}
	b.awaitCall(ua.Terminated)
}

func TestRack(t *testing.T) {
	for text, want := range map[string]dialog.RAck{
		"776656 1 INVITE": {RSeq: 776656, CSeq: 1, Method: "INVITE"}, " 1\t2  INVITE ": {RSeq: 1, CSeq: 2, Method: "INVITE"},
		"": {}, "1 2": {}, "1 2 INVITE x": {}, "-1 2 INVITE": {CSeq: 2, Method: "INVITE"},
	} {
		if got := rack(text); got != want {
			t.Errorf("%q: %+v", text, got)
		}
	}
}

func TestReliable_held_before_the_answer(t *testing.T) {
	everyTransport(t, func(t *testing.T, transport ua.Transport) {
		o, a, b := relying(t, transport, "", "")
		at, err := a.agent.Invite("1001", "1002")
		a.must(err)
		in := b.awaitCallThat("an incoming call", func(c ua.Call) bool { return c.Incoming && c.State == ua.Proceeding })
		b.must(b.agent.tell(in.ID, dialog.Ring{Early: true}))
		a.awaitCallThat("early media", func(c ua.Call) bool { return c.EarlyMedia })
		a.must(a.agent.Hold(at, true))
		b.awaitCallThat("held", func(c ua.Call) bool { return c.RemoteHold && c.State == ua.Early })
		a.awaitCallThat("held", func(c ua.Call) bool { return c.LocalHold && c.State == ua.Early })
		b.must(b.agent.Answer(in.ID))
		if c := a.awaitCall(ua.Confirmed); !c.LocalHold {
			t.Errorf("%+v", c)
		}
		b.awaitCall(ua.Confirmed)
		invites := len(o.Requests("INVITE"))
		a.must(a.agent.Hold(at, false))
		b.awaitCallThat("resumed", func(c ua.Call) bool { return !c.RemoteHold })
		if len(o.Requests("INVITE")) == invites {
			t.Error("resumed without re-INVITE")
		}
		b.must(b.agent.Hangup(in.ID))
		a.awaitCall(ua.Terminated)
	})
}
