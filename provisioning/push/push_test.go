package push

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"offhook/provisioning"
	"offhook/ua"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// manager takes what is not "bad".
type manager struct {
	mu     sync.Mutex
	pushed []string
	synced []string
}

func (m *manager) Push(data []byte, from string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if bytes.HasPrefix(data, []byte("bad")) {
		return &provisioning.FaultError{Position: provisioning.Position{File: "pushed document", Line: 2}, Path: "phone.name", Msg: "is bad"}
	}
	m.pushed = append(m.pushed, string(data)+" by "+from)
	return nil
}

func (m *manager) Resync(from string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.synced = append(m.synced, from)
}

func (m *manager) Status() provisioning.Status {
	return provisioning.Status{State: provisioning.Provisioned, InForce: provisioning.Meta{Hash: "abc"}}
}

// party is somebody with a certificate; without a parent he makes his own.
type party struct {
	cert *x509.Certificate
	pair tls.Certificate
}

func newParty(t *testing.T, name string, by *party) *party {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: by == nil, BasicConstraintsValid: true, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}}
	parent, signer := template, any(key)
	if by != nil {
		parent, signer = by.cert, by.pair.PrivateKey
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, signer)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &party{cert, tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}}
}

func pool(p *party) *x509.CertPool {
	roots := x509.NewCertPool()
	roots.AddCert(p.cert)
	return roots
}

// served runs a Server until the test ends and returns its address.
func served(t *testing.T, cfg Config) string {
	t.Helper()
	cfg.Log = slog.New(slog.DiscardHandler)
	s, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- s.Serve(ctx, l) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return "https://" + l.Addr().String()
}

// asking is a client that trusts an authority, with a certificate or none.
func asking(trusts *party, as *party) *http.Client {
	config := &tls.Config{RootCAs: pool(trusts)}
	if as != nil {
		config.Certificates = []tls.Certificate{as.pair}
	}
	return &http.Client{Transport: &http.Transport{TLSClientConfig: config, DisableKeepAlives: true}}
}

func ask(t *testing.T, c *http.Client, method, url, token, body string) (int, answer, error) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := c.Do(r)
	if err != nil {
		return 0, answer{}, err
	}
	defer response.Body.Close()
	data, _ := io.ReadAll(response.Body)
	var a answer
	_ = json.Unmarshal(data, &a) // the mux has texts of its own
	return response.StatusCode, a, nil
}

func TestServer(t *testing.T) {
	authority := newParty(t, "authority", nil)
	phone, operator, stranger := newParty(t, "phone", authority), newParty(t, "operator", authority), newParty(t, "operator", newParty(t, "somebody", nil))
	m := &manager{}
	byToken := served(t, Config{TLS: &tls.Config{Certificates: []tls.Certificate{phone.pair}}, Token: ua.NewSecret("s3cret"), Manager: m, MaxSize: 100})
	readers := served(t, Config{TLS: &tls.Config{Certificates: []tls.Certificate{phone.pair}}, Token: ua.NewSecret("s3cret"), ReadToken: ua.NewSecret("look"), Manager: m,
		Metrics: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, `{"state":"provisioned","hash":"abc"}`)
		})})
	byCertificate := served(t, Config{TLS: &tls.Config{Certificates: []tls.Certificate{phone.pair}, ClientCAs: pool(authority)}, Manager: m})
	for _, c := range []struct {
		arrow               string
		as                  *party
		method, url         string
		token, body         string
		code                int // 0: TLS fails
		fault, wanted, from string
	}{
		{"token, a document -> taken", nil, "PUT", byToken + "/v1/document", "s3cret", "doc", 202, "", "doc by 127.0.0.1", ""},
		{"token, a bad document -> its faults", nil, "PUT", byToken + "/v1/document", "s3cret", "bad", 422, "pushed document:2: phone.name: is bad", "", ""},
		{"token, nothing -> told", nil, "PUT", byToken + "/v1/document", "s3cret", "", 400, "", "", ""},
		{"token, too large -> told", nil, "PUT", byToken + "/v1/document", "s3cret", strings.Repeat("x", 101), 413, "", "", ""},
		{"token, check-sync -> fetched", nil, "POST", byToken + "/v1/check-sync", "s3cret", "", 202, "", "", "127.0.0.1"},
		{"token, status -> told", nil, "GET", byToken + "/v1/status", "s3cret", "", 200, "", "", ""},
		{"no token -> refused", nil, "PUT", byToken + "/v1/document", "", "doc", 401, "", "", ""},
		{"a wrong token -> refused", nil, "PUT", byToken + "/v1/document", "s3cre", "doc", 401, "", "", ""},
		{"who reads, status -> told", nil, "GET", readers + "/v1/status", "look", "", 200, "", "", ""},
		{"who reads, metrics -> told", nil, "GET", readers + "/metrics", "look", "", 200, "", "", ""},
		{"who writes, metrics -> told", nil, "GET", readers + "/metrics", "s3cret", "", 200, "", "", ""},
		{"nobody, metrics -> refused", nil, "GET", readers + "/metrics", "", "", 401, "", "", ""},
		{"who reads, a document -> refused", nil, "PUT", readers + "/v1/document", "look", "doc", 403, "", "", ""},
		{"who reads, check-sync -> refused", nil, "POST", readers + "/v1/check-sync", "look", "", 403, "", "", ""},
		{"no metrics -> there are none", nil, "GET", byToken + "/metrics", "s3cret", "", 404, "", "", ""},
		{"another way -> there is none", nil, "DELETE", byToken + "/v1/document", "s3cret", "", 405, "", "", ""},
		{"a certificate -> taken, by name", operator, "PUT", byCertificate + "/v1/document", "", "doc", 202, "", "doc by operator (127.0.0.1)", ""},
		{"no certificate -> no TLS", nil, "PUT", byCertificate + "/v1/document", "", "doc", 0, "", "", ""},
		{"a stranger's certificate -> no TLS", stranger, "PUT", byCertificate + "/v1/document", "", "doc", 0, "", "", ""},
	} {
		t.Run(c.arrow, func(t *testing.T) {
			m.pushed, m.synced = nil, nil
			code, a, err := ask(t, asking(authority, c.as), c.method, c.url, c.token, c.body)
			if code != c.code || (err == nil) != (c.code != 0) {
				t.Fatalf("%d, %+v, %v", code, a, err)
			}
			if got := strings.Join(m.pushed, ","); got != c.wanted || strings.Join(m.synced, ",") != c.from {
				t.Errorf("pushed %q by, synced %q", got, m.synced)
			}
			if c.fault != "" && (len(a.Faults) != 1 || a.Faults[0] != c.fault) {
				t.Errorf("%+v", a)
			}
			if c.code/100 == 2 && (a.State != "provisioned" || a.Hash != "abc") {
				t.Errorf("%+v", a)
			}
		})
	}
}

