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
	"offhook/ua/guard"
	"offhook/ua/uatest"
)

// neighbour is a telephone without registration and a scripted peer.
func neighbour(t *testing.T, address string) (*phone, *uatest.Peer) {
	t.Helper()
	p := newPhone(t, func(c *Config) {
		c.Inbound.Listen = []Listen{{ua.UDP, netip.MustParseAddrPort(address)}}
	})
	p.must(p.agent.SetAccounts([]ua.Account{{ID: "p2p", User: "phone", Domain: "neighbour", Transport: ua.UDP}}))
	bound, err := p.agent.Listening(t.Context())
	p.must(err)
	if bound[0].Addr().IsUnspecified() {
		bound[0] = netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), bound[0].Port())
	}
	return p, uatest.NewPeer(t, bound[0])
}

// request is a request out of any dialog.
func request(method, uri, extra string) string {
	return fmt.Sprintf(`
%s %s SIP/2.0
Via: SIP/2.0/UDP %%ME%%;branch=z9hG4bK-%s
From: "A. Caller" <sip:caller@%%ME%%>;tag=caller
To: <%s>
Call-ID: call-%s
CSeq: 7 %s
Contact: <sip:caller@%%ME%%>
Max-Forwards: 70
%s
`, method, uri, method, uri, method, method, extra)
}

const offer = `Content-Type: application/sdp

v=0
o=- 1 1 IN IP4 127.0.0.1
s=-
c=IN IP4 127.0.0.1
t=0 0
m=audio 40000 RTP/AVP 0
`

func TestRequest_gets_its_answer(t *testing.T) {
	for _, test := range []struct {
		arrow, method, uri, extra, status string
		header, value                     string
	}{
		{"OPTIONS -> 200", "OPTIONS", "sip:phone@%TO%", "\n", "200", "Allow", allow},
		{"OPTIONS -> what we read", "OPTIONS", "sip:phone@%TO%", "\n", "200", "Accept", "application/sdp"},
		{"MESSAGE -> 405", "MESSAGE", "sip:phone@%TO%", "\n", "405", "Allow", allow},
		{"REGISTER -> 405", "REGISTER", "sip:phone@%TO%", "\n", "405", "Allow", allow},
		{"REFER -> 405", "REFER", "sip:phone@%TO%", "\n", "405", "Allow", allow},
		{"unknown method -> 501", "NEWFANGLED", "sip:phone@%TO%", "\n", "501", "Allow", allow},
		{"SUBSCRIBE -> 489", "SUBSCRIBE", "sip:phone@%TO%", "Event: presence\n\n", "489", "Allow-Events", "message-summary, check-sync"},
		{"BYE to nothing -> 481", "BYE", "sip:phone@%TO%", "\n", "481", "", ""},
		{"PRACK to nothing -> 481", "PRACK", "sip:phone@%TO%", "\n", "481", "", ""},
		{"CANCEL to nothing -> 481", "CANCEL", "sip:phone@%TO%", "\n", "481", "", ""},
		{"tel URI -> 416", "OPTIONS", "tel:123", "\n", "416", "", ""},
		{"INVITE for a stranger -> 404", "INVITE", "sip:nobody@%TO%", offer, "404", "", ""},
		{"unknown option tag -> 420", "INVITE", "sip:phone@%TO%", "Require: magic\n" + offer, "420", "Unsupported", "magic"},
		{"other media type -> 415", "INVITE", "sip:phone@%TO%", "Content-Type: text/plain\n\nhello\n", "415", "Accept", "application/sdp"},
		{"no SDP accepted -> 406", "INVITE", "sip:phone@%TO%", "Accept: text/plain\n" + offer, "406", "", ""},
		{"check-sync of a stranger -> 403", "NOTIFY", "sip:phone@%TO%", "Event: check-sync\n\n", "403", "", ""},
		{"SIP/3.0 -> 505", "OPTIONS", "sip:phone@%TO%", "\n", "505", "", ""},
	} {
		t.Run(test.arrow, func(t *testing.T) {
			_, peer := neighbour(t, "127.0.0.1:0")
			text := request(test.method, test.uri, test.extra)
			if test.status == "505" {
				text = strings.Replace(text, " SIP/2.0\n", " SIP/3.0\n", 1)
			}
			peer.Send(text)
			m := peer.Expect(test.status)
			if test.header != "" && m.Get(test.header) != test.value {
				t.Errorf("%s: %q, want %q", test.header, m.Get(test.header), test.value)
			}
			if !hasTag(m.Get("To")) || m.Get("Call-ID") != "call-"+test.method {
				t.Errorf("To %q, Call-ID %q", m.Get("To"), m.Get("Call-ID"))
			}
		})
	}
}

