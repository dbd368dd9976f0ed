package agent

import (
	"crypto/tls"
	"net"
	"net/netip"
	"strings"
	"testing"

	"offhook/ua"
	"offhook/ua/uatest"
)

func loopback(transports ...ua.Transport) []ua.Listener {
	var out []ua.Listener
	for _, transport := range transports {
		out = append(out, ua.Listener{Transport: transport, Address: netip.MustParseAddrPort("127.0.0.1:0")})
	}
	return out
}

func TestSetListeners(t *testing.T) {
	p := newPhone(t, func(c *Config) { c.Inbound = InboundPolicy{Listen: loopback(ua.TLS, ua.UDP), AnyUser: true} })
	p.must(p.agent.SetAccounts([]ua.Account{{ID: "p2p", User: "phone", Domain: "127.0.0.1", Transport: ua.UDP}}))
	first, err := p.agent.Listening(t.Context())
	if err != nil || len(first) != 2 {
		t.Fatal(first, err)
	}
	peer := uatest.NewPeer(t, first[1])
	call, to := ring(p, peer)

	second, err := p.agent.SetListeners(t.Context(), loopback(ua.UDP, ua.TCP))
	if err != nil || len(second) != 2 || second[0] != first[1] {
		t.Fatalf("%v, was %v; %v", second, first, err)
	}
	if conn, err := net.Dial("tcp", first[0].String()); err == nil {
		conn.Close()
		t.Error("what went is still listened on")
	}
	conn, err := net.Dial("tcp", second[1].String())
	if err != nil {
		t.Fatal("what came is not listened on:", err)
	}
	conn.Close()
	p.must(p.agent.Answer(call.ID)) // the call over the one that stayed goes on
	peer.Expect("200")
	peer.Send(inDialog("ACK", 7, to))
	p.awaitCall(ua.Confirmed)
	p.must(p.agent.Hangup(call.ID))
	peer.Reply(peer.Expect("BYE"), "", "200 OK")
	p.awaitCall(ua.Terminated)

	taken := ua.Listener{Transport: ua.TCP, Address: second[1]}
	other, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	taken.Address = other.Addr().(*net.TCPAddr).AddrPort()
	third, err := p.agent.SetListeners(t.Context(), []ua.Listener{taken, loopback(ua.UDP)[0]})
	if err == nil || !strings.Contains(err.Error(), "another program has this port") || len(third) != 1 || third[0] != first[1] {
		t.Errorf("%v, %v", third, err)
	}
	// The same address for another socket, at once.
	moved, err := p.agent.SetListeners(t.Context(), []ua.Listener{{Transport: ua.UDP, Address: first[1]}})
	if err != nil || len(moved) != 1 || moved[0] != first[1] {
		t.Errorf("%v, %v", moved, err)
	}
	if none, err := p.agent.SetListeners(t.Context(), nil); err != nil || len(none) != 0 {
		t.Errorf("%v, %v", none, err)
	}
}

// A listening socket shows the certificate that it has at each handshake.
func TestListen_certificates_are_reloaded(t *testing.T) {
	authority := uatest.NewAuthority(t)
	var account ua.Account
	shows := func(at netip.AddrPort) string {
		conn, err := tls.Dial("tcp", at.String(), &tls.Config{InsecureSkipVerify: true})
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		return strings.Join(conn.ConnectionState().PeerCertificates[0].DNSNames, " ")
	}
	p, at := host(t, func(*Config) {}, ua.TLSPolicy{})
	for _, name := range []string{"one.example", "two.example"} {
		chain, key := authority.PEMs(authority.Issue(name))
		account = ua.Account{ID: "p2p", User: "bob", Domain: "127.0.0.1", Transport: ua.TLS, TLS: ua.TLSPolicy{CA: authority.PEM, Cert: chain, Key: ua.NewSecret(key)}}
		p.must(p.agent.SetAccounts([]ua.Account{account}))
		if got := shows(at); got != name {
			t.Errorf("shows %q, want %q", got, name)
		}
	}
}
