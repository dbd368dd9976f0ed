package agent

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"offhook/ua"
	"offhook/ua/digest"
	"offhook/ua/uatest"
)

func TestRegistration_lost_connection_is_registered_again(t *testing.T) {
	for _, transport := range []ua.Transport{ua.TLS, ua.TCP} {
		t.Run(string(transport), func(t *testing.T) {
			o := newOffice(t, nil)
			p := o.phone(t, "1001", transport, nil)
			p.awaitState(ua.Registered)
			o.Disconnect()
			failed := p.awaitState(ua.RegistrationFailed)
			if !strings.Contains(failed.Cause, "connection closed by") {
				t.Errorf("cause %q", failed.Cause)
			}
			p.awaitState(ua.Registered)
		})
	}
}

func TestRegistration_connection_closed_in_the_middle(t *testing.T) {
	o := newOffice(t, nil)
	dropped := make(chan struct{}, 8)
	o.Drop(func(*message) bool {
		select {
		case dropped <- struct{}{}:
		default:
		}
		return true
	})
	p := o.phone(t, "1001", ua.TLS, nil)
	<-dropped
	o.Drop(nil)
	o.Disconnect()
	p.awaitState(ua.Registered) // by another connection, at once
	for _, past := range p.past {
		if e, ok := past.(ua.RegistrationChanged); ok && e.State == ua.RegistrationFailed {
			t.Errorf("it failed first: %+v", e)
		}
	}
}

func TestRegistration_causes_that_a_person_understands(t *testing.T) {
	other := uatest.NewAuthority(t)
	closed := deafPort(t)
	tests := []struct {
		name   string
		change func(*ua.Account)
		want   string
	}{
		{"wrong password", func(a *ua.Account) { a.Password = ua.NewSecret("no") }, "does not accept user name"},
		{"wrong authority", func(a *ua.Account) { a.TLS.CA = other.PEM }, "TLS: certificate signed by unknown authority (pbx.example)"},
		{"wrong name", func(a *ua.Account) { a.TLS.ServerName = "other.example" }, "TLS: certificate is for pbx.example, 127.0.0.1, not other.example"},
		{"nobody listens", func(a *ua.Account) { a.Registrar = closed }, "TCP: connection refused by " + closed},
		{"no such host", func(a *ua.Account) { a.Registrar = "nowhere.example" }, "DNS: no such host nowhere.example"},
		{"plain where TLS is", func(a *ua.Account) { a.Transport = ua.TCP }, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			o := newOffice(t, nil)
			p := o.phone(t, "1001", ua.TLS, test.change)
			failed := p.awaitState(ua.RegistrationFailed)
			if !strings.Contains(failed.Cause, test.want) || failed.Cause == "" {
				t.Errorf("cause %q, want %q", failed.Cause, test.want)
			}
			if failed.Retry.IsZero() {
				t.Error("no time of the next attempt")
			}
		})
	}
}

func TestRegistration_silent_server_is_told(t *testing.T) {
	o := newOffice(t, nil)
	o.Drop(func(*message) bool { return true })
	p := o.phone(t, "1001", ua.UDP, nil)
	failed := p.awaitState(ua.RegistrationFailed)
	if !strings.Contains(failed.Cause, "timeout") {
		t.Errorf("cause %q", failed.Cause)
	}
}

// deafPort is an address where nobody listens, until the test has ended: it is
// taken, by a socket that refuses.
func deafPort(tb testing.TB) string {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { unix.Close(fd) })
	if err := unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		tb.Fatal(err)
	}
	at, err := unix.Getsockname(fd)
	if err != nil {
		tb.Fatal(err)
	}
	return fmt.Sprintf("127.0.0.1:%d", at.(*unix.SockaddrInet4).Port)
}

func TestRegistration_nonce_is_used_again_until_it_is_stale(t *testing.T) {
	for _, algorithm := range []digest.Algorithm{digest.MD5, digest.SHA256} {
		t.Run(string(algorithm), func(t *testing.T) {
			o := newOffice(t, func(c *uatest.ProxyConfig) {
				c.Algorithms, c.Expires = []digest.Algorithm{algorithm}, 2
			})
			p := o.phone(t, "1001", ua.TCP, nil)
			p.awaitState(ua.Registered)
			if got := len(o.Requests("REGISTER")); got != 2 {
				t.Fatalf("%d REGISTERs, want one and its repetition", got)
			}
			o.ExpireNonce()
			waitFor(t, func() bool { return len(o.Requests("REGISTER")) >= 5 })
			registers := o.Requests("REGISTER")
			if !strings.Contains(registers[2].Get("Authorization"), "nc=00000002") {
				t.Errorf("the refresh came with %q", registers[2].Get("Authorization"))
			}
			if registers[2].Get("Call-ID") != registers[0].Get("Call-ID") {
				t.Error("a refresh has another Call-ID")
			}
		})
	}
}

// waitFor polls for what a proxy saw and no event tells.
func waitFor(tb testing.TB, is func() bool) {
	tb.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	for !is() {
		select {
		case <-tick.C:
		case <-deadline.C:
			tb.Fatal("waited in vain")
		}
	}
}

func TestRegistration_removed_at_the_end(t *testing.T) {
	everyTransport(t, func(t *testing.T, transport ua.Transport) {
		o := newOffice(t, nil)
		p := o.phone(t, "1001", transport, nil)
		p.awaitState(ua.Registered)
		p.end()
		registers := o.Requests("REGISTER")
		if last := registers[len(registers)-1]; last.Get("Expires") != "0" {
			t.Errorf("the last REGISTER has Expires %q", last.Get("Expires"))
		}
	})
}

