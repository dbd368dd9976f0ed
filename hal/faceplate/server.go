package faceplate

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"

	"github.com/coder/websocket"

	"offhook/hal"
	"offhook/hal/faceplate/internal/wire"
)

type server struct {
	addr string
	http *http.Server
}

func (s *server) close() { _ = s.http.Close() }

// serve starts the server at the first call. A later one with an address moves
// it there: which of a board's devices is opened first is no matter.
func (p *Panel) serve(listen string) error {
	p.starting.Lock()
	defer p.starting.Unlock()
	p.mu.Lock()
	old, closed := p.server, p.closed
	p.mu.Unlock()
	if closed {
		return fmt.Errorf("faceplate: %w: the panel", hal.ErrClosed)
	}
	if old != nil && (listen == "" || listen == old.addr) {
		return nil
	}
	if listen == "" {
		listen = p.listen
	}
	l, err := listenLoopback(listen)
	if err != nil {
		return err
	}
	return p.start(l, old)
}

func (p *Panel) start(l net.Listener, old *server) error {
	s := &server{addr: l.Addr().String(), http: &http.Server{
		Handler: p.handler(), ReadHeaderTimeout: 5 * time.Second, ErrorLog: slog.NewLogLogger(p.log.Handler(), slog.LevelWarn),
	}}
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return errors.Join(hal.ErrClosed, l.Close())
	}
	p.server = s
	p.wg.Add(1)
	p.mu.Unlock()
	go func() {
		defer p.wg.Done()
		if err := s.http.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			p.log.Error("faceplate: the page's server ended", "error", err)
		}
	}()
	if old != nil {
		old.close()
	}
	p.log.Info("faceplate: the page is ready", "url", "http://"+s.addr+"/")
	return nil
}

func listenLoopback(addr string) (net.Listener, error) {
	if err := checkListen(addr); err != nil {
		return nil, fmt.Errorf("faceplate: listen: %w", err)
	}
	l, err := net.Listen("tcp", addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("faceplate: the address %s is taken by another program: end that one, or give the display's parameter listen another port (port 0 is any free one): %w", addr, err)
	}
	if err != nil {
		return nil, fmt.Errorf("faceplate: cannot open the page's address %s: %w", addr, err)
	}
	return l, nil
}

// checkListen admits loopback only: whoever reaches the page can telephone.
func checkListen(addr string) error {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf(`%q is not an address such as "127.0.0.1:8080"`, addr)
	}
	if !isLoopback(host) {
		return fmt.Errorf(`%q is not on loopback, and the page has no password: use "127.0.0.1:%s"`, addr, port)
	}
	if _, err := net.LookupPort("tcp", port); err != nil {
		return fmt.Errorf("%q: %q is not a port from 0 to 65535", addr, port)
	}
	return nil
}

func isLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}

func (p *Panel) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /", page)
	mux.HandleFunc("GET /ws", p.websocket)
	return guarded(mux)
}

// guarded answers requests that name a loopback host: a name that somebody
// else's DNS points at 127.0.0.1 does not open the page (DNS rebinding).
func guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := r.Host
		if h, _, err := net.SplitHostPort(host); err == nil {
			host = h
		}
		if !isLoopback(trimBrackets(host)) {
			http.Error(w, "The faceplate answers to 127.0.0.1, [::1] and localhost only.", http.StatusForbidden)
			return
		}
		h := w.Header()
		h.Set("Cache-Control", "no-cache")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "+
			"img-src 'self' data:; worker-src 'self'; base-uri 'none'; form-action 'none'; connect-src 'self' ws://"+r.Host+
			"; frame-ancestors 'self' http://127.0.0.1:* http://localhost:* https://127.0.0.1:* https://localhost:*")
		next.ServeHTTP(w, r)
	})
}

func trimBrackets(host string) string {
	if len(host) > 1 && host[0] == '[' && host[len(host)-1] == ']' {
		return host[1 : len(host)-1]
	}
	return host
}

// websocket serves one page. Accept refuses an Origin that is not this server.
func (p *Panel) websocket(w http.ResponseWriter, r *http.Request) {
	if !p.enter() {
		http.Error(w, "The faceplate is closing.", http.StatusServiceUnavailable)
		return
	}
	defer p.wg.Done()
	ws, err := websocket.Accept(w, r, &websocket.AcceptOptions{CompressionMode: websocket.CompressionDisabled})
	if err != nil {
		p.log.Warn("faceplate: a page was refused", "error", err)
		return
	}
	ws.SetReadLimit(wire.MaxMessage)
	c := &conn{panel: p, ws: ws, wake: make(chan struct{}, 1)}
	p.join(c)
	err = c.run(p.ctx)
	p.leave(c)
	p.log.Debug("faceplate: a page went", "cause", err)
}

func (p *Panel) enter() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.closed {
		p.wg.Add(1)
	}
	return !p.closed
}

// join tells a new page everything.
func (p *Panel) join(c *conn) {
	topics := []topic{{kind: wire.TypeHello}, {kind: wire.TypeDisplay}, {kind: wire.TypeHook}, {kind: wire.TypeMixer}}
	for _, name := range p.partNames() {
		if t := topicOf(name); t.name != "" {
			topics = append(topics, t)
		}
	}
	p.mu.Lock()
	p.pages[c] = true
	for _, t := range topics {
		c.mark(t)
	}
	c.markScreen(size(false))
	p.countPages()
	p.mu.Unlock()
}

func (p *Panel) leave(c *conn) {
	p.wantSound(c, wire.Off)
	if k, ok := get[*keypad](p, partKeypad); ok {
		k.gone(c)
	}
	p.mu.Lock()
	delete(p.pages, c)
	p.countPages()
	p.mu.Unlock()
}

// countPages is called with p.mu held, so that two pages' coming and going
// reaches the hook in order.
func (p *Panel) countPages() {
	if h, ok := getLocked[*hook](p, partHook); ok {
		h.pages(len(p.pages))
	}
}
