package app

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"strings"
	"testing"

	"offhook/cmd/internal/lab/ca"
	"offhook/provisioning"
	"offhook/ua"
)

// identityOf is a telephone's, called "me".
func identityOf(t *testing.T, name string) provisioning.Identity {
	t.Helper()
	authority, err := ca.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	pair, err := authority.Server(name)
	if err != nil {
		t.Fatal(err)
	}
	key, err := x509.MarshalPKCS8PrivateKey(pair.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: pair.Certificate[0]})
	return provisioning.Identity{Name: "me", Certificate: string(certificate), Key: ua.NewSecret(string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})))}
}

// The pages are where the document says, for who knows the password, and gone when the
// document says no more.
func TestJourney_web_pages(t *testing.T) {
	w := newWorld(t, boardFile)
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	at := free.Addr().String()
	if err := free.Close(); err != nil {
		t.Fatal(err)
	}
	w.registered()
	me := identityOf(t, "127.0.0.1")
	w.serve(func(d *provisioning.Document) {
		d.Web = provisioning.Web{Listen: at, Certificate: "$me", Password: ua.NewSecret("correct horse")}
		d.TLS.Identities = []provisioning.Identity{me}
	})
	w.reprovision()
	jar, _ := cookiejar.New(nil) // without options it cannot fail
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true}
	client := &http.Client{Transport: transport, Jar: jar}
	ask := func(method, path, body string) (int, string) {
		r, err := http.NewRequestWithContext(t.Context(), method, "https://"+at+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("X-Offhook", "1")
		r.Header.Set("Origin", "https://"+at)
		r.Header.Set("Content-Type", "application/json")
		response, err := client.Do(r)
		if err != nil {
			return 0, err.Error()
		}
		defer response.Body.Close()
		text, _ := io.ReadAll(response.Body)
		return response.StatusCode, string(text)
	}
	w.wait("the pages", func() bool { code, _ := ask("GET", "/", ""); return code == 200 }, func() any { _, text := ask("GET", "/", ""); return text })
	if code, text := ask("GET", "/api/status", ""); code != http.StatusUnauthorized {
		t.Errorf("%d: %s", code, text)
	}
	if code, text := ask("POST", "/api/login", `{"password":"correct horse"}`); code != 200 {
		t.Fatalf("%d: %s", code, text)
	}
	code, text := ask("GET", "/api/status", "")
	if code != 200 || !strings.Contains(text, `"registered"`) || strings.Contains(text, sipPassword) {
		t.Errorf("%d: %s", code, text)
	}
	if code, text = ask("GET", "/api/screen.png", ""); code != 200 || !bytes.HasPrefix([]byte(text), []byte("\x89PNG")) {
		t.Errorf("%d: %.40q", code, text)
	}
	w.serve(func(d *provisioning.Document) { d.Web = provisioning.Web{} })
	w.reprovision()
	w.wait("no pages", func() bool { code, _ := ask("GET", "/", ""); return code == 0 }, func() any { return "there are some" })
}