func TestNeighbour_calls_over_IPv4_and_IPv6(t *testing.T) {
	for _, address := range []string{"127.0.0.1:0", "[::1]:0", "0.0.0.0:0"} {
		t.Run(address, func(t *testing.T) {
			p, peer := neighbour(t, address)
			peer.Send(request("INVITE", "sip:phone@%TO%", offer))
			call := p.awaitCallThat("a call", func(c ua.Call) bool { return c.Incoming })
			if call.Remote.DisplayName != "A. Caller" || call.Remote.User != "caller" {
				t.Errorf("the caller is %+v", call.Remote)
			}
			p.must(p.agent.Ringing(call.ID))
			peer.Expect("180")
			p.must(p.agent.Answer(call.ID))
			ok := peer.Expect("200")
			if strings.Contains(ok.Get("Contact"), "0.0.0.0") || !strings.Contains(ok.Get("Contact"), "<sip:phone@") {
				t.Errorf("Contact %q", ok.Get("Contact"))
			}
			peer.Expect("200") // again, for want of an ACK
			peer.Send(inDialog("ACK", 7, ok.Get("To")))
			p.awaitCall(ua.Confirmed)
			p.must(p.agent.Hangup(call.ID))
			bye := peer.Expect("BYE")
			if !strings.HasPrefix(bye.URI, "sip:caller@") || bye.Get("From") != ok.Get("To") {
				t.Errorf("BYE %s from %q", bye.URI, bye.Get("From"))
			}
			peer.Reply(bye, "", "200 OK")
			p.awaitCall(ua.Terminated)
		})
	}
}

func inDialog(method string, cseq int, to string) string {
	return fmt.Sprintf(`
%s sip:phone@%%TO%% SIP/2.0
Via: SIP/2.0/UDP %%ME%%;branch=z9hG4bK-%s-%d;rport
From: "A. Caller" <sip:caller@%%ME%%>;tag=caller
To: %s
Call-ID: call-INVITE
CSeq: %d %s
Max-Forwards: 70

`, method, method, cseq, to, cseq, method)
}

// ring lets the peer call and returns the call and the To of its answer.
func ring(p *phone, peer *uatest.Peer) (ua.Call, string) {
	p.tb.Helper()
	peer.Send(request("INVITE", "sip:phone@%TO%", offer))
	call := p.awaitCallThat("a call", func(c ua.Call) bool { return c.Incoming })
	p.must(p.agent.Ringing(call.ID))
	return call, peer.Expect("180").Get("To")
}

func TestCancel_is_answered_and_the_INVITE_too(t *testing.T) {
	p, peer := neighbour(t, "127.0.0.1:0")
	_, to := ring(p, peer)
	cancel := strings.Replace(request("INVITE", "sip:phone@%TO%", "\n"), "INVITE sip", "CANCEL sip", 1)
	peer.Send(strings.Replace(cancel, "7 INVITE", "7 CANCEL", 1))
	got := map[string]bool{}
	for len(got) < 2 {
		m := peer.Next()
		if m.Status >= 200 {
			got[fmt.Sprint(m.Status, " ", m.Get("CSeq"), " ", m.Get("To") == to)] = true
		}
	}
	if !got["200 7 CANCEL true"] || !got["487 7 INVITE true"] {
		t.Errorf("answers %v", got)
	}
	if c := p.awaitCall(ua.Terminated); c.Cause != ua.Cancelled {
		t.Errorf("cause %q", c.Cause)
	}
}

func TestINVITE_that_takes_its_time_gets_100(t *testing.T) {
	p, peer := neighbour(t, "127.0.0.1:0")
	peer.Send(request("INVITE", "sip:phone@%TO%", "Timestamp: 54\n"+offer))
	call := p.awaitCallThat("a call", func(c ua.Call) bool { return c.Incoming })
	if m := peer.Next(); m.Status != 100 || hasTag(m.Get("To")) {
		t.Errorf("first came %d, To %q", m.Status, m.Get("To"))
	}
	p.must(p.agent.Reject(call.ID, 603))
	peer.Expect("603")
}

func TestMerged_INVITE_is_refused(t *testing.T) {
	p, peer := neighbour(t, "127.0.0.1:0")
	call, _ := ring(p, peer)
	peer.Send(strings.Replace(request("INVITE", "sip:phone@%TO%", offer), "z9hG4bK-INVITE", "z9hG4bK-another-way", 1))
	peer.Expect("482")
	p.must(p.agent.Reject(call.ID, 486))
	peer.Expect("486")
}

