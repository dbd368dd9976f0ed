package agent

import (
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/pion/stun/v3"

	"offhook/ua"
	"offhook/ua/uatest"
)

// seen are an office on UDP that answers STUN, and a phone that pings it often.
func seen(t *testing.T, change func(*uatest.ProxyConfig)) (*office, *phone) {
	o := keeper(t, func(c *uatest.ProxyConfig) {
		c.STUN = true
		if change != nil {
			change(c)
		}
	})
	p := o.phone(t, "1001", ua.UDP, func(account *ua.Account) { account.KeepAlive = 20 * time.Millisecond })
	p.awaitState(ua.Registered)
	return o, p
}

func TestSTUN_keeps_a_datagram_flow_alive(t *testing.T) {
	o, _ := seen(t, nil)
	waitFor(t, func() bool { return o.Binds() > 2 })
}

func TestSTUN_not_for_a_server_that_does_not_keep_flows(t *testing.T) {
	o, _ := seen(t, func(c *uatest.ProxyConfig) { c.Outbound, c.Expires = false, 2 })
	waitFor(t, func() bool { return len(o.Requests("REGISTER")) > 3 })
	if o.Binds() != 0 {
		t.Errorf("%d Binding requests", o.Binds())
	}
}

func TestSTUN_another_public_address_is_another_flow(t *testing.T) {
	o, p := seen(t, nil)
	waitFor(t, func() bool { return o.Binds() > 1 })
	before := strings.Split(o.lastOf("REGISTER", "1001").Get("Via"), ";")[0]
	o.SeeAs(netip.MustParseAddrPort("203.0.113.7:40404"))
	p.awaitState(ua.Registered)
	waitFor(t, func() bool {
		return strings.Split(o.lastOf("REGISTER", "1001").Get("Via"), ";")[0] != before
	})
}

func TestSTUN_tells_the_address_of_the_first_REGISTER(t *testing.T) {
	server := keeper(t, func(c *uatest.ProxyConfig) { c.STUN = true })
	server.SeeAs(netip.MustParseAddrPort("203.0.113.7:40404"))
	for _, test := range []struct{ name, server, want string }{
		{"a server that answers", server.Address(ua.UDP).String(), "@203.0.113.7:40404>"},
		{"a server that is not found", "nowhere.example", "@127.0.0.1:"},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := newOffice(t, nil)
			p := o.phone(t, "1001", ua.UDP, func(account *ua.Account) { account.STUN = test.server })
			p.awaitState(ua.Registered)
			if contact := o.Requests("REGISTER")[0].Get("Contact"); !strings.Contains(contact, test.want) {
				t.Errorf("Contact %q", contact)
			}
		})
	}
}

func boundAt(t testing.TB, address string, port int) []byte {
	m, err := stun.Build(stun.TransactionID, stun.BindingSuccess, &stun.XORMappedAddress{IP: net.ParseIP(address), Port: port})
	if err != nil {
		t.Fatal(err)
	}
	return m.Raw
}

func TestReadSTUN(t *testing.T) {
	request, err := stun.Build(stun.TransactionID, stun.BindingRequest)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name string
		raw  []byte
		want string
	}{
		{"IPv4", boundAt(t, "203.0.113.7", 40404), "203.0.113.7:40404"},
		{"IPv6", boundAt(t, "2001:db8::7", 40404), "[2001:db8::7]:40404"},
		{"no port", boundAt(t, "203.0.113.7", 0), ""},
		{"a question", request.Raw, ""},
		{"cut short", boundAt(t, "203.0.113.7", 1)[:24], ""},
		{"SIP", []byte("OPTIONS sip:1001@pbx.example SIP/2.0\r\n\r\n"), ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, mapped, ok := readSTUN(test.raw)
			if ok != (test.want != "") || ok && mapped != netip.MustParseAddrPort(test.want) {
				t.Errorf("%v, %v", mapped, ok)
			}
		})
	}
	if isSTUN([]byte("OPTIONS sip:1001@pbx.example SIP/2.0\r\n\r\n")) || !isSTUN(request.Raw) {
		t.Error("SIP and STUN are mixed up")
	}
}

func TestBindingRequest_is_what_others_read(t *testing.T) {
	id := stunID{1, 2, 3}
	m := stun.Message{Raw: bindingRequest(id)}
	if err := m.Decode(); err != nil || m.Type != stun.BindingRequest || m.TransactionID != id {
		t.Errorf("%+v, %v", m, err)
	}
}

func FuzzReadSTUN(f *testing.F) {
	f.Add(boundAt(f, "203.0.113.7", 40404))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if _, mapped, ok := readSTUN(raw); ok && !mapped.IsValid() {
			t.Error("no address")
		}
		_ = isSTUN(raw)
	})
}
