package web

import (
	"crypto/tls"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

func (b *bench) try(from, password string) int {
	r := request("POST", "/api/login", fmt.Sprintf(`{"password":%q}`, password))
	r.RemoteAddr = from
	return b.send(r).Code
}

func TestLogin_cookie(t *testing.T) {
	b := newBench(t)
	c := b.login()
	if len(c.Value) != 32 || !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Secure || c.Path != "/" || c.MaxAge != 0 {
		t.Errorf("in the clear: %+v", c)
	}
	r := request("POST", "/api/login", `{"password":"`+password+`"}`)
	r.TLS = &tls.ConnectionState{}
	r.Header.Set("Origin", "https://192.0.2.1:8080")
	if c := b.send(r).Result().Cookies()[0]; !c.Secure || !c.HttpOnly {
		t.Errorf("by TLS: %+v", c)
	}
}

func TestLogin_five_wrong_ones_wait_a_minute(t *testing.T) {
	b := newBench(t)
	const here, there = "198.51.100.7:4000", "198.51.100.8:4000"
	for i, want := range []int{403, 403, 403, 403, 429, 429} {
		if got := b.try(here, "wrong"); got != want {
			t.Errorf("attempt %d: %d, want %d", i+1, got, want)
		}
	}
	if got := b.try(here, password); got != 429 {
		t.Errorf("the right one while it waits: %d", got)
	}
	if got := b.try(there, password); got != 200 {
		t.Errorf("another address: %d", got)
	}
	b.at = b.at.Add(wrongTime - time.Second)
	if got := b.try(here, password); got != 429 {
		t.Errorf("a second too early: %d", got)
	}
	b.at = b.at.Add(time.Second)
	if got := b.try(here, password); got != 200 {
		t.Errorf("after a minute: %d", got)
	}
	if n := strings.Count(b.log.String(), "too many wrong"); n != 1 {
		t.Errorf("told %d times that it waits, want once", n)
	}
}

func TestLogin_slow_wrong_ones_do_not_wait(t *testing.T) {
	b := newBench(t)
	for range 20 {
		if got := b.try("198.51.100.7:1", "wrong"); got != 403 {
			t.Fatalf("got %d", got)
		}
		b.at = b.at.Add(wrongTime / 4)
	}
}

func TestLogin_a_right_one_begins_anew(t *testing.T) {
	b := newBench(t)
	for range 3 {
		for range 4 {
			b.try("198.51.100.7:1", "wrong")
		}
		if got := b.try("198.51.100.7:1", password); got != 200 {
			t.Fatalf("got %d", got)
		}
	}
}

func TestLogin_many_at_once_are_counted(t *testing.T) {
	b := newBench(t)
	codes := make(chan int, 50)
	var wg sync.WaitGroup
	b.pages = b.build(time.Now)
	for range 50 {
		wg.Go(func() { codes <- b.try("198.51.100.7:1", "wrong") })
	}
	wg.Wait()
	close(codes)
	checked := 0
	for c := range codes {
		if c == 403 {
			checked++
		}
	}
	if checked != maxWrong-1 {
		t.Errorf("%d were told that they were wrong, want %d", checked, maxWrong-1)
	}
}

func TestLogin_an_IPv6_network_is_one_address(t *testing.T) {
	b := newBench(t)
	for i := range maxWrong {
		b.try(fmt.Sprintf("[2001:db8::%d]:1", i+1), "wrong")
	}
	for from, want := range map[string]int{"[2001:db8::99]:1": 429, "[2001:db8:0:1::1]:1": 200, "[::ffff:198.51.100.7]:1": 200} {
		if got := b.try(from, password); got != want {
			t.Errorf("%s: %d, want %d", from, got, want)
		}
	}
}

func TestAttempts_memory_is_bounded(t *testing.T) {
	b := newBench(t)
	for i := range 4 * maxAddresses {
		b.at = b.at.Add(time.Millisecond)
		b.try(fmt.Sprintf("10.0.%d.%d:1", i/256, i%256), "wrong")
	}
	if n := len(b.pages.(*site).attempts.from); n != maxAddresses {
		t.Errorf("%d addresses are kept, want %d", n, maxAddresses)
	}
}

func TestSession_ends(t *testing.T) {
	for _, c := range []struct {
		name string
		live func(*bench, *http.Cookie)
		want int
	}{
		{"idle: a second short", func(b *bench, _ *http.Cookie) { b.at = b.at.Add(idleTime - time.Second) }, 200},
		{"idle: half an hour", func(b *bench, _ *http.Cookie) { b.at = b.at.Add(idleTime) }, 401},
		{"somebody acts: alive anew", func(b *bench, c *http.Cookie) {
			for range 3 {
				b.at = b.at.Add(idleTime / 2)
				b.as(c, "GET", "/api/session", "")
			}
		}, 200},
		{"the page asks by itself: not alive anew", func(b *bench, c *http.Cookie) {
			for range 3 {
				b.at = b.at.Add(idleTime / 3)
				r := request("GET", "/api/session", "")
				r.Header.Set("X-Offhook", "poll")
				r.AddCookie(c)
				b.send(r)
			}
		}, 401},
		{"twelve hours of work", func(b *bench, c *http.Cookie) {
			for range 48 {
				b.at = b.at.Add(sessionTime / 48)
				b.as(c, "GET", "/api/session", "")
			}
		}, 401},
		{"logged out", func(b *bench, c *http.Cookie) { b.as(c, "POST", "/api/logout", "") }, 401},
		{"logged in anew in the same browser", func(b *bench, c *http.Cookie) {
			b.as(c, "POST", "/api/login", `{"password":"`+password+`"}`)
		}, 401},
		{"seven others", func(b *bench, _ *http.Cookie) {
			for range maxSessions - 1 {
				b.login()
			}
		}, 200},
		{"eight others: the one of longest ago", func(b *bench, _ *http.Cookie) {
			for range maxSessions {
				b.at = b.at.Add(time.Second)
				b.login()
			}
		}, 401},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t)
			in := b.login()
			c.live(b, in)
			if c.want == 200 {
				b.expect("status")
			}
			if w := b.as(in, "GET", "/api/status", ""); w.Code != c.want {
				t.Errorf("%d %s, want %d", w.Code, w.Body, c.want)
			}
			if n := len(b.pages.(*site).sessions.all); n > maxSessions {
				t.Errorf("%d sessions", n)
			}
		})
	}
}

func TestSession_told(t *testing.T) {
	b := newBench(t)
	if w := b.send(request("GET", "/api/session", "")); w.Body.String() != `{"in":false,"seconds":0}`+"\n" {
		t.Errorf("outside: %s", w.Body)
	}
	in := b.login()
	b.at = b.at.Add(time.Minute)
	r := request("GET", "/api/session", "")
	r.Header.Del("X-Offhook")
	r.AddCookie(in)
	if w := b.send(r); w.Body.String() != `{"in":true,"seconds":1740}`+"\n" {
		t.Errorf("inside: %s", w.Body)
	}
}
