package agent

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"strings"
	"sync"
	"testing"

	"offhook/ua"
	"offhook/ua/digest"
	"offhook/ua/guard"
	"offhook/ua/uatest"
)

func TestCredentials_are_for_the_server_alone(t *testing.T) {
	p := newPhone(t, nil)
	registrar, friend := uatest.NewPeer(t, netip.AddrPort{}), uatest.NewPeer(t, netip.AddrPort{})
	p.must(p.agent.SetAccounts([]ua.Account{{
		ID: "a", User: "1001", Domain: "pbx.example", Registrar: registrar.Address().String(),
		Transport: ua.UDP, Password: ua.NewSecret("x"), KeepAlive: -1,
	}}))
	_, err := p.agent.Invite("a", "1002")
	p.must(err)
	invite := registrar.Expect("INVITE")
	// The proxy is not in the path of what follows: the answer is the friend's.
	registrar.Answer(invite, "friend", "200 OK", fmt.Sprintf("Contact: <sip:friend@%s>", friend.Address()),
		"Content-Type: application/sdp\n\nv=0\no=- 1 1 IN IP4 127.0.0.1\ns=-\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 4 RTP/AVP 0")
	friend.Expect("ACK")
	call := p.awaitCall(ua.Confirmed)
	p.must(p.agent.Hangup(call.ID))
	bye := friend.Expect("BYE")
	friend.Answer(bye, "", "407 Proxy Authentication Required", `Proxy-Authenticate: Digest realm="trap", nonce="1"`)
	p.awaitCall(ua.Terminated)
	p.stop()
	<-p.stopped
	for _, m := range friend.Rest() {
		if m.Has("Proxy-Authorization") {
			t.Errorf("%s came with credentials", m.Method)
		}
	}
}
func TestSecrets_are_not_logged(t *testing.T) {
	o := newOffice(t, nil)
	var mu sync.Mutex
	var log bytes.Buffer
	p := newPhone(t, func(c *Config) {
		c.Locate = lookup
		c.Log = slog.New(slog.NewTextHandler(lockedWriter{&mu, &log}, &slog.HandlerOptions{Level: slog.LevelDebug - 4}))
	})
	p.must(p.agent.SetAccounts([]ua.Account{o.account("1001", ua.TLS)}))
	p.awaitState(ua.Registered)
	_, err := p.agent.Invite("1001", "4711")
	p.must(err)
	p.awaitCall(ua.Terminated)
	p.end()
	mu.Lock()
	defer mu.Unlock()
	for _, secret := range []string{"secret1", "response=", "nonce", "m=audio", "Authorization"} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("%q is in the log:\n%s", secret, log.String())
		}
	}
}

type lockedWriter struct {
	mu *sync.Mutex
	to *bytes.Buffer
}

func (w lockedWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.to.Write(p)
}

// broken is a session with a fault in it.
type broken struct{ ua.Session }

func (broken) Answer([]byte) ([]byte, error) { panic("broken") }

func TestFault_in_the_media_is_the_calls_alone(t *testing.T) {
	p := newPhone(t, func(c *Config) {
		c.Inbound.Listen = []Listen{{Transport: ua.UDP, Address: netip.MustParseAddrPort("127.0.0.1:0")}}
		c.Guard = guard.Config{}
		good := c.NewSession
		c.NewSession = func(account ua.AccountID, id ua.CallID) (ua.Session, error) {
			switch id {
			case 1:
				return nil, errors.New("no sound card")
			case 2:
				panic("NewSession is broken")
			}
			session, err := good(account, id)
			return broken{session}, err
		}
	})
	p.must(p.agent.SetAccounts([]ua.Account{{ID: "p2p", User: "phone", Domain: "neighbour", Transport: ua.UDP}}))
	bound, err := p.agent.Listening(t.Context())
	p.must(err)
	for _, want := range []string{"500", "500", "488"} {
		peer := uatest.NewPeer(t, bound[0])
		peer.Send(request("INVITE", "sip:phone@%TO%", offer))
		peer.Expect(want)
	}
}

