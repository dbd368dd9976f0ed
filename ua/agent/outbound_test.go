package agent

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"offhook/ua"
	"offhook/ua/locate"
	"offhook/ua/uatest"
	"offhook/ua/wire"
)

// keeper is an office that keeps flows.
func keeper(tb testing.TB, change func(*uatest.ProxyConfig)) *office {
	tb.Helper()
	return newOffice(tb, func(c *uatest.ProxyConfig) {
		c.Outbound = true
		if change != nil {
			change(c)
		}
	})
}

// param is a parameter of the Contact of a request.
func param(m message, name string) string {
	contact, err := wire.ParseAddress(m.Get("Contact"))
	if err != nil {
		return ""
	}
	value, _ := contact.Params.Get(name)
	return value
}

func (o *office) proxyAddress(transport ua.Transport) string {
	return fmt.Sprintf("pbx.example:%d", o.Address(transport).Port())
}

// twoWays is a phone that registers with two edges, and another that the second
// edge alone has.
func twoWays(t *testing.T, change func(*uatest.ProxyConfig)) (first, second *office, p, b *phone) {
	t.Helper()
	first, second = keeper(t, change), keeper(t, change)
	p = newPhone(t, func(c *Config) { c.Locate = lookup })
	account := first.account("1001", ua.TLS)
	account.TLS.CA += second.authority.PEM
	account.SecondProxy = second.proxyAddress(ua.TLS)
	p.must(p.agent.SetAccounts([]ua.Account{account}))
	b = second.phone(t, "1002", ua.TLS, nil)
	b.awaitState(ua.Registered)
	p.awaitState(ua.Registered)
	return first, second, p, b
}

func TestOutbound_says_who_and_which_flow(t *testing.T) {
	o := keeper(t, nil)
	p := o.phone(t, "1001", ua.TLS, nil)
	p.awaitState(ua.Registered)
	m := o.Requests("REGISTER")[0]
	if got := m.Get("Supported"); got != "path, outbound" {
		t.Errorf("Supported %q", got)
	}
	if id, instance := param(m, "reg-id"), param(m, "+sip.instance"); id != "1" || instance == "" {
		t.Errorf("reg-id %q of %q", id, instance)
	}
	if via := m.Get("Via"); !strings.Contains(via, ";keep") {
		t.Errorf("Via %q offers no keep-alives", via)
	}
}

func TestOutbound_without_an_instance_there_is_none(t *testing.T) {
	o := keeper(t, nil)
	p := newPhone(t, func(c *Config) { c.Locate, c.InstanceID = lookup, "" })
	p.must(p.agent.SetAccounts([]ua.Account{o.account("1001", ua.TCP)}))
	p.awaitState(ua.Registered)
	if m := o.Requests("REGISTER")[0]; m.Get("Supported") != "path" || param(m, "reg-id") != "" {
		t.Errorf("Supported %q, Contact %q", m.Get("Supported"), m.Get("Contact"))
	}
}

func TestOutbound_the_dialog_asks_for_its_flow(t *testing.T) {
	everyTransport(t, func(t *testing.T, transport ua.Transport) {
		o := keeper(t, nil)
		a, b := o.phone(t, "1001", transport, nil), o.phone(t, "1002", transport, nil)
		a.awaitState(ua.Registered)
		b.awaitState(ua.Registered)
		at, _ := talk(a, b)
		if contact := o.Requests("INVITE")[0].Get("Contact"); !strings.Contains(contact, ";ob>") {
			t.Errorf("Contact %q", contact)
		}
		a.must(a.agent.Hangup(at))
		b.awaitCall(ua.Terminated)
	})
}

func TestOutbound_439_is_registered_without(t *testing.T) {
	o := newOffice(t, func(c *uatest.ProxyConfig) { c.Lacks = true })
	p := o.phone(t, "1001", ua.TLS, nil)
	p.awaitState(ua.Registered)
	registers := o.Requests("REGISTER")
	last := registers[len(registers)-1]
	if param(last, "reg-id") != "" || strings.Contains(last.Get("Supported"), "outbound") {
		t.Errorf("Contact %q, Supported %q", last.Get("Contact"), last.Get("Supported"))
	}
}

