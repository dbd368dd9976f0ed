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
	"time"

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

// answer is what a server does with a request.
type answer func(http.ResponseWriter, *http.Request)

// hostile is a phone that works with what its server gave it, before the server
// becomes what the test wants.
type hostile struct {
	*world
	serve  atomic.Pointer[answer]
	url    string
	before localapi.Provisioning
}

func whole(data []byte) answer {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(data) }
}

func newHostile(t *testing.T, fetchTime time.Duration) *hostile {
	t.Helper()
	h := &hostile{}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { (*h.serve.Load())(w, r) }))
	h.world = newWorld(t, boardFile)
	w := h.world
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
	first := whole(w.handedOut(authority))
	h.serve.Store(&first)
	h.url, w.cfg.FetchTime = server.URL, fetchTime
	w.cfg.Agent.Provisioning.URL = server.URL + "/{mac}.cfg"
	w.registered()
	h.before = w.until("its document confirmed", func(s localapi.Status) bool { return s.Provisioning.Hash != "" && s.Provisioning.OnTrial.IsZero() }).Provisioning
	return h
}

// refuses wants an answer told of in words, and nothing changed by it.
func (h *hostile) refuses(t *testing.T, by answer, says string) {
	w := h.world
	defer func(whole *testing.T) { w.t = whole }(w.t)
	w.t = t
	h.serve.Store(&by)
	attempted := w.app.manager.Status().LastAttempt
	w.reprovision()
	var s provisioning.Status
	w.wait("a refusal", func() bool {
		s = w.app.manager.Status()
		return s.LastAttempt.After(attempted) && s.Error != "" && s.Activity == provisioning.Resting
	}, func() any { return s })
	t.Logf("told: %.300s", s.Error)
	if !strings.Contains(s.Error, says) || len(s.Error) > 4000 {
		t.Errorf("told %.500q, want %q", s.Error, says)
	}
	if s.InForce.Hash != h.before.Hash || len(w.app.manager.Document().Accounts) != 1 {
		t.Errorf("in force is %+v", s.InForce)
	}
}

// A server that sends drop by drop, or nothing, or one somewhere else for ever,
// costs a bounded time.
func TestProvisioning_servers_that_keep_a_phone_waiting(t *testing.T) {
	h := newHostile(t, 2*time.Second)
	drop := func(w http.ResponseWriter, r *http.Request, first string) {
		_, _ = io.WriteString(w, first)
		for tick := time.NewTicker(50 * time.Millisecond); ; {
			_ = http.NewResponseController(w).Flush()
			select {
			case <-r.Context().Done():
				tick.Stop()
				return
			case <-tick.C:
				_, _ = io.WriteString(w, "#")
			}
		}
	}
	for _, c := range []struct {
		arrow string
		serve answer
		says  string
	}{
		{"a body by drops, without end -> told", func(w http.ResponseWriter, r *http.Request) { drop(w, r, "offhook: 1\n") }, "did not answer within 2s"},
		{"headers by drops, without end -> told", func(w http.ResponseWriter, r *http.Request) {
			connection, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				return
			}
			defer connection.Close()
			_, err = io.WriteString(connection, "HTTP/1.1 200 OK\r\nX-Drops: ")
			for tick := time.NewTicker(50 * time.Millisecond); err == nil; <-tick.C { // until the phone hangs up
				_, err = io.WriteString(connection, "x")
			}
		}, "did not answer within 2s"},
		{"no answer -> told", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, "did not answer within 2s"},
		{"a redirect to itself -> told", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.Path, http.StatusFound) }, "redirects more than 5 times"},
	} {
		t.Run(c.arrow, func(t *testing.T) { h.refuses(t, c.serve, c.says) })
	}
	h.talking("600") // it is a telephone still
	h.replace()
	h.quiet()
}

// A server that means harm, or is broken, is told of and changes nothing.
func TestProvisioning_what_no_server_should_send(t *testing.T) {
	h := newHostile(t, 0)
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
		serve answer
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
		t.Run(c.arrow, func(t *testing.T) { h.refuses(t, c.serve, c.says) })
	}
	h.talking("600") // it is a telephone still
	h.replace()
	h.quiet()
}
