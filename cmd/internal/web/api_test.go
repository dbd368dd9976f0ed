package web

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestAPI_reaches_the_telephone(t *testing.T) {
	for _, c := range []struct{ method, path, body, calls, answer string }{
		{"GET", "status", "", "status", `"version":"v1"`},
		{"GET", "calls/7", "", "call 7", `"expected":50`},
		{"GET", "calls/seven", "", "call 0", `"id":0`},
		{"GET", "explain", "", "explain", "[]"},
		{"GET", "history", "", "history", `"number":3`},
		{"GET", "history/2", "", "kept 2", `"document":"offhook: 1\n"`},
		{"GET", "history/1/diff/2", "", "differences 1 2", `["phone.name"]`},
		{"GET", "screen.png", "", "screen", "PNG"},
		{"GET", "logs", "", "logs false", `{"msg":"kept"}` + "\n"},
		{"POST", "answer", "", "answer", "{}"},
		{"POST", "hangup", "{}", "hangup", "{}"},
		{"POST", "reprovision", "{}", "reprovision", "{}"},
		{"POST", "firmware/back", "{}", "firmware back", "{}"},
		{"POST", "dial", `{"target":"600","account":"a","intercom":true}`, "dial a 600 true", "{}"},
		{"POST", "dnd", `{"on":true}`, "dnd true", "{}"},
		{"POST", "forward", `{"target":"1007"}`, "forward 1007", "{}"},
		{"POST", "door/open", `{"relay":"gate"}`, "door gate", "{}"},
		{"POST", "rollback", `{"number":4}`, "rollback 4", `{"number":4}`},
		{"POST", "provisioning/accept", `{"server":"https://a.example"}`, "accept https://a.example", `{"server":"https://a.example"}`},
		{"POST", "provisioning/refuse", `{"server":"https://a.example"}`, "refuse https://a.example", `{"server":"https://a.example"}`},
		{"POST", "provisioning/forget", `{}`, "forget ", "{}"},
	} {
		t.Run(c.path, func(t *testing.T) {
			b := newBench(t)
			in := b.login()
			b.expect(c.calls)
			if w := b.as(in, c.method, "/api/"+c.path, c.body); w.Code != 200 || !strings.Contains(w.Body.String(), c.answer) {
				t.Errorf("%d %s, want %s", w.Code, w.Body, c.answer)
			}
			b.done()
			if c.path == "logs" {
				return
			}
			b.expect(c.calls)
			b.err = errors.New("it is not the time for it")
			if w := b.as(in, c.method, "/api/"+c.path, c.body); w.Code != 409 || w.Body.String() != `{"error":"it is not the time for it"}`+"\n" {
				t.Errorf("refused: %d %s", w.Code, w.Body)
			}
		})
	}
}

func TestAPI_what_is_not_for_the_pages(t *testing.T) {
	b := newBench(t)
	in := b.login()
	for _, path := range []string{"play", "firmware/install", "set", "unset", "message", "record", "conference", "", "status"} {
		if w := b.as(in, "POST", "/api/"+path, "{}"); w.Code != 404 && w.Code != 405 {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

func TestAPI_bodies(t *testing.T) {
	for _, c := range []struct {
		name, body string
		status     int
	}{
		{"no JSON", "number=4", 400},
		{"an unknown field", `{"number":4,"force":true}`, 400},
		{"another type", `{"number":"4"}`, 400},
		{"two values", `{"number":4}{"number":5}`, 400},
		{"cut short", `{"number":4`, 400},
		{"too large", `{"number":4}` + strings.Repeat(" ", maxBody), 413},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t)
			if w := b.as(b.login(), "POST", "/api/rollback", c.body); w.Code != c.status || !strings.Contains(w.Body.String(), `"error"`) {
				t.Errorf("%d %s, want %d", w.Code, w.Body, c.status)
			}
			if w := b.send(request("POST", "/api/login", c.body)); w.Code != c.status {
				t.Errorf("login: %d %s, want %d", w.Code, w.Body, c.status)
			}
		})
	}
}

func TestAPI_a_telephone_that_hangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		in := b.login()
		b.hang = true
		for _, r := range []struct{ method, path string }{{"GET", "status"}, {"GET", "screen.png"}, {"POST", "hangup"}} {
			began := time.Now()
			w := b.as(in, r.method, "/api/"+r.path, "")
			if took := time.Since(began); w.Code != 504 || took != backTime {
				t.Errorf("%s: %d after %v", r.path, w.Code, took)
			}
		}
	})
}

// followed is a log that is followed in a bubble; lines are what the browser got.
func followed(t *testing.T, b *bench, in *http.Cookie) (w *httptest.ResponseRecorder, leave context.CancelFunc, ended chan struct{}) {
	t.Helper()
	ctx, leave := context.WithCancel(t.Context())
	r := request("GET", "/api/logs?follow", "").WithContext(ctx)
	r.AddCookie(in)
	w, ended = httptest.NewRecorder(), make(chan struct{})
	b.expect("logs true")
	go func() {
		defer close(ended)
		b.pages.ServeHTTP(w, r)
	}()
	synctest.Wait()
	return w, leave, ended
}

