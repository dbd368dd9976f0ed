package agent

import (
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"offhook/ua"
	"offhook/ua/uatest"
)

// scanner is somebody on another address than the server's.
func scanner(t *testing.T) *net.UDPConn {
	t.Helper()
	socket, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.MustParseAddrPort("127.0.0.2:0")))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { socket.Close() })
	return socket
}

// What is asked by somebody who is not the account's server: by default nothing
// but a request of a call that we have is heard, in strict mode not that either.
func TestInbound_strangers_get_nothing_at_all(t *testing.T) {
	for _, test := range []struct {
		arrow   string
		strict  bool
		request string
		callID  bool // that of the call
		answer  string
	}{
		{"INVITE -> nothing", false, request("INVITE", "sip:1001@%TO%", offer), false, ""},
		{"OPTIONS -> nothing", false, request("OPTIONS", "sip:1001@%TO%", ""), false, ""},
		{"REGISTER -> nothing", false, request("REGISTER", "sip:1001@%TO%", ""), false, ""},
		{"CANCEL -> nothing", false, request("CANCEL", "sip:1001@%TO%", ""), false, ""},
		{"malformed -> nothing", false, strings.Replace(request("INVITE", "sip:1001@%TO%", ""), "CSeq: 7", "CSeq: x", 1), false, ""},
		{"no SIP -> nothing", false, "GET / HTTP/1.1\n\n", false, ""},
		{"with the Call-ID of a call -> answered", false, request("OPTIONS", "sip:1001@%TO%", ""), true, "SIP/2.0 "},
		{"strict: INVITE -> nothing", true, request("INVITE", "sip:1001@%TO%", offer), false, ""},
		{"strict: OPTIONS -> nothing", true, request("OPTIONS", "sip:1001@%TO%", ""), false, ""},
		{"strict: with the Call-ID of a call -> nothing", true, request("OPTIONS", "sip:1001@%TO%", ""), true, ""},
	} {
		t.Run(test.arrow, func(t *testing.T) {
			server := uatest.NewPeer(t, netip.AddrPort{})
			p := newPhone(t, func(c *Config) { c.Inbound.Strict = test.strict })
			p.must(p.agent.SetAccounts([]ua.Account{{
				ID: "a", User: "1001", Domain: "pbx.example", Registrar: server.Address().String(), Transport: ua.UDP, KeepAlive: -1,
			}}))
			_, err := p.agent.Invite("a", "1002")
			p.must(err)
			invite := server.Expect("INVITE")
			via, _, _ := strings.Cut(strings.TrimPrefix(invite.Get("Via"), "SIP/2.0/UDP "), ";")
			phone := netip.MustParseAddrPort(via)
			stranger := scanner(t)
			text := test.request
			if test.callID {
				at := strings.Index(text, "Call-ID: ")
				end := at + strings.Index(text[at:], "\n")
				text = text[:at] + "Call-ID: " + invite.Get("Call-ID") + text[end:]
			}
			text = strings.ReplaceAll(strings.ReplaceAll(strings.TrimLeft(text, "\n"), "%ME%", stranger.LocalAddr().String()), "%TO%", via)
			if _, err := stranger.WriteToUDPAddrPort([]byte(strings.ReplaceAll(text, "\n", "\r\n")), phone); err != nil {
				t.Fatal(err)
			}
			// The server's own request, sent after the stranger's, is answered: what
			// the stranger was to hear has been said by then.
			server.Answer(invite, "far", "180 Ringing")
			probe := strings.ReplaceAll(request("OPTIONS", "sip:1001@%TO%", ""), "z9hG4bK-", "z9hG4bKprobe")
			server.Send(probe)
			server.Expect("200")
			_ = stranger.SetReadDeadline(time.Now().Add(map[bool]time.Duration{true: patience, false: 20 * time.Millisecond}[test.answer != ""]))
			buffer := make([]byte, 2048)
			n, _, _ := stranger.ReadFromUDPAddrPort(buffer)
			if got := string(buffer[:n]); !strings.HasPrefix(got, test.answer) || test.answer == "" && n > 0 {
				t.Errorf("the stranger heard %q", got)
			}
			server.Answer(invite, "far", "486 Busy Here")
			p.awaitCall(ua.Terminated)
		})
	}
}
