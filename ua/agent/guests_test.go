package agent

import (
	"crypto/tls"
	"fmt"
	"net"
	"net/netip"
	"testing"
	"time"

	"offhook/ua"
	"offhook/ua/uatest"
)

// host is a telephone without a server that anyone may call by TLS.
func host(t *testing.T, change func(*Config), policy ua.TLSPolicy) (*phone, netip.AddrPort) {
	t.Helper()
	p := newPhone(t, func(c *Config) {
		c.Inbound.Listen = []Listen{{Transport: ua.TLS, Address: netip.MustParseAddrPort("127.0.0.1:0")}}
		c.DialTimeout = 300 * time.Millisecond
		change(c)
	})
	p.must(p.agent.SetAccounts([]ua.Account{{ID: "p2p", User: "bob", Domain: "127.0.0.1", Transport: ua.TLS, TLS: policy}}))
	bound, err := p.agent.Listening(t.Context())
	p.must(err)
	return p, bound[0]
}

func TestListen_calls_by_TLS_without_a_server(t *testing.T) {
	authority := uatest.NewAuthority(t)
	pair := authority.Issue("127.0.0.1")
	chain, key := authority.PEMs(pair)
	for _, test := range []struct {
		arrow  string
		change func(*Config)
		policy ua.TLSPolicy
	}{
		{"the account's certificate -> talks", func(*Config) {}, ua.TLSPolicy{CA: authority.PEM, Cert: chain, Key: ua.NewSecret(key)}},
		{"the device's certificate -> talks", func(c *Config) {
			c.Inbound.Certificate = func() (*tls.Certificate, error) { return &pair, nil }
		}, ua.TLSPolicy{CA: authority.PEM}},
	} {
		t.Run(test.arrow, func(t *testing.T) {
			bob, at := host(t, test.change, test.policy)
			alice := newPhone(t, nil)
			alice.must(alice.agent.SetAccounts([]ua.Account{{ID: "a", User: "alice", Domain: "127.0.0.1", Transport: ua.TLS, TLS: ua.TLSPolicy{CA: authority.PEM}}}))
			_, err := alice.agent.Invite("a", ua.Target(fmt.Sprintf("sips:bob@%s", at)))
			alice.must(err)
			incoming := bob.awaitCallThat("an incoming call", func(c ua.Call) bool { return c.Incoming && c.State == ua.Proceeding })
			if !incoming.SecureSIP {
				t.Error("the call is not told to be secure")
			}
			bob.must(bob.agent.Answer(incoming.ID))
			alice.awaitCall(ua.Confirmed)
			bob.awaitCall(ua.Confirmed)
			bob.must(bob.agent.Hangup(incoming.ID))
			alice.awaitCall(ua.Terminated)
		})
	}
}

func TestListen_by_TLS_without_a_certificate_refuses(t *testing.T) {
	_, at := host(t, func(*Config) {}, ua.TLSPolicy{})
	if conn, err := tls.Dial("tcp", at.String(), &tls.Config{InsecureSkipVerify: true}); err == nil {
		conn.Close()
		t.Error("a handshake without a certificate")
	}
}

func TestListen_by_TLS_who_never_shakes_hands_is_left(t *testing.T) {
	_, at := host(t, func(*Config) {}, ua.TLSPolicy{})
	conn, err := net.Dial("tcp", at.String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetReadDeadline(time.Now().Add(patience))
	if n, err := conn.Read(make([]byte, 1)); n > 0 || err == nil {
		t.Error("something was said")
	}
}