func TestRegistration_says_who_and_where(t *testing.T) {
	o := newOffice(t, nil)
	p := o.phone(t, "1001", ua.TLS, nil)
	p.awaitState(ua.Registered)
	m := o.Requests("REGISTER")[0]
	if m.URI != "sip:pbx.example" {
		t.Errorf("Request-URI %q", m.URI)
	}
	contact := m.Get("Contact")
	for _, want := range []string{"<sip:1001@127.0.0.1:", ";transport=tls>", `;+sip.instance="<urn:uuid:00000000-0000-4000-8000-000000000001>"`} {
		if !strings.Contains(contact, want) {
			t.Errorf("Contact %q lacks %q", contact, want)
		}
	}
	if via := m.Get("Via"); !strings.HasPrefix(via, "SIP/2.0/TLS 127.0.0.1:") || !strings.Contains(via, ";rport") {
		t.Errorf("Via %q", via)
	}
	if got := m.Get("From"); !strings.HasPrefix(got, `"Phone 1001" <sip:1001@pbx.example>;tag=`) {
		t.Errorf("From %q", got)
	}
}

func TestSetAccounts_touches_only_what_changed(t *testing.T) {
	o := newOffice(t, func(c *uatest.ProxyConfig) { c.Passwords["1003"] = "secret3" })
	p := newPhone(t, func(c *Config) { c.Locate = lookup })
	first, second := o.account("1001", ua.TLS), o.account("1002", ua.TLS)
	p.must(p.agent.SetAccounts([]ua.Account{first, second}))
	for range 2 {
		p.awaitState(ua.Registered)
	}
	b := o.phone(t, "1003", ua.TLS, nil)
	b.awaitState(ua.Registered)
	id, err := p.agent.Invite("1001", "1003")
	p.must(err)
	incoming := b.awaitCallThat("incoming", func(c ua.Call) bool { return c.Incoming })
	p.must(b.agent.Answer(incoming.ID))
	p.awaitCall(ua.Confirmed)
	before := len(o.Requests("REGISTER"))

	second.DisplayName = "Another"
	p.must(p.agent.SetAccounts([]ua.Account{first, second}))
	changed := p.awaitState(ua.Registered)
	if changed.Account != "1002" {
		t.Errorf("account %q was registered anew", changed.Account)
	}
	for _, m := range o.Requests("REGISTER")[before:] {
		if strings.Contains(m.Get("To"), "1001") {
			t.Error("the unchanged account was touched")
		}
	}
	waitFor(t, func() bool { // the old binding is removed, too
		return slices.ContainsFunc(o.Requests("REGISTER")[before:], func(m message) bool {
			return m.Get("Expires") == "0" && m.Has("Authorization")
		})
	})
	p.must(p.agent.Hangup(id)) // the call is still there
	b.awaitCall(ua.Terminated)

	p.must(p.agent.SetAccounts([]ua.Account{first}))
	if gone := p.awaitState(ua.Unregistered); gone.Account != "1002" {
		t.Errorf("account %q went", gone.Account)
	}
	if _, err := p.agent.Invite("1002", "1"); err != ua.ErrNoAccount {
		t.Errorf("Invite on a removed account: %v", err)
	}
}

func TestSetAccounts_refuses_what_cannot_work(t *testing.T) {
	good := ua.Account{ID: "a", User: "1", Domain: "pbx.example", Transport: ua.TCP}
	for name, change := range map[string]func(*ua.Account){
		"line break in the display name": func(a *ua.Account) { a.DisplayName = "x\r\nEvil: 1" },
		"line break in the user":         func(a *ua.Account) { a.User = "x\n" },
		"no user":                        func(a *ua.Account) { a.User = "" },
		"no domain":                      func(a *ua.Account) { a.Domain = "" },
		"no transport":                   func(a *ua.Account) { a.Transport = "sctp" },
		"a wrong port":                   func(a *ua.Account) { a.Proxy = "pbx.example:99999" },
		"a CA that is none":              func(a *ua.Account) { a.Transport, a.TLS.CA = ua.TLS, "no PEM" },
		"a key that is none":             func(a *ua.Account) { a.Transport, a.TLS.Cert = ua.TLS, "no PEM" },
	} {
		t.Run(name, func(t *testing.T) {
			p := newPhone(t, nil)
			account := good
			change(&account)
			if err := p.agent.SetAccounts([]ua.Account{account}); err == nil {
				t.Error("taken")
			}
		})
	}
	p := newPhone(t, nil)
	if err := p.agent.SetAccounts([]ua.Account{good, good}); err == nil {
		t.Error("the same account twice was taken")
	}
}

func TestKeepAlive_server_that_stops_to_answer_is_left(t *testing.T) {
	o := newOffice(t, nil)
	p := newPhone(t, func(c *Config) { c.Locate, c.PongTimeout = lookup, 50*time.Millisecond })
	account := o.account("1001", ua.TCP)
	account.KeepAlive = 20 * time.Millisecond
	p.must(p.agent.SetAccounts([]ua.Account{account}))
	p.awaitState(ua.Registered)
	waitFor(t, func() bool { return o.Pongs() > 2 }) // so one has certainly come
	o.StopPongs()
	failed := p.awaitState(ua.RegistrationFailed)
	if !strings.Contains(failed.Cause, "TCP: timeout") {
		t.Errorf("cause %q", failed.Cause)
	}
}
