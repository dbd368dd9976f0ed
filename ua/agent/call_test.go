package agent

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"offhook/ua"
)

var transports = []ua.Transport{ua.TLS, ua.TCP, ua.UDP}

func everyTransport(t *testing.T, test func(*testing.T, ua.Transport)) {
	for _, transport := range transports {
		t.Run(string(transport), func(t *testing.T) { test(t, transport) })
	}
}

func TestCall_answered_held_by_both_and_ended(t *testing.T) {
	everyTransport(t, func(t *testing.T, transport ua.Transport) {
		o, a, b := pair(t, transport)
		at, bt := talk(a, b)

		a.must(a.agent.Hold(at, true))
		b.awaitCallThat("held by a", func(c ua.Call) bool { return c.RemoteHold })
		a.awaitCallThat("held", func(c ua.Call) bool { return c.LocalHold })
		a.must(a.agent.Hold(at, false))
		b.awaitCallThat("resumed by a", func(c ua.Call) bool { return !c.RemoteHold })
		a.awaitCallThat("resumed", func(c ua.Call) bool { return !c.LocalHold })

		b.must(b.agent.Hold(bt, true))
		a.awaitCallThat("held by b", func(c ua.Call) bool { return c.RemoteHold })
		b.awaitCallThat("held", func(c ua.Call) bool { return c.LocalHold })
		b.must(b.agent.Hold(bt, false))
		a.awaitCallThat("resumed by b", func(c ua.Call) bool { return !c.RemoteHold })

		b.must(b.agent.Hangup(bt))
		if c := a.awaitCall(ua.Terminated); c.Cause != ua.RemoteBye {
			t.Errorf("a's cause is %q", c.Cause)
		}
		if c := b.awaitCall(ua.Terminated); c.Cause != ua.LocalBye {
			t.Errorf("b's cause is %q", c.Cause)
		}
		if got := len(o.Requests("CANCEL")); got != 0 {
			t.Errorf("%d CANCELs", got)
		}
	})
}

func TestCall_caller_gives_up(t *testing.T) {
	everyTransport(t, func(t *testing.T, transport ua.Transport) {
		_, a, b := pair(t, transport)
		id, err := a.agent.Invite("1001", "1002")
		a.must(err)
		incoming := b.awaitCallThat("an incoming call", func(c ua.Call) bool { return c.Incoming })
		if incoming.Remote.User != "1001" || incoming.Remote.DisplayName != "Phone 1001" {
			t.Errorf("the caller is %+v", incoming.Remote)
		}
		b.must(b.agent.Ringing(incoming.ID))
		a.awaitCall(ua.Early)
		a.must(a.agent.Hangup(id))
		if c := a.awaitCall(ua.Terminated); c.Cause != ua.Cancelled && c.Cause != ua.LocalBye {
			t.Errorf("a's cause is %q", c.Cause)
		}
		if c := b.awaitCall(ua.Terminated); c.Cause != ua.Cancelled {
			t.Errorf("b's cause is %q", c.Cause)
		}
	})
}

func TestCall_rejected(t *testing.T) {
	everyTransport(t, func(t *testing.T, transport ua.Transport) {
		_, a, b := pair(t, transport)
		_, err := a.agent.Invite("1001", "1002")
		a.must(err)
		incoming := b.awaitCallThat("an incoming call", func(c ua.Call) bool { return c.Incoming })
		b.must(b.agent.Reject(incoming.ID, 486))
		if c := a.awaitCall(ua.Terminated); c.Cause != ua.Rejected || c.Status != 486 {
			t.Errorf("a's call ended with %q, %d", c.Cause, c.Status)
		}
		b.awaitCall(ua.Terminated)
	})
}

func TestCall_caller_hangs_up(t *testing.T) {
	everyTransport(t, func(t *testing.T, transport ua.Transport) {
		_, a, b := pair(t, transport)
		at, _ := talk(a, b)
		a.must(a.agent.Hangup(at))
		if c := b.awaitCall(ua.Terminated); c.Cause != ua.RemoteBye {
			t.Errorf("b's cause is %q", c.Cause)
		}
		a.awaitCall(ua.Terminated)
	})
}

func TestCall_both_hold_at_once(t *testing.T) {
	_, a, b := pair(t, ua.TCP)
	at, bt := talk(a, b)
	a.must(a.agent.Hold(at, true))
	b.must(b.agent.Hold(bt, true))
	a.awaitCallThat("held both ways", func(c ua.Call) bool { return c.LocalHold && c.RemoteHold })
	b.awaitCallThat("held both ways", func(c ua.Call) bool { return c.LocalHold && c.RemoteHold })
	a.must(a.agent.Hangup(at))
	b.awaitCall(ua.Terminated)
}

