package web

import (
	"bytes"
	"crypto/tls"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

const password = "correct horse battery staple"

// bench is the pages before a strict telephone, at a time of the test's.
type bench struct {
	*testing.T
	*backend
	pages http.Handler
	log   bytes.Buffer
	at    time.Time
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{T: t, backend: &backend{t: t, news: make(chan string, 1), ends: make(chan struct{})}, at: time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)}
	b.pages = b.build(func() time.Time { return b.at })
	t.Cleanup(b.done)
	return b
}

func (b *bench) build(now func() time.Time) http.Handler {
	b.Helper()
	pages, err := New(Config{Backend: b.backend, Password: password, Log: slog.New(slog.NewTextHandler(&b.log, nil)), Now: now, Names: []string{"desk.example."}})
	if err != nil {
		b.Fatal(err)
	}
	return pages
}

// request is one as the page makes it, before it is spoilt.
func request(method, path, body string) *http.Request {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Host, r.RemoteAddr = "192.0.2.1:8080", "198.51.100.7:4000"
	r.Header.Set("X-Offhook", "1")
	if method == "POST" {
		r.Header.Set("Origin", "http://192.0.2.1:8080")
	}
	return r
}

func (b *bench) send(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	b.pages.ServeHTTP(w, r)
	return w
}

func (b *bench) login() *http.Cookie {
	b.Helper()
	w := b.send(request("POST", "/api/login", `{"password":"`+password+`"}`))
	if w.Code != http.StatusOK {
		b.Fatalf("login: %d %s", w.Code, w.Body)
	}
	return w.Result().Cookies()[0]
}

func (b *bench) as(c *http.Cookie, method, path, body string) *httptest.ResponseRecorder {
	r := request(method, path, body)
	r.AddCookie(c)
	return b.send(r)
}

func TestNew_without_a_password_or_a_telephone(t *testing.T) {
	if _, err := New(Config{Backend: &backend{}}); !errors.Is(err, ErrNoPassword) {
		t.Errorf("got %v", err)
	}
	if _, err := New(Config{Password: "x"}); err == nil {
		t.Error("no telephone, no error")
	}
	if _, err := New(Config{Password: "x", Backend: &backend{}}); err != nil {
		t.Errorf("without a log and a clock: %v", err)
	}
}

func TestGuard_refusals(t *testing.T) {
	b := newBench(t)
	in := b.login()
	for _, c := range []struct {
		name   string
		spoil  func(*http.Request)
		status int
	}{
		{"somebody else's name", func(r *http.Request) { r.Host = "evil.example" }, 421},
		{"a name that begins as ours", func(r *http.Request) { r.Host = "desk.example.evil.example" }, 421},
		{"an address as the head of a name", func(r *http.Request) { r.Host = "192.0.2.1.evil.example" }, 421},
		{"no name", func(r *http.Request) { r.Host = "" }, 421},
		{"a port alone", func(r *http.Request) { r.Host = ":8080" }, 421},
		{"no marker", func(r *http.Request) { r.Header.Del("X-Offhook") }, 403},
		{"another marker", func(r *http.Request) { r.Header.Set("X-Offhook", "poll") }, 403},
		{"no origin", func(r *http.Request) { r.Header.Del("Origin") }, 403},
		{"the opaque origin", func(r *http.Request) { r.Header.Set("Origin", "null") }, 403},
		{"another origin", func(r *http.Request) { r.Header.Set("Origin", "http://evil.example") }, 403},
		{"another port", func(r *http.Request) { r.Header.Set("Origin", "http://192.0.2.1:9999") }, 403},
		{"an origin without a scheme", func(r *http.Request) { r.Header.Set("Origin", "192.0.2.1:8080") }, 403},
		{"an origin in the clear for a page by TLS", func(r *http.Request) { r.TLS = &tls.ConnectionState{} }, 403},
		{"PUT", func(r *http.Request) { r.Method = "PUT" }, 405},
		{"DELETE", func(r *http.Request) { r.Method = "DELETE" }, 405},
		{"OPTIONS, which is a preflight", func(r *http.Request) { r.Method = "OPTIONS" }, 405},
		{"GET of a command", func(r *http.Request) { r.Method = "GET" }, 405},
		{"no cookie", func(r *http.Request) { r.Header.Del("Cookie") }, 401},
		{"a made-up cookie", func(r *http.Request) { r.Header.Set("Cookie", "offhook=00000000000000000000000000000000") }, 401},
		{"an empty cookie", func(r *http.Request) { r.Header.Set("Cookie", "offhook=") }, 401},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := request("POST", "/api/answer", "{}")
			r.AddCookie(in)
			c.spoil(r)
			if w := b.send(r); w.Code != c.status || w.Body.Len() == 0 {
				t.Errorf("%d %s, want %d", w.Code, w.Body, c.status)
			}
		})
	}
}

