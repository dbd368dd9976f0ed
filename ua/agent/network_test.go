package agent

import (
	"crypto/tls"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"

	"offhook/ua"
	"offhook/ua/uatest"
)

func TestTLS_client_certificate(t *testing.T) {
	o := newOffice(t, func(c *uatest.ProxyConfig) {
		c.TLS.ClientAuth = tls.RequireAnyClientCert
	})
	bare := o.phone(t, "1001", ua.TLS, nil)
	if failed := bare.awaitState(ua.RegistrationFailed); !strings.HasPrefix(failed.Cause, "TLS: refused by 127.0.0.1:") {
		t.Errorf("cause %q", failed.Cause)
	}
	p := o.phone(t, "1002", ua.TLS, func(account *ua.Account) {
		chain, key := o.authority.PEMs(o.authority.Issue("phone.example"))
		account.TLS.Cert, account.TLS.Key = chain, ua.NewSecret(key)
	})
	p.awaitState(ua.Registered)
}

func TestTLS_roots_of_the_config(t *testing.T) {
	o := newOffice(t, nil)
	p := newPhone(t, func(c *Config) { c.Locate, c.Roots = lookup, o.authority.Pool() })
	account := o.account("1001", ua.TLS)
	account.TLS.CA = ""
	p.must(p.agent.SetAccounts([]ua.Account{account}))
	p.awaitState(ua.Registered)
}

func TestTLS_ClientHello_fits_in_one_segment(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	o := newOffice(t, nil)
	o.phone(t, "1001", ua.TLS, func(account *ua.Account) { account.Registrar = listener.Addr().String() })
	conn, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	head := make([]byte, 5)
	if _, err := conn.Read(head); err != nil {
		t.Fatal(err)
	}
	if size := int(head[3])<<8 | int(head[4]); head[0] != 22 || size > 600 {
		t.Errorf("record of type %d, %d octets", head[0], size)
	}
}

func TestNetworkChanged_registers_over_a_new_connection(t *testing.T) {
	everyTransport(t, func(t *testing.T, transport ua.Transport) {
		o, a, b := pair(t, transport)
		at, _ := talk(a, b)
		before := o.Requests("REGISTER")[0].Get("Via")
		a.must(a.agent.NetworkChanged())
		a.awaitState(ua.Registered)
		all := o.Requests("REGISTER")
		if after := all[len(all)-1].Get("Via"); strings.Split(after, ";")[0] == strings.Split(before, ";")[0] {
			t.Errorf("the same connection, %q", after)
		}
		a.must(a.agent.Hangup(at)) // the call is still there
		b.awaitCall(ua.Terminated)
	})
}

func TestRegistration_behind_NAT_tells_the_address_that_the_server_sees(t *testing.T) {
	p := newPhone(t, nil)
	registrar := uatest.NewPeer(t, netip.AddrPort{})
	p.must(p.agent.SetAccounts([]ua.Account{{
		ID: "a", User: "1001", Domain: "pbx.example", Registrar: registrar.Address().String(),
		Transport: ua.UDP, Register: true, KeepAlive: -1,
	}}))
	for _, want := range []string{"@127.0.0.1:", "@203.0.113.7:40404>"} {
		register := registrar.Expect("REGISTER")
		if got := register.Get("Contact"); !strings.Contains(got, want) {
			t.Errorf("Contact %q, want %q", got, want)
		}
		for i := range register.Fields {
			if register.Fields[i].Name == "Via" {
				register.Fields[i].Value = strings.Replace(register.Fields[i].Value, ";rport", ";received=203.0.113.7;rport=40404", 1)
			}
		}
		registrar.Answer(register, "pbx", "200 OK", "Contact: "+register.Get("Contact"), "Expires: 600")
		p.awaitState(ua.Registered)
	}
}

func TestRun_ends_though_the_server_is_silent(t *testing.T) {
	everyTransport(t, func(t *testing.T, transport ua.Transport) {
		o, a, b := pair(t, transport)
		talk(a, b)
		o.Drop(func(*message) bool { return true })
		a.stop()
		if c := a.awaitCall(ua.Terminated); c.Cause != ua.LocalBye {
			t.Errorf("cause %q", c.Cause)
		}
		<-a.stopped
		b.stop()
	})
}

func TestRun_tells_of_a_port_that_is_taken(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	address := taken.Addr().(*net.TCPAddr).AddrPort()
	p := newPhoneConfig(t)
	p.Inbound.Listen = []Listen{{Transport: ua.TCP, Address: address}}
	agent, err := New(p)
	if err != nil {
		t.Fatal(err)
	}
	err = agent.Run(t.Context())
	if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("listening on TCP %s", address)) {
		t.Errorf("Run: %v", err)
	}
	if _, open := <-agent.Events(); open {
		t.Error("the events are not closed")
	}
}

func TestNew_needs_a_log_and_sessions(t *testing.T) {
	if _, err := New(Config{}); err == nil {
		t.Error("an empty Config was taken")
	}
	config := newPhoneConfig(t)
	config.UserAgent = "x\r\nEvil: 1"
	if _, err := New(config); err == nil {
		t.Error("a line break in UserAgent was taken")
	}
}
