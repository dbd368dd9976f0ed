// Package webhook tells web servers what happens at the telephone: an address for
// each kind of event, asked when it happens (the makers of desk phones call them
// action URLs).
//
// A server that is slow or gone costs the telephone nothing: what waits is bounded,
// the oldest is let go first, and each is tried a few times.
package webhook

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// Hook is an address with the events that it is told of.
type Hook struct {
	On       []string // names of events; "*" is every one
	URL      string   // {event}, {mac} and the fields of the event stand for their values
	Method   string   // "get", or "post" with the event as JSON
	TLS      *tls.Config
	Username string // Basic; empty: none
	Password string
}

// Event is something that happened.
type Event struct {
	Name   string            // "call-ended"
	At     time.Time         //
	Fields map[string]string // "remote": "1002@pbx.example"
}

// Config is what a Sender needs.
type Config struct {
	Log    *slog.Logger
	Fields map[string]string // of every event: mac, model
	// Timeout bounds one request, Tries how often it is made, Wait how long until
	// the second; each following one waits twice as long. 0 means 5 s, 3 and 2 s.
	Timeout time.Duration
	Tries   int
	Wait    time.Duration
}

// waiting is how many requests may wait.
const waiting = 64

// Sender sends events to hooks, one at a time and in order.
type Sender struct {
	cfg Config

	mu    sync.Mutex
	hooks []Hook
	queue []order
	lost  int
	bell  chan struct{}
}

// order is one request to be made.
type order struct {
	hook  Hook
	event Event
}

// New makes a Sender without hooks.
func New(cfg Config) *Sender {
	if cfg.Timeout == 0 {
		cfg.Timeout = 5 * time.Second
	}
	if cfg.Tries == 0 {
		cfg.Tries = 3
	}
	if cfg.Wait == 0 {
		cfg.Wait = 2 * time.Second
	}
	return &Sender{cfg: cfg, bell: make(chan struct{}, 1)}
}

// Use replaces the hooks. What waits already is still sent.
func (s *Sender) Use(hooks []Hook) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hooks = slices.Clone(hooks)
}

// Tell has the hooks for an event be asked. It never waits.
func (s *Sender) Tell(e Event) {
	s.mu.Lock()
	for _, h := range s.hooks {
		if slices.Contains(h.On, "*") || slices.Contains(h.On, e.Name) {
			s.queue = append(s.queue, order{h, e})
		}
	}
	if over := len(s.queue) - waiting; over > 0 {
		s.queue = slices.Delete(s.queue, 0, over)
		s.lost += over
	}
	s.mu.Unlock()
	select {
	case s.bell <- struct{}{}:
	default: // it rings already
	}
}

// Run sends until its context ends; what waits then is let go.
func (s *Sender) Run(ctx context.Context) error {
	for {
		next, lost, ok := s.next()
		if lost > 0 {
			s.cfg.Log.Warn("events could not be told in time", "events", lost)
		}
		if ok {
			s.deliver(ctx, next)
			if ctx.Err() != nil {
				return nil
			}
			continue
		}
		select {
		case <-s.bell:
		case <-ctx.Done():
			return nil
		}
	}
}

func (s *Sender) next() (o order, lost int, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	lost, s.lost = s.lost, 0
	if len(s.queue) == 0 {
		return order{}, lost, false
	}
	o, s.queue = s.queue[0], s.queue[1:]
	return o, lost, true
}

// deliver makes one request, and again while the server does not take it.
func (s *Sender) deliver(ctx context.Context, o order) {
	wait := s.cfg.Wait
	for try := 1; ; try++ {
		again, err := s.send(ctx, o)
		if err == nil || ctx.Err() != nil {
			return
		}
		if !again || try == s.cfg.Tries {
			s.cfg.Log.Warn("an event was not told", "event", o.event.Name, "host", host(o.hook.URL), "tries", try, "error", err)
			return
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return
		}
		wait *= 2
	}
}

// host is what of an address may be shown: the rest may hold a token.
func host(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}

// send makes the request once; again is whether another try may help.
func (s *Sender) send(ctx context.Context, o order) (again bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, s.cfg.Timeout)
	defer cancel()
	request, err := s.request(ctx, o)
	if err != nil {
		return false, err
	}
	transport := &http.Transport{TLSClientConfig: o.hook.TLS, Proxy: http.ProxyFromEnvironment, MaxResponseHeaderBytes: 64 << 10, DisableKeepAlives: true}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Do(request)
	if err != nil {
		if wrapped, ok := err.(*url.Error); ok { // its text has the whole address in it
			err = wrapped.Err
		}
		return true, err
	}
	_ = response.Body.Close()
	if response.StatusCode/100 == 2 {
		return false, nil
	}
	return response.StatusCode >= 500 || response.StatusCode == http.StatusTooManyRequests,
		fmt.Errorf("the server answers %d %s", response.StatusCode, strings.ToLower(http.StatusText(response.StatusCode)))
}