func TestCredentials_are_not_given_for_MD5_where_it_is_refused(t *testing.T) {
	for _, test := range []struct {
		arrow  string
		offers []digest.Algorithm
		state  ua.RegistrationState
		cause  string
	}{
		{"MD5 alone -> failed, told why", []digest.Algorithm{digest.MD5}, ua.RegistrationFailed, "no algorithm but MD5"},
		{"MD5 first, SHA-256 -> registered", []digest.Algorithm{digest.MD5, digest.SHA256}, ua.Registered, ""},
	} {
		t.Run(test.arrow, func(t *testing.T) {
			o := newOffice(t, func(c *uatest.ProxyConfig) { c.Algorithms = test.offers })
			p := o.phone(t, "1001", ua.TCP, func(a *ua.Account) { a.RefuseMD5 = true })
			if event := p.awaitState(test.state); !strings.Contains(event.Cause, test.cause) {
				t.Errorf("cause %q", event.Cause)
			}
			for _, m := range o.Requests("REGISTER") {
				if strings.Contains(m.Get("Authorization"), "MD5") {
					t.Errorf("answered %s", m.Get("Authorization"))
				}
			}
		})
	}
}

func TestFlood_does_not_keep_a_call_from_ending(t *testing.T) {
	p := newPhone(t, func(c *Config) {
		c.Inbound.Listen = []Listen{{Transport: ua.UDP, Address: netip.MustParseAddrPort("127.0.0.1:0")}}
		c.Guard = guard.Config{Rate: 1e6, Burst: 1e6}
	})
	p.must(p.agent.SetAccounts([]ua.Account{{ID: "p2p", User: "phone", Domain: "neighbour", Transport: ua.UDP}}))
	bound, err := p.agent.Listening(t.Context())
	p.must(err)
	peer := uatest.NewPeer(t, bound[0])
	peer.Send(request("INVITE", "sip:phone@%TO%", offer))
	p.must(p.agent.Answer(p.awaitCall(ua.Proceeding).ID))
	accepted := peer.Expect("200")
	for i := range maxServers + 10 {
		peer.Send(strings.ReplaceAll(request("OPTIONS", "sip:phone@%TO%", ""), "z9hG4bK-", fmt.Sprintf("z9hG4bKflood%d", i)))
		if i%50 == 0 {
			peer.Rest()
		}
	}
	for _, method := range []string{"ACK", "BYE"} {
		text := strings.Replace(request(method, "sip:phone@%TO%", ""), "To: <sip:phone@%TO%>", "To: "+accepted.Get("To"), 1)
		text = strings.Replace(text, "call-"+method, "call-INVITE", 1)
		if method == "BYE" {
			text = strings.Replace(text, "CSeq: 7", "CSeq: 8", 1)
		}
		peer.Send(text)
	}
	p.awaitCallThat("the end by BYE", func(c ua.Call) bool { return c.Cause == ua.RemoteBye })
}

func TestScanner_gets_no_answer_by_and_by(t *testing.T) {
	p := newPhone(t, func(c *Config) {
		c.Inbound.Listen = []Listen{{Transport: ua.UDP, Address: netip.MustParseAddrPort("127.0.0.1:0")}}
		c.Guard = guard.Config{Rate: 1e6, Burst: 1e6, AllRate: 1e6, AllBurst: 1e6, Strikes: 3}
	})
	p.must(p.agent.SetAccounts([]ua.Account{{ID: "p2p", User: "phone", Domain: "neighbour", Transport: ua.UDP}}))
	bound, err := p.agent.Listening(t.Context())
	p.must(err)
	peer := uatest.NewPeer(t, bound[0])
	for i := range 10 { // extensions, one after the other
		peer.Send(strings.ReplaceAll(request("INVITE", fmt.Sprintf("sip:%d@%%TO%%", 100+i), offer), "z9hG4bK-", fmt.Sprintf("z9hG4bKscan%d", i)))
		if i < 4 {
			peer.Expect("404")
		}
	}
	waitFor(t, func() bool { return p.agent.gate.Dropped() == guard.Dropped{Muted: 6, Mutes: 1} })
}
