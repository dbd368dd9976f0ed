// Package page is the workbench's web page and the JSON interface under /api/
// that it uses. It listens where any web site can guess, so every request has
// to name this host, and a change has to come from this page.
package page

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"offhook/cmd/internal/lab/journal"
	"offhook/cmd/internal/lab/pbx"
	"offhook/cmd/internal/lab/provserver"
	"offhook/media/mediatest"
)

//go:embed static
var static embed.FS

// Bench is what the page works.
type Bench interface {
	State() State
	SetMailbox(extension string, box pbx.Mailbox) error
	Ring(extension string) error
	Hangup(call int) error
	CheckSync(extension string, reboot bool) error
	SetImpairment(mediatest.Impairment)
	SetProvisioning(provserver.Mode) error
	Document(mac string) ([]byte, error)
	SetDocument(mac string, body []byte)
}

// Config says how the page is served.
type Config struct {
	Log      *slog.Logger
	Journal  *journal.Journal
	Listener net.Listener
	Bench    Bench
}

// Server is a running page.
type Server struct {
	config  Config
	http    *http.Server
	serving sync.WaitGroup
	cancel  context.CancelFunc
}

// Start serves on the listener.
func Start(c Config) *Server {
	ctx, cancel := context.WithCancel(context.Background())
	s := &Server{config: c, cancel: cancel}
	s.http = &http.Server{
		Handler:           s.handler(),
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ReadHeaderTimeout: 5 * time.Second,
		IdleTimeout:       30 * time.Second,
		ErrorLog:          slog.NewLogLogger(c.Log.Handler(), slog.LevelWarn),
	}
	s.serving.Go(func() {
		if err := s.http.Serve(c.Listener); !errors.Is(err, http.ErrServerClosed) {
			c.Log.Error("the workbench's page has ended", "error", err)
		}
	})
	return s
}

// Close ends every request and waits.
func (s *Server) Close() error {
	s.cancel() // the event streams
	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	if s.http.Shutdown(ctx) != nil {
		s.http.Close()
	}
	s.serving.Wait()
	return nil
}

func (s *Server) handler() http.Handler {
	files, err := fs.Sub(static, "static")
	if err != nil {
		panic(err) // the folder is compiled in
	}
	mux := http.NewServeMux()
	mux.Handle("GET /", http.FileServerFS(files))
	mux.HandleFunc("GET /api/state", s.state)
	mux.HandleFunc("GET /api/events", s.events)
	mux.HandleFunc("GET /api/document", s.document)
	mux.HandleFunc("POST /api/document", command(s.setDocument))
	mux.HandleFunc("POST /api/mailbox", command(s.setMailbox))
	mux.HandleFunc("POST /api/ring", command(s.ring))
	mux.HandleFunc("POST /api/hangup", command(s.hangup))
	mux.HandleFunc("POST /api/check-sync", command(s.checkSync))
	mux.HandleFunc("POST /api/impairment", command(s.setImpairment))
	mux.HandleFunc("POST /api/provisioning", command(s.setProvisioning))
	return s.sameSite(http.NewCrossOriginProtection().Handler(mux))
}

// sameSite refuses requests by another name than ours: a site whose name was
// made to lead to loopback (DNS rebinding) would come by its own.
func (s *Server) sameSite(next http.Handler) http.Handler {
	_, port, _ := net.SplitHostPort(s.config.Listener.Addr().String())
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.Host {
		case "127.0.0.1:" + port, "localhost:" + port, "[::1]:" + port, s.config.Listener.Addr().String():
		default:
			http.Error(w, "this is the offhook workbench; it is not known by that name", http.StatusForbidden)
			return
		}
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "+
			"frame-src http://127.0.0.1:* http://localhost:*; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

// command reads a JSON body and answers 204, or says what is wrong.
func command[T any](do func(T) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var in T
		decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&in); err != nil {
			http.Error(w, fmt.Sprintf("%s: %v", r.URL.Path, err), http.StatusBadRequest)
			return
		}
		if err := do(in); err != nil {
			http.Error(w, err.Error(), http.StatusConflict)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	}
}

func (s *Server) state(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(s.config.Bench.State()); err != nil {
		s.config.Log.Debug("the state was not sent", "error", err)
	}
}