func TestACK_after_a_higher_CSeq_confirms(t *testing.T) {
	p, peer := neighbour(t, "127.0.0.1:0")
	call, _ := ring(p, peer)
	p.must(p.agent.Answer(call.ID))
	ok := peer.Expect("200")
	peer.Send(inDialog("INFO", 8, ok.Get("To")))
	peer.Send(inDialog("ACK", 7, ok.Get("To")))
	p.awaitCall(ua.Confirmed)
	p.must(p.agent.Hangup(call.ID))
	peer.Reply(peer.Expect("BYE"), "", "200 OK")
	p.awaitCall(ua.Terminated)
}

func TestRequests_keep_their_order(t *testing.T) {
	p, peer := neighbour(t, "127.0.0.1:0")
	call, _ := ring(p, peer)
	p.must(p.agent.Answer(call.ID))
	ok := peer.Expect("200")
	peer.Send(inDialog("ACK", 7, ok.Get("To")))
	p.awaitCall(ua.Confirmed)
	// If two of them changed places, the later one would be answered 500
	// (RFC 3261 §12.2.2).
	const many = 20
	for i := range many {
		peer.Send(inDialog("INFO", 8+i, ok.Get("To")))
	}
	for range many {
		m := peer.Next()
		for m.IsRequest() || !strings.HasSuffix(m.Get("CSeq"), "INFO") {
			m = peer.Next()
		}
		if m.Status != 200 {
			t.Fatalf("%s: %d", m.Get("CSeq"), m.Status)
		}
	}
	p.must(p.agent.Hangup(call.ID))
	peer.Reply(peer.Expect("BYE"), "", "200 OK")
	p.awaitCall(ua.Terminated)
}

func TestNeighbour_is_called(t *testing.T) {
	p, peer := neighbour(t, "127.0.0.1:0")
	_, err := p.agent.Invite("p2p", ua.Target("sip:friend@"+peer.Address().String()))
	p.must(err)
	invite := peer.Expect("INVITE")
	if strings.Contains(invite.Get("Via"), "0.0.0.0") {
		t.Errorf("Via %q", invite.Get("Via"))
	}
	contact := fmt.Sprintf("Contact: <sip:friend@%s>", peer.Address())
	answer := "v=0\no=- 1 1 IN IP4 127.0.0.1\ns=-\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 40000 RTP/AVP 0"
	for i := range 15 { // more provisional responses than some take
		peer.Reply(invite, "friend", fmt.Sprintf("%d Ringing", 180+i%2), contact)
	}
	peer.Reply(invite, "friend", "200 OK", contact, "Content-Type: application/sdp\n\n"+answer)
	first := peer.Expect("ACK")
	peer.Reply(invite, "friend", "200 OK", contact, "Content-Type: application/sdp\n\n"+answer)
	second := peer.Expect("ACK") // the 2xx again, the ACK again
	if first.Get("CSeq") != second.Get("CSeq") || first.Get("To") != second.Get("To") {
		t.Errorf("ACKs %q and %q", first.Get("CSeq"), second.Get("CSeq"))
	}
	p.awaitCall(ua.Confirmed)
	peer.Send(fmt.Sprintf(`
BYE sip:phone@%%TO%% SIP/2.0
Via: SIP/2.0/UDP %%ME%%;branch=z9hG4bKbye;rport
From: %s
To: %s
Call-ID: %s
CSeq: 1 BYE
Max-Forwards: 70

`, first.Get("To"), first.Get("From"), first.Get("Call-ID")))
	peer.Expect("200")
	p.awaitCall(ua.Terminated)
}

func TestRefused_INVITE_again_is_acknowledged_at_once(t *testing.T) {
	p, peer := neighbour(t, "127.0.0.1:0")
	_, err := p.agent.Invite("p2p", ua.Target("sip:friend@"+peer.Address().String()))
	p.must(err)
	invite := peer.Expect("INVITE")
	for range 3 {
		peer.Reply(invite, "friend", "486 Busy Here")
		peer.Expect("ACK")
	}
	if c := p.awaitCall(ua.Terminated); c.Status != 486 {
		t.Errorf("the call ended with %d", c.Status)
	}
}

