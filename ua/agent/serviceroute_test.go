package agent

import (
	"net/netip"
	"slices"
	"testing"

	"offhook/ua"
	"offhook/ua/uatest"
)

// RFC 3608 §5: what the registrar wants between goes into new dialogs, after the
// outbound proxy, in its order; a later registration replaces it.
func TestServiceRoute(t *testing.T) {
	p := newPhone(t, nil)
	registrar := uatest.NewPeer(t, netip.AddrPort{})
	p.must(p.agent.SetAccounts([]ua.Account{{
		ID: "a", User: "1001", Domain: "pbx.example", Proxy: registrar.Address().String(),
		Transport: ua.UDP, Register: true, KeepAlive: -1,
	}}))
	register := func(routes ...string) {
		t.Helper()
		m := registrar.Expect("REGISTER")
		if m.Has("Route") && len(m.List("Route")) > 1 {
			t.Errorf("a REGISTER goes by %q", m.List("Route"))
		}
		lines := []string{"Contact: " + m.Get("Contact"), "Expires: 600", "Path: <sip:edge.example;lr>"}
		for _, route := range routes {
			lines = append(lines, "Service-Route: "+route)
		}
		registrar.Answer(m, "pbx", "200 OK", lines...)
		p.awaitState(ua.Registered)
	}
	invite := func() []string {
		t.Helper()
		_, err := p.agent.Invite("a", "1002")
		p.must(err)
		m := registrar.Expect("INVITE")
		registrar.Answer(m, "far", "486 Busy Here")
		p.awaitCall(ua.Terminated)
		return m.List("Route")
	}
	proxy := "<sip:" + registrar.Address().String() + ";lr>"

	register("<sip:a.example;lr>", "<sip:b.example;lr>")
	if got := invite(); !slices.Equal(got, []string{proxy, "<sip:a.example;lr>", "<sip:b.example;lr>"}) {
		t.Errorf("Route %q", got)
	}
	p.must(p.agent.ClockChanged())
	register("<sip:c.example;lr>")
	if got := invite(); !slices.Equal(got, []string{proxy, "<sip:c.example;lr>"}) {
		t.Errorf("Route %q", got)
	}
	p.must(p.agent.ClockChanged())
	register()
	if got := invite(); !slices.Equal(got, []string{proxy}) {
		t.Errorf("Route %q", got)
	}
}
