package web

import (
	"context"
	"crypto/sha256"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"offhook/cmd/internal/localapi"
)

// Config is what the pages need.
type Config struct {
	Backend  localapi.Backend
	Password string // of the administrator; there are no pages without
	Log      *slog.Logger
	Now      func() time.Time // time.Now when nil
	Names    []string         // that the telephone may be called by, beside IP addresses and localhost
}

// ErrNoPassword is returned by New when anybody could log in.
var ErrNoPassword = errors.New("web pages: there is no password: set one, or leave the pages off")

// site is the pages and who is logged in.
type site struct {
	Config
	digest   [sha256.Size]byte // of the password
	attempts attempts
	sessions sessions
	streams  chan struct{} // a place for each log that is followed
	pages    http.Handler
}

// New makes the handler of the pages. It starts nothing and needs no end. The
// listener's server should bound the time of a request's header
// (http.Server.ReadHeaderTimeout); the handler bounds the rest.
func New(c Config) (http.Handler, error) {
	switch {
	case c.Password == "":
		return nil, ErrNoPassword
	case c.Backend == nil:
		return nil, errors.New("web pages: there is no telephone behind them")
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	s := &site{Config: c, digest: sha256.Sum256([]byte(c.Password)), streams: make(chan struct{}, maxStreams)}
	s.Password = "" // the digest is enough from here on
	s.sessions.now, s.attempts.now = c.Now, c.Now
	mux := http.NewServeMux()
	if err := servePage(mux); err != nil {
		return nil, err
	}
	s.serveLogin(mux)
	s.serveReading(mux)
	s.serveCommands(mux)
	s.pages = mux
	return s, nil
}

func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	protect(w.Header(), r)
	if status, why := s.barred(r); status != 0 {
		refuse(w, status, why)
		return
	}
	s.pages.ServeHTTP(w, r)
}

// from is the address that a request is counted under: of IPv6 the network, for
// one host has all of it.
func from(r *http.Request) netip.Prefix {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Prefix{}
	}
	addr := peer.Addr().Unmap().WithZone("")
	bits := 32
	if addr.Is6() {
		bits = 64
	}
	p, _ := addr.Prefix(bits) // the lengths fit
	return p
}

// tell notes what an administrator did, for whoever reads the log afterwards.
func (s *site) tell(ctx context.Context, level slog.Level, what string, r *http.Request) {
	s.Log.Log(ctx, level, what, "room", "web", "from", r.RemoteAddr)
}