func TestOutbound_two_flows_at_once(t *testing.T) {
	first, second, p, b := twoWays(t, nil)
	waitFor(t, func() bool { return second.Registered("1001") })
	one, other := first.Requests("REGISTER")[0], second.lastOf("REGISTER", "1001")
	if param(one, "reg-id") != "1" || param(other, "reg-id") != "2" || param(one, "+sip.instance") != param(other, "+sip.instance") {
		t.Errorf("%q and %q", one.Get("Contact"), other.Get("Contact"))
	}
	// Requests come over the second while the first stands.
	id, err := b.agent.Invite("1002", "1001")
	b.must(err)
	incoming := p.awaitCallThat("a call over the second flow", func(c ua.Call) bool { return c.Incoming })
	p.must(p.agent.Answer(incoming.ID))
	b.awaitCall(ua.Confirmed)
	p.must(p.agent.Hold(incoming.ID, true)) // and what belongs to that dialog goes back by it
	b.awaitCallThat("held", func(c ua.Call) bool { return c.RemoteHold })
	b.must(b.agent.Hangup(id))
	p.awaitCall(ua.Terminated)
	if n := len(first.Requests("INVITE")); n != 0 {
		t.Errorf("%d INVITEs went by the first edge", n)
	}
}

func TestOutbound_calls_go_by_the_flow_that_lives(t *testing.T) {
	first, second, p, b := twoWays(t, nil)
	waitFor(t, func() bool { return second.Registered("1001") && p.standing() == 2 }) // it has heard so, too
	first.Close()
	waitFor(t, func() bool { return p.standing() == 1 })
	id, err := p.agent.Invite("1001", "1002")
	p.must(err)
	incoming := b.awaitCallThat("a call", func(c ua.Call) bool { return c.Incoming })
	b.must(b.agent.Answer(incoming.ID))
	p.awaitCall(ua.Confirmed)
	for _, event := range p.past {
		if e, ok := event.(ua.RegistrationChanged); ok && e.State == ua.RegistrationFailed {
			t.Errorf("the account was told failed while a flow stands: %s", e.Cause)
		}
	}
	p.must(p.agent.Hangup(id))
	b.awaitCall(ua.Terminated)
}

// standing is how many ways to the server the account has.
func (p *phone) standing() int {
	out := make(chan int, 1)
	p.must(p.agent.command(func(o *owner) {
		n := 0
		for _, l := range o.lines {
			for _, e := range l.edges() {
				if e.stands() {
					n++
				}
			}
		}
		out <- n
	}))
	return <-out
}

func TestOutbound_a_registrar_with_one_flow_gets_the_second_as_a_stand_in(t *testing.T) {
	first, second, p, _ := twoWays(t, func(c *uatest.ProxyConfig) { c.Outbound = false })
	if second.Registered("1001") {
		t.Fatal("two bindings where each call would come twice")
	}
	first.Close()
	waitFor(t, func() bool { return second.Registered("1001") })
	waitFor(t, func() bool { return p.standing() == 1 })
}

func TestOutbound_both_bindings_are_removed_at_the_end(t *testing.T) {
	first, second, p, _ := twoWays(t, nil)
	waitFor(t, func() bool { return second.Registered("1001") })
	p.end()
	for name, o := range map[string]*office{"first": first, "second": second} {
		if m := o.lastOf("REGISTER", "1001"); m.Get("Expires") != "0" {
			t.Errorf("%s: the last REGISTER has Expires %q", name, m.Get("Expires"))
		}
	}
}

// lastOf is the last request of a user with a method.
func (o *office) lastOf(method, user string) message {
	requests := o.Requests(method)
	for i := len(requests) - 1; i >= 0; i-- {
		if partyOfFrom(&requests[i]).User == user {
			return requests[i]
		}
	}
	return message{}
}

func wantsGRUU(account *ua.Account) { account.GRUU = true }

func TestGRUU_not_asked_for_is_not_used(t *testing.T) {
	o := newOffice(t, func(c *uatest.ProxyConfig) { c.GRUU = true })
	a, b := o.phone(t, "1001", ua.TCP, nil), o.phone(t, "1002", ua.TCP, nil)
	a.awaitState(ua.Registered)
	b.awaitState(ua.Registered)
	at, _ := talk(a, b)
	if supported := o.Requests("REGISTER")[0].Get("Supported"); strings.Contains(supported, "gruu") {
		t.Errorf("Supported %q", supported)
	}
	if contact := o.Requests("INVITE")[0].Get("Contact"); strings.Contains(contact, ";gr") {
		t.Errorf("Contact %q", contact)
	}
	a.must(a.agent.Hangup(at))
	b.awaitCall(ua.Terminated)
}

