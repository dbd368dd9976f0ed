package app

import (
	"bytes"
	"compress/gzip"
	"crypto/tls"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"offhook/cmd/internal/lab/ca"
	"offhook/cmd/internal/localapi"
	"offhook/provisioning"
)

// bomb is a gzip file of as many zeros.
func bomb(t *testing.T, size int64) []byte {
	t.Helper()
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if _, err := io.CopyN(w, zeros{}, size); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return packed.Bytes()
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// billionLaughs is an XML file in Snom's form whose entities open to gigabytes.
func billionLaughs() []byte {
	x := &strings.Builder{}
	x.WriteString("<?xml version=\"1.0\"?>\n<!DOCTYPE settings [\n<!ENTITY a0 \"haha\">\n")
	for i := range 9 {
		x.WriteString("<!ENTITY a" + string(rune('1'+i)) + " \"" + strings.Repeat("&a"+string(rune('0'+i))+";", 10) + "\">\n")
	}
	x.WriteString("]>\n<settings><phone-settings><user_realname idx=\"1\" perm=\"\">&a9;</user_realname></phone-settings></settings>\n")
	return []byte(x.String())
}

// handedOut is the document that the workbench has for the phone.
func (w *world) handedOut(authority *ca.Authority) []byte {
	w.t.Helper()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: authority.Pool()}}}
	response, err := client.Get(strings.Replace(w.lab.Addresses().ProvisioningURL, "{mac}", strings.ReplaceAll(w.mac, ":", ""), 1))
	if err != nil {
		w.t.Fatal(err)
	}
	defer response.Body.Close()
	document, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		w.t.Fatal(response.Status, err)
	}
	return document
}

// A server that means harm, or is broken, is told of and changes nothing.
func TestProvisioning_what_no_server_should_send(t *testing.T) {
	var serve atomic.Pointer[func(http.ResponseWriter, *http.Request)]
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { (*serve.Load())(w, r) }))
	whole := func(data []byte) func(http.ResponseWriter, *http.Request) {
		return func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(data) }
	}
	w := newWorld(t, boardFile)
	authority, err := ca.Open(filepath.Dir(w.lab.Addresses().CAFile))
	if err != nil {
		t.Fatal(err)
	}
	pair, err := authority.Server("127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	server.TLS = &tls.Config{Certificates: []tls.Certificate{pair}}
	server.StartTLS()
	t.Cleanup(server.Close)
	good := w.handedOut(authority)
	first := whole(good)
	serve.Store(&first)
	w.cfg.Agent.Provisioning.URL = server.URL + "/{mac}.cfg"
	w.registered()
	before := w.until("its document confirmed", func(s localapi.Status) bool { return s.Provisioning.Hash != "" && s.Provisioning.OnTrial.IsZero() }).Provisioning

	endless := func(w http.ResponseWriter, r *http.Request) {
		line := bytes.Repeat([]byte("# and so on\n"), 1000)
		for r.Context().Err() == nil {
			if _, err := w.Write(line); err != nil {
				return
			}
		}
	}
	for _, c := range []struct {
		arrow string
		serve func(http.ResponseWriter, *http.Request)
		says  string
	}{
		{"a gzip file of 64 MB -> told", whole(bomb(t, 64<<20)), "opens to more than"},
		{"a gzip file that is cut off -> told", whole(bomb(t, 1<<20)[:500]), "damaged or cut off"},
		{"a transfer coding of 64 MB -> told", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			whole(bomb(t, 64<<20))(w, r)
		}, "larger than"},
		{"entities that open to gigabytes -> told", whole(billionLaughs()), "a document type is declared"},
		{"elements 100000 deep -> told", whole([]byte("<?xml version=\"1.0\"?><settings><phone-settings>" + strings.Repeat("<a>", 100000))), "elements deep"},
		{"lists 100000 deep -> told", whole([]byte("offhook: 1\nphone: " + strings.Repeat("[", 100000))), "exceeded max depth"},
		{"aliases that multiply -> told", whole([]byte("offhook: 1\na: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nphone: {name: *c}\n")), "anchors and aliases"},
		{"100 MB announced -> told", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "104857600")
			endless(w, r)
		}, "larger than"},
		{"no end -> told", endless, "larger than"},
		{"nothing -> told", whole(nil), "empty"},
		{"bytes of no form -> told", whole(bytes.Repeat([]byte{0, 1, 0xff}, 1000)), "is not text in UTF-8"},
	} {
		t.Run(c.arrow, func(t *testing.T) {
			defer func(whole *testing.T) { w.t = whole }(w.t)
			w.t = t
			serve.Store(&c.serve)
			attempted := w.app.manager.Status().LastAttempt
			w.reprovision()
			var s provisioning.Status
			w.wait("a refusal", func() bool {
				s = w.app.manager.Status()
				return s.LastAttempt.After(attempted) && s.Error != "" && s.Activity == provisioning.Resting
			}, func() any { return s })
			t.Logf("told: %.300s", s.Error)
			if !strings.Contains(s.Error, c.says) || len(s.Error) > 4000 {
				t.Errorf("told %.500q, want %q", s.Error, c.says)
			}
			if s.InForce.Hash != before.Hash || len(w.app.manager.Document().Accounts) != 1 {
				t.Errorf("in force is %+v", s.InForce)
			}
		})
	}
	w.talking("600") // it is a telephone still
	w.replace()
	w.quiet()
}
