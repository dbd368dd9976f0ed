package agent

import (
	"context"
	"net/netip"
	"slices"
	"testing"

	"offhook/ua"
	"offhook/ua/locate"
)

// offered stands for a domain that offers these transports, in this order.
func (o *office) offered(transports ...ua.Transport) LocateFunc {
	return func(ctx context.Context, query Query) ([]locate.Target, error) {
		if query.Host != "pbx.example" || query.Transport != "" {
			return lookup(ctx, query)
		}
		var targets []locate.Target
		for rank, transport := range transports {
			targets = append(targets, locate.Target{Transport: transport, Address: o.Address(transport), Name: query.Host, Host: query.Host, Rank: rank})
		}
		return targets, nil
	}
}

func TestAuto_takes_what_the_domain_offers(t *testing.T) {
	for _, c := range []struct {
		arrow   string
		offered []ua.Transport
		want    ua.Transport
	}{
		{"UDP before TLS -> TLS", []ua.Transport{ua.UDP, ua.TCP, ua.TLS}, ua.TLS},
		{"TCP before UDP -> TCP", []ua.Transport{ua.TCP, ua.UDP}, ua.TCP},
		{"UDP -> UDP", []ua.Transport{ua.UDP}, ua.UDP},
	} {
		t.Run(c.arrow, func(t *testing.T) {
			o := newOffice(t, nil)
			var phones []*phone
			for _, user := range []string{"1001", "1002"} {
				p := newPhone(t, func(config *Config) { config.Locate = o.offered(c.offered...) })
				account := o.account(user, ua.Auto)
				account.Registrar, account.Proxy = "pbx.example", "pbx.example"
				p.must(p.agent.SetAccounts([]ua.Account{account}))
				if r := p.awaitState(ua.Registered); r.Server != o.Address(c.want).String() {
					t.Errorf("registered with %s, want %s", r.Server, o.Address(c.want))
				}
				phones = append(phones, p)
			}
			at, _ := talk(phones[0], phones[1])
			if call := phones[0].snapshot(at); call.SecureSIP != (c.want == ua.TLS) {
				t.Errorf("told to be secure: %v", call.SecureSIP)
			}
			route := map[ua.Transport]string{ua.UDP: "<sip:pbx.example;lr>", ua.TCP: "<sip:pbx.example;transport=tcp;lr>", ua.TLS: "<sip:pbx.example;transport=tls;lr>"}
			invite := o.lastOf("INVITE", "1001")
			if got := invite.List("Route"); len(got) > 0 && got[0] != route[c.want] {
				t.Errorf("Route %q", got)
			}
			phones[0].must(phones[0].agent.Hangup(at))
			phones[1].awaitCall(ua.Terminated)
		})
	}
}

// A domain that offers TLS is not spoken to in the clear, whatever becomes of TLS.
func TestAuto_never_falls_from_TLS_to_the_clear(t *testing.T) {
	o := newOffice(t, nil)
	dead := blackHole(t)
	p := newPhone(t, func(config *Config) {
		config.Locate = func(ctx context.Context, query Query) ([]locate.Target, error) {
			targets, err := o.offered(ua.TLS, ua.TCP, ua.UDP)(ctx, query)
			targets[0].Address = netip.AddrPortFrom(dead.Addr(), 1) // refused at once
			return targets, err
		}
	})
	account := o.account("1001", ua.Auto)
	account.Registrar = "pbx.example"
	p.must(p.agent.SetAccounts([]ua.Account{account}))
	p.awaitState(ua.RegistrationFailed)
	if got := o.Requests("REGISTER"); len(got) != 0 {
		t.Errorf("%d REGISTERs in the clear", len(got))
	}
}

// A sips URI goes by TLS or not at all (RFC 3261 §26.2.2).
func TestAuto_sips_does_not_go_in_the_clear(t *testing.T) {
	o := newOffice(t, nil)
	p := newPhone(t, func(config *Config) { config.Locate = o.offered(ua.TCP) })
	account := o.account("1001", ua.Auto)
	account.Registrar = "pbx.example"
	p.must(p.agent.SetAccounts([]ua.Account{account}))
	p.awaitState(ua.Registered)
	id, err := p.agent.Invite("1001", "sips:1002@pbx.example")
	p.must(err)
	p.awaitEnd(id, ua.CauseSetupFail)
	if len(o.Requests("INVITE")) != 0 {
		t.Error("it went in the clear")
	}
}

func TestSecureFirst(t *testing.T) {
	of := func(transport ua.Transport, rank int) locate.Target {
		return locate.Target{Transport: transport, Rank: rank}
	}
	for _, c := range []struct {
		arrow    string
		in, want []locate.Target
	}{
		{"nothing -> nothing", nil, nil},
		{"clear alone -> as it is", []locate.Target{of(ua.UDP, 0), of(ua.TCP, 1)}, []locate.Target{of(ua.UDP, 0), of(ua.TCP, 1)}},
		{"TLS last -> TLS alone, and the best", []locate.Target{of(ua.UDP, 0), of(ua.TLS, 3), of(ua.TLS, 4)}, []locate.Target{of(ua.TLS, 0), of(ua.TLS, 1)}},
	} {
		if got := secureFirst(c.in); !slices.Equal(got, c.want) {
			t.Errorf("%s: %+v", c.arrow, got)
		}
	}
}

func TestSetAccounts_auto_needs_a_server(t *testing.T) {
	p := newPhone(t, nil)
	err := p.agent.SetAccounts([]ua.Account{{ID: "a", User: "a", Domain: "127.0.0.1", Transport: ua.Auto}})
	if err == nil {
		t.Error("taken")
	}
}

// snapshot is a call as it was told last.
func (p *phone) snapshot(id ua.CallID) ua.Call {
	p.tb.Helper()
	for _, event := range slices.Backward(p.past) {
		if e, ok := event.(ua.CallChanged); ok && e.Call.ID == id {
			return e.Call
		}
	}
	p.tb.Fatal("a call of which nothing was told")
	return ua.Call{}
}
