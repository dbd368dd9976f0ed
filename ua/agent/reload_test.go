package agent

import (
	"crypto/tls"
	"testing"

	"offhook/ua"
	"offhook/ua/uatest"
)

// certified is a phone that shows a client certificate, and the account it has.
func certified(t *testing.T) (*office, *phone, ua.Account) {
	o := keeper(t, func(c *uatest.ProxyConfig) { c.TLS.ClientAuth = tls.RequireAnyClientCert })
	account := o.account("1001", ua.TLS)
	chain, key := o.authority.PEMs(o.authority.Issue("phone.example"))
	account.TLS.Cert, account.TLS.Key = chain, ua.NewSecret(key)
	p := newPhone(t, func(c *Config) { c.Locate = lookup })
	p.must(p.agent.SetAccounts([]ua.Account{account}))
	p.awaitState(ua.Registered)
	return o, p, account
}

// flows counts the flows that a phone has open.
func (p *phone) flows() int {
	out := make(chan int, 1)
	p.must(p.agent.command(func(o *owner) { out <- len(o.flows) }))
	return <-out
}

func TestReload_a_call_outlives_new_certificates(t *testing.T) {
	o, p, account := certified(t)
	second := o.account("1002", ua.TLS)
	second.TLS = account.TLS
	b := newPhone(t, func(c *Config) { c.Locate = lookup })
	b.must(b.agent.SetAccounts([]ua.Account{second}))
	b.awaitState(ua.Registered)
	pt, bt := talk(p, b)

	registers := len(o.Requests("REGISTER"))
	chain, key := o.authority.PEMs(o.authority.Issue("phone.example"))
	account.TLS.Cert, account.TLS.Key = chain, ua.NewSecret(key)
	p.must(p.agent.SetAccounts([]ua.Account{account}))
	p.awaitState(ua.Registered)
	for _, m := range o.Requests("REGISTER")[registers:] {
		if m.Get("Expires") == "0" {
			t.Error("the binding was removed")
		}
	}
	p.must(p.agent.Hold(pt, true))
	b.awaitCallThat("held", func(c ua.Call) bool { return c.RemoteHold })
	b.must(b.agent.Hangup(bt))
	p.awaitCall(ua.Terminated)
	if n := p.flows(); n != 2 {
		t.Errorf("%d flows, want the old one beside the new", n)
	}
	p.must(p.agent.command(func(o *owner) { // what the machine does when no repetition can come any more
		for _, c := range o.calls {
			o.forget(c)
		}
	}))
	waitFor(t, func() bool { return p.flows() == 1 })
}

func TestReload_certificates_that_do_not_work_leave_the_old_flow(t *testing.T) {
	o, p, account := certified(t)
	account.TLS.CA = uatest.NewAuthority(t).PEM
	p.must(p.agent.SetAccounts([]ua.Account{account}))
	b := o.phone(t, "1002", ua.UDP, nil)
	b.awaitState(ua.Registered)
	id, err := p.agent.Invite("1001", "1002")
	p.must(err)
	b.awaitCallThat("a call over the old flow", func(c ua.Call) bool { return c.Incoming })
	p.must(p.agent.Hangup(id))
	p.awaitCall(ua.Terminated)
}

func TestReload_after_a_failure_is_at_once(t *testing.T) {
	o := newOffice(t, nil)
	account := o.account("1001", ua.TLS)
	good := account.TLS.CA
	account.TLS.CA = uatest.NewAuthority(t).PEM
	p := newPhone(t, func(c *Config) { c.Locate = lookup })
	p.must(p.agent.SetAccounts([]ua.Account{account}))
	p.awaitState(ua.RegistrationFailed)
	account.TLS.CA = good
	p.must(p.agent.SetAccounts([]ua.Account{account}))
	p.awaitState(ua.Registered)
}

func TestRenewedTLS(t *testing.T) {
	account := ua.Account{ID: "a", User: "1001", Domain: "pbx.example", Transport: ua.TLS}
	renewed := account
	renewed.TLS.CA = "another"
	if !renewedTLS(account, renewed) {
		t.Error("another CA alone")
	}
	renewed.User = "1002"
	if renewedTLS(account, renewed) {
		t.Error("another user, too")
	}
	account.Transport = ua.UDP
	renewed = account
	renewed.TLS.CA = "another"
	if renewedTLS(account, renewed) {
		t.Error("UDP has no certificates")
	}
}
