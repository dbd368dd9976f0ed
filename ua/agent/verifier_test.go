package agent

import (
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"net"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"offhook/ua"
	"offhook/ua/uatest"
)

func uris(texts ...string) func(*x509.Certificate) {
	return func(c *x509.Certificate) {
		for _, text := range texts {
			uri, err := url.Parse(text)
			if err != nil {
				panic(err)
			}
			c.URIs = append(c.URIs, uri)
		}
	}
}

func TestVerifier_takes_whom_RFC_5922_says(t *testing.T) {
	authority := uatest.NewAuthority(t)
	plain := func(*x509.Certificate) {}
	for _, test := range []struct {
		arrow    string
		change   func(*x509.Certificate)
		dns      []string
		name     string
		wildcard bool
		want     string // of the error
	}{
		{"sip URI -> taken", uris("sip:pbx.example"), []string{"host.example"}, "pbx.example", false, ""},
		{"case does not count", uris("SIP:PBX.example"), []string{"host.example"}, "pbx.Example", false, ""},
		{"a sip URI among others -> taken", uris("sip:a.example", "https://pbx.example/", "sip:pbx.example"), []string{"host.example"}, "pbx.example", false, ""},
		{"sip URI of another -> its host names do not count", uris("sip:other.example"), []string{"pbx.example"}, "pbx.example", false, "is for other.example, not pbx.example"},
		{"sips URI is none -> host names count", uris("sips:other.example"), []string{"pbx.example"}, "pbx.example", false, ""},
		{"a user's URI is none -> host names count", uris("sip:bob@other.example"), []string{"pbx.example"}, "pbx.example", false, ""},
		{"a user's URI of our domain -> refused", uris("sip:bob@pbx.example"), []string{"other.example"}, "pbx.example", false, "is for other.example"},
		{"host name -> taken", plain, []string{"other.example", "pbx.example"}, "pbx.example", false, ""},
		{"host name of another -> refused, with advice", plain, []string{"other.example"}, "pbx.example", false, "set server-name"},
		{"parent domain -> refused", plain, []string{"example"}, "pbx.example", false, "is for example"},
		{"wildcard -> refused, with advice", plain, []string{"*.example"}, "pbx.example", false, "server-wildcard: true"},
		{"wildcard, allowed -> taken", plain, []string{"*.example"}, "pbx.example", true, ""},
		{"wildcard of two labels, allowed -> refused", plain, []string{"*.example"}, "a.pbx.example", true, "is for *.example"},
		{"wildcard of another, allowed -> refused", plain, []string{"*.other"}, "pbx.example", true, "set server-name"},
		{"common name alone -> refused", func(c *x509.Certificate) {
			c.Subject, c.DNSNames = pkix.Name{CommonName: "pbx.example"}, nil
		}, []string{"pbx.example"}, "pbx.example", false, "no name at all"},
		{"address -> taken", plain, []string{"192.0.2.1"}, "192.0.2.1", false, ""},
		{"IPv6 address -> taken", plain, []string{"2001:db8::1"}, "2001:DB8:0::1", false, ""},
		{"another address -> refused", plain, []string{"192.0.2.2"}, "192.0.2.1", false, "is for 192.0.2.2"},
		{"expired -> told", func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) }, []string{"pbx.example"}, "pbx.example", false, "has expired"},
		{"not yet valid -> the clock may be wrong", func(c *x509.Certificate) { c.NotBefore = time.Now().Add(time.Minute) }, []string{"pbx.example"}, "pbx.example", false, "clock may be wrong"},
		{"for clients alone -> refused", func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} }, []string{"pbx.example"}, "pbx.example", false, "cannot be used"},
	} {
		t.Run(test.arrow, func(t *testing.T) {
			err := shake(t, verifier{name: test.name, wildcard: test.wildcard, roots: authority.Pool(), now: time.Now}, authority.IssueLike(test.change, test.dns...))
			if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("error %v, want %q", err, test.want)
			}
		})
	}
	t.Run("another authority -> told, with advice", func(t *testing.T) {
		v := verifier{name: "pbx.example", roots: uatest.NewAuthority(t).Pool(), now: time.Now}
		if err := shake(t, v, authority.Issue("pbx.example")); err == nil || !strings.Contains(err.Error(), `the authority is "CN=uatest authority"; give its certificate as ca`) {
			t.Errorf("error %v", err)
		}
	})
	t.Run("the clock was never set -> told", func(t *testing.T) {
		v := verifier{name: "pbx.example", roots: authority.Pool(), now: func() time.Time { return time.Unix(42, 0) }}
		if err := shake(t, v, authority.Issue("pbx.example")); err == nil || !strings.Contains(err.Error(), "the clock here says 1970-01-01") {
			t.Errorf("error %v", err)
		}
	})
}

// shake judges a server's certificate as a handshake does.
func shake(t *testing.T, v verifier, certificate tls.Certificate) error {
	t.Helper()
	leaf, err := x509.ParseCertificate(certificate.Certificate[0])
	if err != nil {
		t.Fatal(err)
	}
	return v.verify(tls.ConnectionState{PeerCertificates: []*x509.Certificate{leaf}})
}

func TestTLS_session_is_resumed_and_judged_again(t *testing.T) {
	var full, resumed atomic.Int32
	o := newOffice(t, func(c *uatest.ProxyConfig) {
		c.TLS.VerifyConnection = func(state tls.ConnectionState) error {
			if state.DidResume {
				resumed.Add(1)
			} else {
				full.Add(1)
			}
			return nil
		}
	})
	p := o.phone(t, "1001", ua.TLS, nil)
	p.awaitState(ua.Registered)
	for range 3 {
		o.Disconnect()
		p.awaitState(ua.RegistrationFailed)
		p.awaitState(ua.Registered)
	}
	if full.Load() != 1 || resumed.Load() != 3 {
		t.Errorf("%d full handshakes and %d resumed", full.Load(), resumed.Load())
	}
}

// Full and resumed handshakes of an account's configuration, both ends.
func BenchmarkHandshake(b *testing.B) {
	authority := uatest.NewAuthority(b)
	server := &tls.Config{Certificates: []tls.Certificate{authority.Issue("pbx.example")}}
	for _, kind := range []string{"full", "resumed"} {
		b.Run(kind, func(b *testing.B) {
			config, err := tlsConfig(ua.TLSPolicy{CA: authority.PEM}, "pbx.example", nil, time.Now)
			if err != nil {
				b.Fatal(err)
			}
			if kind == "full" {
				config.ClientSessionCache = nil
			}
			for range b.N {
				near, far := net.Pipe()
				done := make(chan struct{})
				go func() {
					defer close(done)
					s := tls.Server(far, server)
					_, _ = s.Write([]byte("x")) // the ticket goes before it
					_, _ = far.Read(make([]byte, 64))
				}()
				c := tls.Client(near, config)
				if _, err := c.Read(make([]byte, 1)); err != nil {
					b.Fatal(err)
				}
				near.Close()
				<-done
			}
		})
	}
}
