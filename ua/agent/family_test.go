package agent

import (
	"context"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"offhook/ua"
	"offhook/ua/locate"
	"offhook/ua/uatest"
)

const answerSDP = "Content-Type: application/sdp\n\nv=0\no=- 1 1 IN IP4 127.0.0.1\ns=-\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 40000 RTP/AVP 0"

// An account whose server is reached by another family of addresses from now on
// goes there, and its call with it.
func TestNetworkChanged_to_another_family(t *testing.T) {
	for _, c := range []struct{ arrow, from, to string }{
		{"IPv6 -> IPv4", "[::1]:1", "127.0.0.1:1"},
		{"IPv4 -> IPv6", "127.0.0.1:1", "[::1]:1"},
	} {
		t.Run(c.arrow, func(t *testing.T) {
			before := uatest.NewPeer(t, netip.MustParseAddrPort(c.from))
			after := uatest.NewPeer(t, netip.MustParseAddrPort(c.to))
			var server atomic.Pointer[uatest.Peer]
			server.Store(before)
			p := newPhone(t, func(config *Config) {
				config.ShutdownTimeout = 20 * time.Millisecond
				config.Locate = func(_ context.Context, query Query) ([]locate.Target, error) {
					return []locate.Target{{Transport: ua.UDP, Address: server.Load().Address(), Name: query.Host, Host: query.Host}}, nil
				}
			})
			p.must(p.agent.SetAccounts([]ua.Account{{
				ID: "a", User: "1001", Domain: "pbx.example", Transport: ua.UDP, Register: true, KeepAlive: -1, SessionExpires: -1,
			}}))
			ours := func(peer *uatest.Peer) string { // how our addresses begin there
				if peer.Address().Addr().Is4() {
					return "127.0.0.1:"
				}
				return "[::1]:"
			}
			register := func(peer *uatest.Peer) {
				m := peer.Expect("REGISTER")
				if !strings.Contains(m.Get("Contact"), "@"+ours(peer)) || !strings.Contains(m.Get("Via"), " "+ours(peer)) {
					t.Errorf("Contact %q, Via %q, want %s", m.Get("Contact"), m.Get("Via"), ours(peer))
				}
				peer.Answer(m, "pbx", "200 OK", "Contact: "+m.Get("Contact")+";expires=600")
			}
			register(before)
			p.awaitState(ua.Registered)
			_, err := p.agent.Invite("a", "1002")
			p.must(err)
			invite := before.Expect("INVITE")
			before.Answer(invite, "far", "200 OK", "Allow: INVITE", "Contact: <sip:1002@pbx.example>", answerSDP)
			p.awaitCall(ua.Confirmed)
			before.Expect("ACK")

			server.Store(after)
			p.must(p.agent.NetworkChanged())
			register(after)
			moved := after.Expect("INVITE")
			if moved.Get("Call-ID") != invite.Get("Call-ID") || !strings.Contains(moved.Get("Contact"), "@"+ours(after)) || len(moved.Body) == 0 {
				t.Errorf("Call-ID %q, Contact %q", moved.Get("Call-ID"), moved.Get("Contact"))
			}
			after.Answer(moved, "far", "200 OK", "Allow: INVITE", "Contact: <sip:1002@pbx.example>", answerSDP)
			after.Expect("ACK")
		})
	}
}
