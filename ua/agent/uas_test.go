package agent

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"offhook/ua"
	"offhook/ua/uatest"
)

// neighbour is a telephone without registration and a scripted peer.
func neighbour(t *testing.T, address string) (*phone, *uatest.Peer) {
	t.Helper()
	p := newPhone(t, func(c *Config) {
		c.Inbound.Listen = []Listen{{Transport: ua.UDP, Address: netip.MustParseAddrPort(address)}}
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
		{"MESSAGE of a stranger -> 403", "MESSAGE", "sip:phone@%TO%", "\n", "403", "Server", "test/1"},
		{"REGISTER -> 405", "REGISTER", "sip:phone@%TO%", "\n", "405", "Allow", allow},
		{"REFER -> 603", "REFER", "sip:phone@%TO%", "\n", "603", "Server", "test/1"},
		{"unknown method -> 501", "NEWFANGLED", "sip:phone@%TO%", "\n", "501", "Allow", allow},
		{"SUBSCRIBE -> 489", "SUBSCRIBE", "sip:phone@%TO%", "Event: presence\n\n", "489", "Allow-Events", events},
		{"BYE to nothing -> 481", "BYE", "sip:phone@%TO%", "\n", "481", "", ""},
		{"PRACK to nothing -> 481", "PRACK", "sip:phone@%TO%", "\n", "481", "", ""},
		{"CANCEL to nothing -> 481", "CANCEL", "sip:phone@%TO%", "\n", "481", "", ""},
		{"tel URI -> 416", "OPTIONS", "tel:123", "\n", "416", "", ""},
		{"INVITE for a stranger -> 404", "INVITE", "sip:nobody@%TO%", offer, "404", "", ""},
		{"unknown option tag -> 420", "INVITE", "sip:phone@%TO%", "Require: magic\n" + offer, "420", "Unsupported", "magic"},
		{"other media type -> 415", "INVITE", "sip:phone@%TO%", "Content-Type: text/plain\n\nhello\n", "415", "Accept", "application/sdp"},
		{"no SDP accepted -> 406", "INVITE", "sip:phone@%TO%", "Accept: text/plain\n" + offer, "406", "", ""},
		{"check-sync of a stranger -> 403", "NOTIFY", "sip:phone@%TO%", "Event: check-sync\n\n", "403", "", ""},
		{"OPTIONS that may go no further -> 200", "OPTIONS", "sip:phone@%TO%", "\n", "200", "Allow", allow},
		{"INVITE for a stranger that may go no further -> 404, not 483", "INVITE", "sip:nobody@%TO%", offer, "404", "", ""},
		{"SIP/3.0 -> 505", "OPTIONS", "sip:phone@%TO%", "\n", "505", "", ""},
	} {
		t.Run(test.arrow, func(t *testing.T) {
			_, peer := neighbour(t, "127.0.0.1:0")
			text := request(test.method, test.uri, test.extra)
			if strings.Contains(test.arrow, "no further") { // a user agent forwards nothing (RFC 3261 §16.3 is a proxy's)
				text = strings.Replace(text, "Max-Forwards: 70", "Max-Forwards: 0", 1)
			}
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

// The same request by two ways is answered once (RFC 3261 §8.2.2.2).
func TestMerged_requests_are_refused(t *testing.T) {
	for _, c := range []struct{ arrow, method, extra, first, second string }{
		{"MESSAGE -> 482", "MESSAGE", "\n", "403", "482"},
		{"SUBSCRIBE -> 482", "SUBSCRIBE", "Event: presence\n\n", "489", "482"},
		{"OPTIONS -> as the first", "OPTIONS", "\n", "200", "200"},
	} {
		t.Run(c.arrow, func(t *testing.T) {
			_, peer := neighbour(t, "127.0.0.1:0")
			text := request(c.method, "sip:phone@%TO%", c.extra)
			peer.Send(text)
			peer.Expect(c.first)
			peer.Send(text) // the first once more: it has its answer again
			peer.Expect(c.first)
			peer.Send(strings.Replace(text, "branch=z9hG4bK-", "branch=z9hG4bK-other-", 1))
			peer.Expect(c.second)
			peer.Send(strings.Replace(strings.Replace(text, "branch=z9hG4bK-", "branch=z9hG4bK-next-", 1), "CSeq: 7", "CSeq: 8", 1))
			peer.Expect(c.first) // another request
		})
	}
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