func TestGRUU_is_the_Contact_of_dialogs(t *testing.T) {
	everyTransport(t, func(t *testing.T, transport ua.Transport) {
		o := newOffice(t, func(c *uatest.ProxyConfig) { c.GRUU = true })
		a, b := o.phone(t, "1001", transport, wantsGRUU), newPhone(t, func(c *Config) {
			c.Locate, c.InstanceID = lookup, "urn:uuid:00000000-0000-4000-8000-000000000002"
		})
		second := o.account("1002", transport)
		second.GRUU = true
		b.must(b.agent.SetAccounts([]ua.Account{second}))
		a.awaitState(ua.Registered)
		b.awaitState(ua.Registered)
		at, bt := talk(a, b)
		for user, got := range map[string]string{"1001": b.target(bt), "1002": a.target(at)} {
			want := "sip:" + user + "@pbx.example;gr=urn:uuid:00000000-0000-4000-8000-00000000000" + user[3:]
			if got != want {
				t.Errorf("the Contact of %s is %q, want %q", user, got, want)
			}
		}
		b.must(b.agent.Hold(bt, true)) // requests to a GRUU arrive
		a.awaitCallThat("held", func(c ua.Call) bool { return c.RemoteHold })
		a.must(a.agent.Hangup(at))
		b.awaitCall(ua.Terminated)
		if m := o.lastOf("REGISTER", "1001"); strings.Contains(m.Get("Contact"), ";gr=") {
			t.Errorf("a GRUU was registered: %q", m.Get("Contact"))
		}
	})
}

func TestGRUU_that_cannot_be_one(t *testing.T) {
	p := newPhone(t, nil)
	registrar := uatest.NewPeer(t, netip.AddrPort{})
	p.must(p.agent.SetAccounts([]ua.Account{{
		ID: "a", User: "1001", Domain: "pbx.example", Registrar: registrar.Address().String(),
		Transport: ua.UDP, Register: true, KeepAlive: -1, GRUU: true,
	}}))
	register := registrar.Expect("REGISTER")
	registrar.Answer(register, "pbx", "200 OK", "Contact: "+register.Get("Contact")+`;pub-gruu="http://x";temp-gruu="sip:tgruu.7hs@pbx.example;gr"`, "Expires: 600")
	p.awaitState(ua.Registered)
	_, err := p.agent.Invite("a", "1002")
	p.must(err)
	if contact := registrar.Expect("INVITE").Get("Contact"); contact != "<sip:tgruu.7hs@pbx.example;gr>" {
		t.Errorf("Contact %q", contact)
	}
}

func TestKeepAlive_as_often_as_the_server_needs(t *testing.T) {
	for _, test := range []struct {
		name       string
		configured time.Duration
		flowTimer  time.Duration
		keep       time.Duration
		want       time.Duration
	}{
		{"as configured", 40 * time.Second, 0, 0, 40 * time.Second},
		{"nothing configured", 0, 0, 0, 25 * time.Second},
		{"none", -1, 0, 0, 0},
		{"the edge wants it more often", 40 * time.Second, 20 * time.Second, 0, 20 * time.Second},
		{"the edge could wait longer", 40 * time.Second, 2 * time.Minute, 0, 40 * time.Second},
		{"none, but the edge drops who is silent", -1, 2 * time.Minute, 0, 2 * time.Minute},
		{"by the Via", 40 * time.Second, 0, 30 * time.Second, 30 * time.Second},
	} {
		t.Run(test.name, func(t *testing.T) {
			e := &edge{line: &line{account: ua.Account{KeepAlive: test.configured}}}
			e.binding.flowTimer, e.binding.keep = test.flowTimer, test.keep
			if got := e.pingEvery(); got != test.want {
				t.Errorf("%v, want %v", got, test.want)
			}
		})
	}
}

func TestKeepAlive_Flow_Timer(t *testing.T) {
	o := keeper(t, func(c *uatest.ProxyConfig) { c.FlowTimer = 1 })
	p := o.phone(t, "1001", ua.TLS, nil) // whose account wants no keep-alives
	p.awaitState(ua.Registered)
	waitFor(t, func() bool { return o.Pongs() > 0 })
}

func TestKeepOf(t *testing.T) {
	for via, want := range map[string]time.Duration{
		"SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK1;keep=40": 40 * time.Second,
		"SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK1;keep=0":  30 * time.Second,
		"SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK1;keep":    0,
		"SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK1":         0,
	} {
		m := message{Fields: []wire.Field{{Name: "Via", Value: via}}}
		if got := keepOf(&m); got != want {
			t.Errorf("%s: %v", via, got)
		}
	}
}