func TestCall_several_at_once(t *testing.T) {
	_, a, b := pair(t, ua.TLS)
	_, first := talk(a, b)
	// A second call waits while the first goes on.
	second, err := a.agent.Invite("1001", "sip:1002@pbx.example")
	a.must(err)
	waiting := b.awaitCallThat("a second call", func(c ua.Call) bool { return c.Incoming && c.ID != first })
	b.must(b.agent.Ringing(waiting.ID))
	b.must(b.agent.Hold(first, true))
	b.must(b.agent.Answer(waiting.ID))
	a.awaitCallThat("the second answered", func(c ua.Call) bool { return c.ID == second && c.State == ua.Confirmed })
	b.must(b.agent.Hangup(waiting.ID))
	a.awaitCallThat("the second over", func(c ua.Call) bool { return c.ID == second && c.State == ua.Terminated })
	b.must(b.agent.Hold(first, false))
	b.awaitCallThat("the first back", func(c ua.Call) bool { return c.ID == first && !c.LocalHold })
	b.must(b.agent.Hangup(first))
	a.awaitCall(ua.Terminated)
}

func TestCall_nobody_there(t *testing.T) {
	o := newOffice(t, nil)
	a := o.phone(t, "1001", ua.TLS, nil)
	a.awaitState(ua.Registered)
	_, err := a.agent.Invite("1001", "4711")
	a.must(err)
	if c := a.awaitCall(ua.Terminated); c.Status != 404 || c.Cause != ua.Rejected && c.Cause != ua.CauseError {
		t.Errorf("the call ended with %q, %d", c.Cause, c.Status)
	}
}

func TestCall_no_way_to_the_server(t *testing.T) {
	o := newOffice(t, nil)
	a := o.phone(t, "1001", ua.TLS, func(account *ua.Account) { account.Registrar = deafPort(t) })
	a.awaitState(ua.RegistrationFailed)
	_, err := a.agent.Invite("1001", "1002")
	a.must(err)
	c := a.awaitCall(ua.Terminated)
	if c.Cause != ua.CauseSetupFail || !strings.HasPrefix(c.Reason, "TCP: connection refused") {
		t.Errorf("the call ended with %q, %q", c.Cause, c.Reason)
	}
}

func TestCall_wrong_password_is_told(t *testing.T) {
	o := newOffice(t, nil)
	a := o.phone(t, "1001", ua.TCP, func(account *ua.Account) { account.Password = ua.NewSecret("no") })
	a.awaitState(ua.RegistrationFailed)
	_, err := a.agent.Invite("1001", "1002")
	a.must(err)
	if c := a.awaitCall(ua.Terminated); !strings.Contains(c.Reason, "does not accept user name") {
		t.Errorf("the call ended with %q", c.Reason)
	}
}

func TestCall_no_common_codec(t *testing.T) {
	_, a, b := pair(t, ua.TCP)
	b.mu.Lock()
	b.refuse = errors.New("no codec")
	b.mu.Unlock()
	_, err := a.agent.Invite("1001", "1002")
	a.must(err)
	if c := a.awaitCall(ua.Terminated); c.Status != 488 {
		t.Errorf("the call ended with %d", c.Status)
	}
}

func TestCall_hung_up_when_the_agent_ends(t *testing.T) {
	everyTransport(t, func(t *testing.T, transport ua.Transport) {
		_, a, b := pair(t, transport)
		talk(a, b)
		a.stop()
		if c := b.awaitCall(ua.Terminated); c.Cause != ua.RemoteBye {
			t.Errorf("b's cause is %q", c.Cause)
		}
	})
}

func TestCall_lost_datagrams_are_made_up_for(t *testing.T) {
	o, a, b := pair(t, ua.UDP)
	var mu sync.Mutex
	seen := map[string]bool{}
	o.Drop(func(m *message) bool { // the first of every datagram is lost
		mu.Lock()
		defer mu.Unlock()
		if strings.HasPrefix(m.Get("Via"), "SIP/2.0/TCP") {
			return false // a large request
		}
		key := fmt.Sprint(m.Method, m.Status, m.Get("CSeq"), m.Get("Call-ID"))
		if seen[key] {
			return false
		}
		seen[key] = true
		return true
	})
	at, _ := talk(a, b)
	a.must(a.agent.Hold(at, true))
	b.awaitCallThat("held", func(c ua.Call) bool { return c.RemoteHold })
	a.must(a.agent.Hangup(at))
	b.awaitCall(ua.Terminated)
	a.awaitCall(ua.Terminated)
}