func TestGuard_passes(t *testing.T) {
	b := newBench(t)
	in := b.login()
	for _, c := range []struct {
		name, host, origin string
		secure             bool
	}{
		{"an address", "192.0.2.1", "http://192.0.2.1", false},
		{"an address and a port", "192.0.2.1:8080", "http://192.0.2.1:8080", false},
		{"IPv6", "[2001:db8::1]", "http://[2001:db8::1]", false},
		{"IPv6 and a port", "[2001:db8::1]:8080", "http://[2001:db8::1]:8080", false},
		{"localhost", "localhost:8080", "http://localhost:8080", false},
		{"a name of ours", "Desk.Example:8080", "http://desk.example:8080", false},
		{"by TLS", "desk.example", "https://desk.example", true},
		{"behind a proxy that ends TLS", "desk.example", "https://desk.example", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := request("POST", "/api/answer", "{}")
			r.AddCookie(in)
			r.Host = c.host
			r.Header.Set("Origin", c.origin)
			if c.secure {
				r.TLS = &tls.ConnectionState{}
			}
			b.expect("answer")
			if w := b.send(r); w.Code != 200 {
				t.Errorf("%d %s", w.Code, w.Body)
			}
		})
	}
}

func TestEverything_needs_a_login(t *testing.T) {
	b := newBench(t)
	for _, path := range []string{"status", "calls/1", "explain", "history", "history/1", "history/1/diff/2", "screen.png", "logs", "logs?follow"} {
		if w := b.send(request("GET", "/api/"+path, "")); w.Code != 401 {
			t.Errorf("GET %s: %d", path, w.Code)
		}
	}
	for _, path := range []string{"answer", "hangup", "reprovision", "dial", "dnd", "forward", "door/open", "rollback", "firmware/back", "provisioning/accept", "provisioning/refuse", "provisioning/forget"} {
		if w := b.send(request("POST", "/api/"+path, "{}")); w.Code != 401 {
			t.Errorf("POST %s: %d", path, w.Code)
		}
	}
}

func TestHeaders_on_every_answer(t *testing.T) {
	b := newBench(t)
	in := b.login()
	b.expect("status")
	for _, path := range []string{"/", "/app.js", "/nothing", "/api/nothing", "/api/status", "/api/explain?x=%zz"} {
		r := request("GET", path, "")
		if path == "/api/status" {
			r.AddCookie(in)
		}
		h := b.send(r).Header()
		csp := h.Get("Content-Security-Policy")
		for _, part := range []string{"default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'"} {
			if !strings.Contains(csp, part) {
				t.Errorf("%s: the policy %q has no %s", path, csp, part)
			}
		}
		if strings.Contains(csp, "unsafe") || strings.Contains(csp, "*") {
			t.Errorf("%s: the policy is open: %q", path, csp)
		}
		if h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") != "no-referrer" || h.Get("X-Frame-Options") != "DENY" {
			t.Errorf("%s: %v", path, h)
		}
		if api := strings.HasPrefix(path, "/api/"); api != (h.Get("Cache-Control") == "no-store") {
			t.Errorf("%s: Cache-Control %q", path, h.Get("Cache-Control"))
		}
	}
}

func TestPassword_is_in_no_answer_and_no_log(t *testing.T) {
	b := newBench(t)
	in := b.login()
	wrong := request("POST", "/api/login", `{"password":"hunter2hunter2"}`)
	said := b.send(wrong).Body.String()
	b.expect("status")
	said += b.as(in, "GET", "/api/status", "").Body.String() + b.log.String()
	for _, secret := range []string{password, "hunter2hunter2", in.Value} {
		if strings.Contains(said, secret) {
			t.Errorf("%q is in %s", secret, said)
		}
	}
	if !strings.Contains(b.log.String(), "198.51.100.7") || !strings.Contains(b.log.String(), "wrong password") {
		t.Errorf("the log does not tell who tried: %s", &b.log)
	}
}