// The GRUU stays, but the sound may have to come from another address.
func TestGRUU_on_another_network_the_call_is_offered_anew(t *testing.T) {
	o := newOffice(t, func(c *uatest.ProxyConfig) { c.GRUU = true })
	a, b := o.phone(t, "1001", ua.TCP, wantsGRUU), o.phone(t, "1002", ua.TCP, nil)
	a.awaitState(ua.Registered)
	b.awaitState(ua.Registered)
	at, _ := talk(a, b)
	before := len(o.Requests("INVITE"))
	a.must(a.agent.command(func(o *owner) { o.calls[at].host = "192.0.2.7" }))
	a.must(a.agent.NetworkChanged())
	waitFor(t, func() bool { return len(o.Requests("INVITE")) > before })
	a.must(a.agent.Hangup(at))
	b.awaitCall(ua.Terminated)
}

func TestRoutesChanged_leaves_a_flow_that_still_goes_there(t *testing.T) {
	everyTransport(t, func(t *testing.T, transport ua.Transport) {
		o := newOffice(t, nil)
		p := o.phone(t, "1001", transport, nil)
		p.awaitState(ua.Registered)
		before := len(o.Requests("REGISTER"))
		p.must(p.agent.RoutesChanged())
		p.must(p.agent.ClockChanged()) // comes after it
		p.awaitState(ua.Registered)
		all := o.Requests("REGISTER")
		if first, last := all[0].Get("Via"), all[len(all)-1].Get("Via"); strings.Split(first, ";")[0] != strings.Split(last, ";")[0] {
			t.Errorf("%q became %q", first, last)
		}
		if len(all) != before+1 {
			t.Errorf("%d REGISTERs, want one for the clock", len(all)-before)
		}
	})
}

func TestRoutesChanged_what_goes_another_way_is_opened_anew(t *testing.T) {
	o := newOffice(t, nil)
	p := o.phone(t, "1001", ua.TCP, nil)
	p.awaitState(ua.Registered)
	before := o.lastOf("REGISTER", "1001").Get("Via")
	p.must(p.agent.command(func(o *owner) { // as if the flow had come from an address that is gone
		f := o.lines["1001"].flow
		f.local = netip.AddrPortFrom(netip.MustParseAddr("127.0.0.9"), f.local.Port())
	}))
	p.must(p.agent.RoutesChanged())
	p.awaitState(ua.Registered)
	if after := o.lastOf("REGISTER", "1001").Get("Via"); strings.Split(after, ";")[0] == strings.Split(before, ";")[0] {
		t.Errorf("the same connection, %q", after)
	}
}

func TestRoutesChanged_what_had_failed_is_tried_at_once(t *testing.T) {
	o := newOffice(t, nil)
	r := newRelay(t, o.Address(ua.TCP))
	p := o.phone(t, "1001", ua.TCP, func(account *ua.Account) { account.Registrar = r.registrar() })
	p.awaitState(ua.Registered)
	r.down()
	for range 4 { // so that the next attempt is seconds away
		p.awaitState(ua.RegistrationFailed)
	}
	r.up()
	p.must(p.agent.RoutesChanged())
	p.awaitState(ua.Registering)
	p.awaitState(ua.Registered)
}

// A registrar that keeps flows takes both for one binding: whoever removes it
// last would win.
func TestOutbound_a_changed_account_registers_after_the_old_one_is_removed(t *testing.T) {
	o := keeper(t, nil)
	account := o.account("1001", ua.TLS)
	p := newPhone(t, func(c *Config) { c.Locate = lookup })
	p.must(p.agent.SetAccounts([]ua.Account{account}))
	p.awaitState(ua.Registered)
	account.DisplayName = "Another"
	p.must(p.agent.SetAccounts([]ua.Account{account}))
	p.awaitState(ua.Registered)
	var removed, anew int
	for i, m := range o.Requests("REGISTER") {
		switch {
		case m.Get("Expires") == "0":
			removed = i
		case strings.Contains(m.Get("From"), "Another") && anew == 0:
			anew = i
		}
	}
	if removed == 0 || anew < removed {
		t.Errorf("removed by REGISTER %d, registered anew by %d", removed, anew)
	}
}

func TestNetworkChanged_what_hangs_on_the_old_way_is_not_waited_for(t *testing.T) {
	o := newOffice(t, nil)
	asked := make(chan struct{}, 1)
	p := newPhone(t, func(c *Config) {
		c.DialTimeout = patience
		c.Locate = func(ctx context.Context, query Query) ([]locate.Target, error) {
			select {
			case asked <- struct{}{}: // the first: nobody answers
				<-ctx.Done()
				return nil, ctx.Err()
			default:
				return lookup(ctx, query)
			}
		}
	})
	p.must(p.agent.SetAccounts([]ua.Account{o.account("1001", ua.TLS)}))
	waitFor(t, func() bool { return len(asked) > 0 })
	p.must(p.agent.NetworkChanged())
	p.awaitState(ua.Registered)
}