func TestCall_large_request_goes_by_TCP(t *testing.T) {
	o := newOffice(t, nil)
	long := strings.Repeat("x", 1400)
	a := o.phone(t, "1001", ua.UDP, func(account *ua.Account) { account.DisplayName = long })
	a.awaitState(ua.Registered)
	for _, m := range o.Requests("REGISTER") {
		if via := m.Get("Via"); !strings.HasPrefix(via, "SIP/2.0/TCP") {
			t.Errorf("a large REGISTER came with %q", via)
		}
		if contact := m.Get("Contact"); strings.Contains(contact, "transport=tcp") {
			t.Errorf("we would be called at %q", contact)
		}
	}
}

// What followed a large request by UDP would overtake it, or its ACK be overtaken.
func TestCall_what_follows_a_large_request_goes_the_same_way(t *testing.T) {
	o := newOffice(t, nil)
	long := strings.Repeat("x", 1400)
	a := o.phone(t, "1001", ua.UDP, func(account *ua.Account) { account.DisplayName = long })
	b := o.phone(t, "1002", ua.UDP, nil)
	a.awaitState(ua.Registered)
	b.awaitState(ua.Registered)
	at, _ := talk(a, b)
	a.must(a.agent.Hold(at, true))
	b.awaitCallThat("held", func(c ua.Call) bool { return c.RemoteHold })
	a.must(a.agent.Hangup(at))
	b.awaitCall(ua.Terminated)
	for _, method := range []string{"INVITE", "ACK", "BYE"} {
		for _, m := range o.Requests(method) {
			if via := m.Get("Via"); !strings.HasPrefix(via, "SIP/2.0/TCP") {
				t.Errorf("%s came with %q", method, via)
			}
		}
	}
}

func TestCall_large_request_goes_by_UDP_where_there_is_no_TCP(t *testing.T) {
	o := newOffice(t, nil)
	o.StopTCP()
	long := strings.Repeat("x", 1400)
	a := o.phone(t, "1001", ua.UDP, func(account *ua.Account) { account.DisplayName = long })
	a.awaitState(ua.Registered)
	if via := o.Requests("REGISTER")[0].Get("Via"); !strings.HasPrefix(via, "SIP/2.0/UDP") {
		t.Errorf("a large REGISTER came with %q", via)
	}
}

func TestCommands_to_nothing(t *testing.T) {
	p := newPhone(t, nil)
	for name, err := range map[string]error{
		"Answer": p.agent.Answer(7), "Ringing": p.agent.Ringing(7), "Reject": p.agent.Reject(7, 486),
		"Hold": p.agent.Hold(7, true), "Hangup": p.agent.Hangup(7), "Transfer": p.agent.Transfer(7, "1"),
	} {
		if !errors.Is(err, ua.ErrNoCall) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := p.agent.Invite("x", "1"); !errors.Is(err, ua.ErrNoAccount) {
		t.Errorf("Invite: %v", err)
	}
	p.end()
	if err := p.agent.SetAccounts(nil); !errors.Is(err, ua.ErrClosed) {
		t.Errorf("after the end: %v", err)
	}
}

func TestCommands_never_wait(t *testing.T) {
	agent, err := New(Config{Log: slog.New(slog.DiscardHandler), NewSession: func(ua.AccountID, ua.CallID) (ua.Session, error) { return nil, nil }})
	if err != nil {
		t.Fatal(err)
	}
	for range inboxSize {
		if err := agent.SetAccounts(nil); err != nil {
			t.Fatal(err)
		}
	}
	if err := agent.SetAccounts(nil); !errors.Is(err, ua.ErrBusy) {
		t.Errorf("with a full inbox: %v", err)
	}
	agent.end()
}

func TestTarget(t *testing.T) {
	account := ua.Account{User: "1001", Domain: "pbx.example", Transport: ua.TLS}
	for target, want := range map[ua.Target]string{
		"600":                       "sip:600@pbx.example",
		"*97#":                      "sip:*97%23@pbx.example",
		"+49 30 123":                "sip:+4930123@pbx.example",
		"bob@other.example":         "sip:bob@other.example",
		"bob@other.example:5080":    "sip:bob@other.example:5080",
		"sip:bob@x.example?Route=y": "sip:bob@x.example",
		"sips:bob@x.example":        "sips:bob@x.example",
		"tel:+4930123":              "sip:+4930123@pbx.example",
		"bob@[2001:db8::1]":         "sip:bob@[2001:db8::1]",
		"":                          "",
		"1\r\nEvil: x":              "",
		"sip:bob@x\r\n":             "sip:bob@x",
		"sip:<bob>@x":               "",
		"@x":                        "",
		"bob@bad host":              "",
	} {
		got, err := resolveTarget(account, target)
		if got != want || (err != nil) != (want == "") {
			t.Errorf("%q: %q, %v; want %q", target, got, err, want)
		}
	}
}