func TestServer_wrong_tokens_lock_an_address_out(t *testing.T) {
	authority := newParty(t, "authority", nil)
	phone := newParty(t, "phone", authority)
	var mu sync.Mutex
	now := time.Now()
	at := served(t, Config{TLS: &tls.Config{Certificates: []tls.Certificate{phone.pair}}, Token: ua.NewSecret("s3cret"), Manager: &manager{},
		Now: func() time.Time { mu.Lock(); defer mu.Unlock(); return now }})
	client := asking(authority, nil)
	for range maxWrong {
		if code, _, err := ask(t, client, "GET", at+"/v1/status", "guess", ""); code != 401 {
			t.Fatal(code, err)
		}
	}
	if code, _, _ := ask(t, client, "GET", at+"/v1/status", "s3cret", ""); code != 429 {
		t.Errorf("%d while locked out", code)
	}
	mu.Lock()
	now = now.Add(lockFor)
	mu.Unlock()
	if code, _, _ := ask(t, client, "GET", at+"/v1/status", "s3cret", ""); code != 200 {
		t.Errorf("%d a minute later", code)
	}
}

func TestNew_refuses_what_lets_anybody_in(t *testing.T) {
	if _, err := New(Config{TLS: &tls.Config{}}); err == nil {
		t.Error("no token and no authority")
	}
	if _, err := New(Config{Token: ua.NewSecret("x")}); err == nil {
		t.Error("no certificate of the phone's")
	}
}

// A request whose body is refused unread has net/http linger over its connection.
func TestServe_waits_for_its_connections(t *testing.T) {
	authority := newParty(t, "authority", nil)
	phone := newParty(t, "phone", authority)
	s, err := New(Config{TLS: &tls.Config{Certificates: []tls.Certificate{phone.pair}}, Token: ua.NewSecret("s3cret"), Manager: &manager{}, MaxSize: 10, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	ended := make(chan error)
	go func() { ended <- s.Serve(ctx, l) }()
	code, _, err := ask(t, asking(authority, nil), "PUT", "https://"+l.Addr().String()+"/v1/document", "s3cret", strings.Repeat("x", 1<<20))
	if code != 413 {
		t.Errorf("%d, %v", code, err)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	stacks := make([]byte, 1<<20)
	if at := string(stacks[:runtime.Stack(stacks, true)]); strings.Contains(at, "(*conn).serve") {
		t.Errorf("a connection is still served:\n%s", at)
	}
}
