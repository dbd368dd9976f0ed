package https

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"go.uber.org/goleak"

	"offhook/provisioning"
	"offhook/ua"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// authority makes certificates.
type authority struct {
	pem  string
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func must[T any](t testing.TB, v T, err error) T {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func encode(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

func newAuthority(t testing.TB) authority {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, key, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-1e5 * time.Hour), NotAfter: time.Now().Add(1e5 * time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	must(t, der, err)
	cert, err := x509.ParseCertificate(der)
	return authority{encode("CERTIFICATE", der), must(t, cert, err), key}
}

// issue makes a certificate and a key, both in PEM.
func (a authority) issue(t testing.TB, change func(*x509.Certificate)) (certificate, key string) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, private, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "one"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		NotBefore:   time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	if change != nil {
		change(template)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, &private.PublicKey, a.key)
	must(t, der, err)
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	return encode("CERTIFICATE", der), encode("PRIVATE KEY", must(t, pkcs8, err))
}

// serve starts an HTTPS server with a certificate of the authority.
func serve(t testing.TB, a authority, change func(*x509.Certificate), config *tls.Config, h http.HandlerFunc) *httptest.Server {
	certificate, key := a.issue(t, change)
	pair, err := tls.X509KeyPair([]byte(certificate), []byte(key))
	if config == nil {
		config = &tls.Config{}
	}
	config.Certificates = []tls.Certificate{must(t, pair, err)}
	server := httptest.NewUnstartedServer(h)
	server.TLS = config
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	return server
}

func servePlain(t testing.TB, h http.HandlerFunc) *httptest.Server {
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server
}

func text(s string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, s) }
}

func fetch(t testing.TB, c Config, r provisioning.Request) (provisioning.Response, error) {
	t.Helper()
	return New(c).Fetch(context.Background(), r)
}

func trusting(a authority) provisioning.Access {
	return provisioning.Access{CA: a.pem, Username: "phone", Password: ua.NewSecret("hunter2")}
}

func hostOf(t testing.TB, server *httptest.Server) string {
	u, err := url.Parse(server.URL)
	return must(t, u, err).Host
}
