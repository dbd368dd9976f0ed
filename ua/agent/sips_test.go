package agent

import (
	"net/netip"
	"strings"
	"testing"

	"offhook/ua"
	"offhook/ua/guard"
	"offhook/ua/uatest"
)

func TestSecured(t *testing.T) {
	for uri, want := range map[string]string{
		"sip:1001@192.0.2.1:5061;transport=tls": "sips:1001@192.0.2.1:5061",
		"sip:1001@192.0.2.1;transport=TLS;ob":   "sips:1001@192.0.2.1;ob",
		"sip:1001@pbx.example;gr=urn:uuid:x":    "sips:1001@pbx.example;gr=urn:uuid:x",
		"sips:1001@pbx.example":                 "sips:1001@pbx.example",
	} {
		if got := secured(uri); got != want {
			t.Errorf("%s: %s, want %s", uri, got, want)
		}
	}
}

func TestSIPS_dialogs_have_sips_contacts(t *testing.T) {
	o, a, b := pair(t, ua.TLS)
	_, err := a.agent.Invite("1001", "sips:1002@pbx.example")
	a.must(err)
	incoming := b.awaitCallThat("an incoming call", func(c ua.Call) bool { return c.Incoming && c.State == ua.Proceeding })
	b.must(b.agent.Answer(incoming.ID))
	a.awaitCall(ua.Confirmed)
	b.awaitCall(ua.Confirmed)
	for _, m := range o.Requests("INVITE") {
		if !strings.HasPrefix(m.Get("Contact"), "<sips:") || strings.Contains(m.Get("Contact"), "transport=") {
			t.Errorf("Contact %q", m.Get("Contact"))
		}
	}
	for _, m := range o.Requests("REGISTER") {
		if strings.HasPrefix(m.Get("Contact"), "<sips:") {
			t.Errorf("a sip account registers %q", m.Get("Contact"))
		}
	}
}

func TestSIPS_in_the_clear_is_refused(t *testing.T) {
	p := newPhone(t, func(c *Config) {
		c.Inbound = InboundPolicy{Listen: []Listen{{Transport: ua.UDP, Address: netip.MustParseAddrPort("127.0.0.1:0")}}, AnyUser: true}
		c.Guard = guard.Config{}
	})
	p.must(p.agent.SetAccounts([]ua.Account{{ID: "p2p", User: "phone", Domain: "127.0.0.1", Transport: ua.UDP}}))
	bound, err := p.agent.Listening(t.Context())
	p.must(err)
	peer := uatest.NewPeer(t, bound[0])
	peer.Send(request("INVITE", "sips:phone@%TO%", offer))
	if m := peer.Expect("480"); !strings.Contains(m.Get("Warning"), "380 ") {
		t.Errorf("Warning %q", m.Get("Warning"))
	}
	if _, err := p.agent.Invite("p2p", ua.Target("sips:peer@"+peer.Address().String())); err == nil {
		t.Error("a sips call by UDP")
	}
}
