package agent

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"offhook/ua"
	"offhook/ua/uatest"
)

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