func TestLogs_followed_until(t *testing.T) {
	for _, c := range []struct {
		name  string
		end   func(*bench, *http.Cookie, context.CancelFunc)
		after time.Duration
	}{
		{"the browser goes", func(_ *bench, _ *http.Cookie, leave context.CancelFunc) { leave() }, 0},
		{"logged out", func(b *bench, in *http.Cookie, _ context.CancelFunc) { b.as(in, "POST", "/api/logout", "") }, 0},
		{"nobody acts for half an hour", func(*bench, *http.Cookie, context.CancelFunc) {}, idleTime},
		{"another logs in", func(b *bench, _ *http.Cookie, _ context.CancelFunc) {
			for range maxSessions {
				time.Sleep(time.Second)
				b.login()
			}
		}, maxSessions * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t)
				b.pages = b.build(time.Now)
				in := b.login()
				began := time.Now()
				w, leave, ended := followed(t, b, in)
				defer leave()
				b.news <- `{"msg":"new"}`
				synctest.Wait()
				c.end(b, in, leave)
				<-ended
				<-b.ends
				if got := w.Body.String(); strings.TrimRight(got, "\n") != "{\"msg\":\"kept\"}\n{\"msg\":\"new\"}" {
					t.Errorf("got %q", got)
				}
				if took := time.Since(began); took != c.after {
					t.Errorf("it ended after %v, want %v", took, c.after)
				}
			})
		})
	}
}

func TestLogs_quiet_ones_have_a_pulse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.pages = b.build(time.Now)
		w, leave, ended := followed(t, b, b.login())
		time.Sleep(3*pulse + time.Second)
		synctest.Wait()
		leave()
		<-ended
		if got := w.Body.String(); got != "{\"msg\":\"kept\"}\n\n\n\n" {
			t.Errorf("got %q", got)
		}
	})
}

func TestLogs_a_bounded_number_is_followed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.pages = b.build(time.Now)
		in := b.login()
		_, leave, ended := followed(t, b, in)
		for range maxStreams - 1 {
			b.pages.(*site).streams <- struct{}{}
		}
		if w := b.as(in, "GET", "/api/logs?follow", ""); w.Code != 503 {
			t.Errorf("one more: %d", w.Code)
		}
		leave()
		<-ended
		b.ends = make(chan struct{})
		_, leave, ended = followed(t, b, in)
		leave()
		<-ended
	})
}

// TestServer tries a real server and client: what a recorder cannot show.
func TestServer_log_ends_with_the_client_and_the_connection_serves_on(t *testing.T) {
	b := newBench(t)
	server := httptest.NewServer(b.pages)
	defer server.Close()
	client := server.Client()
	defer client.CloseIdleConnections()
	do := func(method, path, body string, cookies ...*http.Cookie) *http.Response {
		r, err := http.NewRequestWithContext(t.Context(), method, server.URL+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("X-Offhook", "1")
		r.Header.Set("Origin", server.URL)
		for _, c := range cookies {
			r.AddCookie(c)
		}
		answer, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		return answer
	}
	login := do("POST", "/api/login", `{"password":"`+password+`"}`)
	_, _ = io.Copy(io.Discard, login.Body)
	login.Body.Close()
	in := login.Cookies()[0]
	b.expect("logs true")
	log := do("GET", "/api/logs?follow", "", in)
	lines := bufio.NewReader(log.Body)
	for _, want := range []string{"kept", "new"} {
		if line, err := lines.ReadString('\n'); err != nil || !strings.Contains(line, want) {
			t.Errorf("%q, %v, want %s", line, err, want)
		}
		if want == "kept" {
			b.news <- `{"msg":"new"}`
		}
	}
	log.Body.Close()
	<-b.ends
	b.expect("status")
	after := do("GET", "/api/status", "", in)
	after.Body.Close()
	if after.StatusCode != 200 {
		t.Errorf("afterwards: %s", after.Status)
	}
}

func TestFiles(t *testing.T) {
	b := newBench(t)
	for path, kind := range map[string]string{"/": "text/html; charset=utf-8", "/app.js": "text/javascript; charset=utf-8", "/style.css": "text/css; charset=utf-8", "/icon.svg": "image/svg+xml"} {
		r := request("GET", path, "")
		r.Header.Set("Accept-Encoding", "br, gzip")
		w := b.send(r)
		if w.Code != 200 || w.Header().Get("Content-Encoding") != "gzip" || w.Header().Get("Content-Type") != kind {
			t.Errorf("%s: %d %v", path, w.Code, w.Header())
		}
		plain := b.send(request("GET", path, ""))
		if got := unpack(t, w.Body.Bytes()); plain.Header().Get("Content-Encoding") != "" || plain.Body.String() != string(got) {
			t.Errorf("%s: what is not compressed is something else", path)
		}
		r.Header.Set("If-None-Match", w.Header().Get("ETag"))
		if again := b.send(r); again.Code != 304 || again.Body.Len() != 0 {
			t.Errorf("%s again: %d", path, again.Code)
		}
	}
	for _, path := range []string{"/index.html", "/page/app.js", "/packed/app.js.gz", "/..%2fgo.mod", "/web.go"} {
		if w := b.send(request("GET", path, "")); w.Code != 404 {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}