func TestStranger_is_not_heard_on_a_registered_flow(t *testing.T) {
	o := newOffice(t, nil)
	p := o.phone(t, "1001", ua.UDP, nil)
	p.awaitState(ua.Registered)
	contact := o.Requests("REGISTER")[0].Get("Contact")
	at := contact[strings.Index(contact, "@")+1 : strings.Index(contact, ">")]
	gate := p.agent.gate
	stranger := netip.MustParseAddr("192.0.2.9")
	f := &flow{transport: ua.UDP, servers: []netip.Addr{netip.MustParseAddr("127.0.0.1")}}
	if p.agent.heard(f, netip.AddrPortFrom(stranger, 5060), &message{}) || gate.Trusted(stranger) {
		t.Error("a stranger is heard")
	}
	if !gate.Trusted(netip.MustParseAddr("127.0.0.1")) || netip.MustParseAddrPort(at).Port() == 0 {
		t.Error("the server is not trusted")
	}
}

func TestEvents_from_the_server(t *testing.T) {
	answered := make(chan message, 8)
	o := newOffice(t, func(c *uatest.ProxyConfig) { c.ServiceNote = func(m message) { answered <- m } })
	p := o.phone(t, "1001", ua.TLS, nil)
	p.awaitState(ua.Registered)
	notify := func(event, body string) {
		p.must(o.Send("1001", fmt.Sprintf(`NOTIFY %%CONTACT%% SIP/2.0
Via: %%VIA%%
From: <sip:pbx@pbx.example>;tag=%d
To: <sip:1001@pbx.example>
Call-ID: notify-%s
CSeq: 1 NOTIFY
Event: %s
Content-Type: application/simple-message-summary
Content-Length: %d

%s`, len(event), event, event, len(body)+strings.Count(body, "\n"), body)))
		if m := <-answered; m.Status != 200 {
			t.Errorf("%s: answered %d", event, m.Status)
		}
	}
	for event, reboot := range map[string]bool{"check-sync;reboot=true": true, "check-sync": false, "resync": false} {
		notify(event, "")
		if got := await(p, event, func(ua.CheckSync) bool { return true }); got.Reboot != reboot || got.Account != "1001" {
			t.Errorf("%s: %+v", event, got)
		}
	}
	notify("message-summary", "Messages-Waiting: yes\nVoice-Message: 2/5\n")
	if got := await(p, "messages", func(ua.MessageWaiting) bool { return true }); !got.Waiting || got.New != 2 || got.Old != 5 {
		t.Errorf("%+v", got)
	}
}

func TestSecrets_are_not_logged(t *testing.T) {
	o := newOffice(t, nil)
	var mu sync.Mutex
	var log bytes.Buffer
	p := newPhone(t, func(c *Config) {
		c.Locate = locate
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
		c.Inbound.Listen = []Listen{{ua.UDP, netip.MustParseAddrPort("127.0.0.1:0")}}
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

func TestMailbox_is_subscribed_to(t *testing.T) {
	p := newPhone(t, nil)
	registrar := uatest.NewPeer(t, netip.AddrPort{})
	p.must(p.agent.SetAccounts([]ua.Account{{
		ID: "a", User: "1001", Domain: "pbx.example", Registrar: registrar.Address().String(),
		Transport: ua.UDP, Register: true, MWI: true, KeepAlive: -1,
	}}))
	register := registrar.Expect("REGISTER")
	registrar.Answer(register, "pbx", "200 OK", "Contact: "+register.Get("Contact"), "Expires: 600")
	p.awaitState(ua.Registered)
	subscribe := registrar.Expect("SUBSCRIBE")
	if subscribe.Get("Event") != "message-summary" || subscribe.URI != "sip:1001@pbx.example" {
		t.Errorf("SUBSCRIBE %s, Event %q", subscribe.URI, subscribe.Get("Event"))
	}
	registrar.Answer(subscribe, "box", "200 OK", "Expires: 3600", "Contact: <sip:box@%ME%>")
	contact := subscribe.Get("Contact")
	registrar.Send(fmt.Sprintf(`
NOTIFY %s SIP/2.0
Via: SIP/2.0/UDP %%ME%%;branch=z9hG4bKnotify;rport
From: %s;tag=box
To: %s
Call-ID: %s
CSeq: 1 NOTIFY
Contact: <sip:box@%%ME%%>
Event: message-summary
Subscription-State: active;expires=3600
Content-Type: application/simple-message-summary

Messages-Waiting: yes
Voice-Message: 1/0
`, strings.Trim(contact, "<>"), subscribe.Get("To"), subscribe.Get("From"), subscribe.Get("Call-ID")))
	registrar.Expect("200")
	if got := await(p, "messages", func(ua.MessageWaiting) bool { return true }); !got.Waiting || got.New != 1 {
		t.Errorf("%+v", got)
	}
}

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
