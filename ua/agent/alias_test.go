package agent

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"offhook/ua"
	"offhook/ua/uatest"
	"offhook/ua/wire"
)

// neighbourTLS is a telephone without a server, with a certificate for these names.
func neighbourTLS(t *testing.T, authority *uatest.Authority, user string, reuse bool, names ...string) (*phone, netip.AddrPort) {
	t.Helper()
	chain, key := authority.PEMs(authority.Issue(names...))
	p := newPhone(t, func(c *Config) { c.Inbound.Listen = loopback(ua.TLS) })
	account := ua.Account{
		ID: ua.AccountID(user), User: user, Domain: "127.0.0.1", Transport: ua.TLS,
		TLS: ua.TLSPolicy{CA: authority.PEM, Cert: chain, Key: ua.NewSecret(key)},
	}
	account.ConnectionReuse = reuse
	p.must(p.agent.SetAccounts([]ua.Account{account}))
	bound, err := p.agent.Listening(t.Context())
	p.must(err)
	return p, bound[0]
}

// alice calls bob and hangs up; then nobody can connect to her any more, and bob
// calls her.
func TestAlias_requests_go_back_over_the_connection(t *testing.T) {
	for _, c := range []struct {
		arrow     string
		asks      bool // alice
		takes     bool // bob
		name      string
		reachable bool
	}{
		{"asked for, and she is who she says -> her connection", true, true, "127.0.0.1", true},
		{"asked for by who has another's certificate -> not reached", true, true, "mallory.example", false},
		{"not asked for -> not reached", false, true, "127.0.0.1", false},
		{"asked for, but bob does not -> not reached", true, false, "127.0.0.1", false},
	} {
		t.Run(c.arrow, func(t *testing.T) {
			authority := uatest.NewAuthority(t)
			alice, home := neighbourTLS(t, authority, "alice", c.asks, c.name)
			bob, at := neighbourTLS(t, authority, "bob", c.takes, "127.0.0.1")
			_, err := alice.agent.Invite("alice", ua.Target(fmt.Sprintf("sips:bob@%s", at)))
			alice.must(err)
			in := bob.awaitCallThat("a call", func(c ua.Call) bool { return c.Incoming && c.State == ua.Proceeding })
			bob.must(bob.agent.Reject(in.ID, 486))
			alice.awaitCall(ua.Terminated)
			bob.awaitCall(ua.Terminated)
			_, err = alice.agent.SetListeners(t.Context(), nil)
			alice.must(err)

			_, err = bob.agent.Invite("bob", ua.Target(fmt.Sprintf("sips:alice@%s", home)))
			bob.must(err)
			if !c.reachable {
				if call := bob.awaitCall(ua.Terminated); call.Cause != ua.CauseSetupFail {
					t.Errorf("%+v", call)
				}
				return
			}
			back := alice.awaitCallThat("the call back", func(c ua.Call) bool { return c.Incoming && c.State == ua.Proceeding })
			alice.must(alice.agent.Answer(back.ID))
			bob.awaitCallThat("the answer", func(c ua.Call) bool { return !c.Incoming && c.State == ua.Confirmed })
			alice.must(alice.agent.Hangup(back.ID))
			bob.awaitCall(ua.Terminated)
		})
	}
}

func TestAliasOf(t *testing.T) {
	for via, want := range map[string]string{
		"SIP/2.0/TLS Alice.example;branch=z9hG4bK1;alias":      "alice.example 5061 true",
		"SIP/2.0/TLS alice.example:5071;ALIAS;branch=z9hG4bK1": "alice.example 5071 true",
		"SIP/2.0/TLS [2001:db8::1]:5071;alias":                 "2001:db8::1 5071 true",
		"SIP/2.0/TLS alice.example;branch=z9hG4bK1":            "alice.example 5061 false",
	} {
		m := message{Fields: []wire.Field{{Name: "Via", Value: via}}}
		alias, ok := aliasOf(&m)
		if got := fmt.Sprint(alias.host, " ", alias.port, " ", ok); got != want {
			t.Errorf("%s: %s", via, got)
		}
	}
	if _, ok := aliasOf(&message{}); ok {
		t.Error("an alias without a Via")
	}
}

// A registered account asks its server to send requests back over its connection.
func TestAlias_is_asked_of_the_server(t *testing.T) {
	o := newOffice(t, nil)
	chain, key := o.authority.PEMs(o.authority.Issue("1001.example"))
	for arrow, c := range map[string]struct{ reuse, certified, on bool }{
		"with a certificate -> asked":              {true, true, true},
		"without one -> nothing could be believed": {true, false, false},
		"not wanted -> not asked":                  {false, true, false},
	} {
		p := o.phone(t, "1001", ua.TLS, func(a *ua.Account) {
			if a.ConnectionReuse = c.reuse; c.certified {
				a.TLS.Cert, a.TLS.Key = chain, ua.NewSecret(key)
			}
		})
		p.awaitState(ua.Registered)
		all := o.Requests("REGISTER")
		if via := all[len(all)-1].Get("Via"); strings.Contains(via, ";alias") != c.on {
			t.Errorf("%s: Via %q", arrow, via)
		}
		p.end()
	}
}
