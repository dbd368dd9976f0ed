package agent

import (
	"net/netip"
	"strings"
	"testing"

	"offhook/ua"
	"offhook/ua/registration"
	"offhook/ua/uatest"
)

func TestValidGRUU(t *testing.T) {
	for text, want := range map[string]string{
		"sip:1001@pbx.example;gr=urn:uuid:1": "sip:1001@pbx.example;gr=urn:uuid:1",
		"sip:tgruu.7hs@pbx.example;gr":       "sip:tgruu.7hs@pbx.example;gr",
		"sip:tgruu.7hs@pbx.example":          "", "http://pbx.example;gr": "", "": "", "sip:x@pbx;gr?Route=y": "",
		"sip:x@pbx;gr>": "", "sip:x@pbx;gr\r\nEvil: 1": "",
	} {
		if got := validGRUU(text); got != want {
			t.Errorf("%q: %q", text, got)
		}
	}
}

func TestBinding_temporary_GRUUs(t *testing.T) {
	granted := func(gruu string) registration.Response {
		return registration.Response{Contacts: []registration.Contact{{TempGRUU: gruu}}}
	}
	b := &binding{}
	if b.temporaryFor("") != "" {
		t.Error("one before the first")
	}
	for _, gruu := range []string{"sip:a@pbx;gr", "http://x;gr", "sip:b@pbx;gr", "sip:b@pbx;gr"} {
		b.addTemporary(granted(gruu))
	}
	for arrow, c := range map[string]struct{ has, want string }{
		"a new call -> the latest":                       {"", "sip:b@pbx;gr"},
		"a call with one that is valid -> keeps it":      {"sip:a@pbx;gr", "sip:a@pbx;gr"},
		"a call with one that is not ours -> the latest": {"sip:z@pbx;gr", "sip:b@pbx;gr"},
	} {
		if got := b.temporaryFor(c.has); got != c.want || len(b.temporary) != 2 {
			t.Errorf("%s: %q of %q", arrow, got, b.temporary)
		}
	}
	for i := range 100 {
		b.addTemporary(granted("sip:" + strings.Repeat("x", i+1) + "@pbx;gr"))
	}
	if len(b.temporary) != mostTemporary {
		t.Errorf("%d are remembered", len(b.temporary))
	}
	b.forgetGRUUs()
	if b.temporaryFor("sip:a@pbx;gr") != "" {
		t.Error("one of a binding that is gone")
	}
}

// Who withholds himself is reached by a temporary GRUU, and by the same one though
// the registration is refreshed.
func TestGRUU_of_who_withholds_himself(t *testing.T) {
	p := newPhone(t, nil)
	registrar := uatest.NewPeer(t, netip.AddrPort{})
	p.must(p.agent.SetAccounts([]ua.Account{{
		ID: "a", User: "1001", Domain: "pbx.example", Registrar: registrar.Address().String(),
		Transport: ua.UDP, Register: true, KeepAlive: -1, GRUU: true, Anonymous: true,
	}}))
	grant := func(temporary string) string {
		register := registrar.Expect("REGISTER")
		registrar.Answer(register, "pbx", "200 OK", "Contact: "+register.Get("Contact")+
			`;pub-gruu="sip:1001@pbx.example;gr=urn:uuid:1";temp-gruu="`+temporary+`"`, "Expires: 600")
		return register.Get("Call-ID")
	}
	first := grant("sip:tgruu.1@pbx.example;gr")
	p.awaitState(ua.Registered)
	_, err := p.agent.Invite("a", "1002")
	p.must(err)
	invite := registrar.Expect("INVITE")
	if contact := invite.Get("Contact"); contact != "<sip:tgruu.1@pbx.example;gr>" {
		t.Errorf("Contact %q", contact)
	}
	registrar.Answer(invite, "far", "200 OK", "Contact: <sip:1002@"+registrar.Address().String()+">", "Content-Type: application/sdp\n\n"+
		"v=0\no=- 1 1 IN IP4 127.0.0.1\ns=-\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 40000 RTP/AVP 0")
	call := p.awaitCall(ua.Confirmed)
	p.must(p.agent.command(func(o *owner) { o.registerAgain(o.lines["a"]) }))
	if grant("sip:tgruu.2@pbx.example;gr") != first {
		t.Error("a refresh with another Call-ID")
	}
	p.must(p.agent.SendDigit(call.ID, '1', 0))
	if contact := registrar.Expect("INFO").Get("Contact"); contact != "<sip:tgruu.1@pbx.example;gr>" {
		t.Errorf("in the dialog, Contact %q", contact)
	}
	p.must(p.agent.Hold(call.ID, true))
	if contact := registrar.Expect("INVITE").Get("Contact"); contact != "<sip:tgruu.1@pbx.example;gr>" {
		t.Errorf("of a re-INVITE, Contact %q", contact)
	}
	_, err = p.agent.Invite("a", "1003")
	p.must(err)
	if contact := registrar.Expect("INVITE").Get("Contact"); contact != "<sip:tgruu.2@pbx.example;gr>" {
		t.Errorf("of the next call, Contact %q", contact)
	}
}

// A public GRUU tells who we are: without a temporary one it is our address.
func TestGRUU_public_alone_is_not_for_who_withholds_himself(t *testing.T) {
	o := newOffice(t, func(c *uatest.ProxyConfig) { c.GRUU = true })
	a := o.phone(t, "1001", ua.TCP, func(account *ua.Account) { account.GRUU, account.Anonymous = true, true })
	a.awaitState(ua.Registered)
	id, err := a.agent.Invite("1001", "1009")
	a.must(err)
	a.awaitEnd(id, ua.Rejected)
	invite := lastRequest(t, o, "INVITE")
	if contact := invite.Get("Contact"); !strings.HasPrefix(contact, "<sip:anonymous@127.0.0.1:") || strings.Contains(contact, "gr=") {
		t.Errorf("Contact %q", contact)
	}
}
