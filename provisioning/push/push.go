// Package push lets an operator's server come to the phone: an HTTPS endpoint that
// takes a document, or the wish that the phone fetch one. It is off unless the
// document says otherwise, and hears nobody who has not shown a certificate of the
// operator's authority or his token.
package push

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"offhook/provisioning"
	"offhook/ua"
)

// Manager is what of a provisioning.Manager is used.
type Manager interface {
	Push(data []byte, from string) error
	Resync(from string)
	Status() provisioning.Status
}

// Config is what a Server needs.
type Config struct {
	TLS   *tls.Config // the phone's certificate; ClientCAs: who vouches for operators, if any
	Token ua.Secret   // that stands for a certificate; zero: a certificate it must be
	// ReadToken is for those who may read and change nothing; Metrics is what they
	// read beside the status, nil: nothing.
	ReadToken ua.Secret
	Metrics   http.Handler
	Manager   Manager
	MaxSize   int64 // bytes of a document; 0 means 1 MiB
	Log       *slog.Logger
	Now       func() time.Time // nil means time.Now
}

// Server answers on a listener.
type Server struct {
	cfg    Config
	guards *guards
}

// New makes a Server. A configuration by which anybody could come is an error.
func New(cfg Config) (*Server, error) {
	if cfg.Token.IsZero() && cfg.ReadToken.IsZero() && (cfg.TLS == nil || cfg.TLS.ClientCAs == nil) {
		return nil, errors.New("push: nobody could come in: give a token or an authority of operators")
	}
	if cfg.TLS == nil {
		return nil, errors.New("push: there is no certificate for the phone")
	}
	cfg.TLS = cfg.TLS.Clone()
	cfg.TLS.MinVersion = tls.VersionTLS12
	switch {
	case cfg.TLS.ClientCAs == nil:
		cfg.TLS.ClientAuth = tls.NoClientCert
	case cfg.Token.IsZero() && cfg.ReadToken.IsZero():
		cfg.TLS.ClientAuth = tls.RequireAndVerifyClientCert
	default:
		cfg.TLS.ClientAuth = tls.VerifyClientCertIfGiven
	}
	if cfg.MaxSize == 0 {
		cfg.MaxSize = 1 << 20
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Server{cfg, newGuards(cfg.Now)}, nil
}

// Serve answers until the context ends, and waits for who is being answered; the
// listener is its own from then on.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	server := &http.Server{Handler: s.handler(), ReadTimeout: 30 * time.Second, ReadHeaderTimeout: 5 * time.Second, WriteTimeout: 30 * time.Second,
		IdleTimeout: 30 * time.Second, MaxHeaderBytes: 16 << 10, ErrorLog: slog.NewLogLogger(s.cfg.Log.Handler(), slog.LevelDebug)}
	var open sync.WaitGroup
	server.ConnState = func(_ net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew: // comes before Serve can return
			open.Add(1)
		case http.StateClosed: // nothing here hijacks
			open.Done()
		}
	}
	ended := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(ended)
		_ = server.Close() // what is under way has no time left
	})
	err := server.Serve(tls.NewListener(limited(l, maxConnections), s.cfg.TLS))
	if !stop() {
		<-ended
	} else {
		_ = server.Close() // the listener has failed: its connections end with it
	}
	open.Wait() // Close does not: a refused body is read for half a second more
	if ctx.Err() != nil {
		return nil
	}
	return err
}

func (s *Server) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("PUT /v1/document", s.document)
	mux.HandleFunc("POST /v1/check-sync", s.checkSync)
	mux.HandleFunc("GET /v1/status", s.status)
	if s.cfg.Metrics != nil {
		mux.Handle("GET /metrics", s.cfg.Metrics)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who, ok := s.admit(w, r)
		if !ok {
			return
		}
		mux.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), caller{}, who)))
	})
}

// caller is the key of who asks in a request's context.
type caller struct{}

func by(r *http.Request) string { who, _ := r.Context().Value(caller{}).(string); return who }

// admit tells who asks, or answers that he may not.
func (s *Server) admit(w http.ResponseWriter, r *http.Request) (who string, ok bool) {
	from := host(r.RemoteAddr)
	if s.guards.locked(from) {
		w.Header().Set("Retry-After", fmt.Sprint(int(lockFor.Seconds())))
		refuse(w, http.StatusTooManyRequests, "too many wrong tokens came from this address; wait")
		return "", false
	}
	// TLS has judged a certificate that is there.
	if len(r.TLS.VerifiedChains) > 0 {
		return fmt.Sprintf("%s (%s)", r.TLS.VerifiedChains[0][0].Subject.CommonName, from), true
	}
	token, found := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !s.cfg.Token.IsZero() && found && same(token, s.cfg.Token.Reveal()) {
		s.guards.right(from)
		return from, true
	}
	if !s.cfg.ReadToken.IsZero() && found && same(token, s.cfg.ReadToken.Reveal()) {
		s.guards.right(from)
		if r.Method != http.MethodGet {
			refuse(w, http.StatusForbidden, "this token is for reading alone")
			return "", false
		}
		return from, true
	}
	if found {
		s.guards.wrong(from)
		s.cfg.Log.Warn("push: a wrong token", "from", from)
	}
	w.Header().Set("WWW-Authenticate", `Bearer realm="offhook"`)
	refuse(w, http.StatusUnauthorized, "show a certificate of the operator's authority, or the token (Authorization: Bearer …)")
	return "", false
}

// same compares in a time that tells nothing, whatever the lengths.
func same(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}

func host(address string) string {
	h, _, err := net.SplitHostPort(address)
	if err != nil {
		return address
	}
	return h
}

// answer is the body of every answer.
type answer struct {
	Error  string   `json:"error,omitempty"`
	Faults []string `json:"faults,omitempty"`
	State  string   `json:"state,omitempty"`
	Hash   string   `json:"hash,omitempty"`  // of the document in force
	Trial  string   `json:"trial,omitempty"` // until when it has to prove itself
}

func reply(w http.ResponseWriter, code int, a answer) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(a) // the far end may be gone
}

func refuse(w http.ResponseWriter, code int, text string) { reply(w, code, answer{Error: text}) }

// document takes a document: 202 when it is to be applied, 422 with its faults.
func (s *Server) document(w http.ResponseWriter, r *http.Request) {
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, s.cfg.MaxSize))
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		refuse(w, http.StatusRequestEntityTooLarge, fmt.Sprintf("the document is larger than %d bytes", s.cfg.MaxSize))
		return
	}
	if err != nil || len(data) == 0 {
		refuse(w, http.StatusBadRequest, "there is no whole document in the request")
		return
	}
	if err := s.cfg.Manager.Push(data, by(r)); err != nil {
		a := answer{Error: "the document has faults; nothing was changed"}
		for _, fault := range provisioning.Faults(err) {
			a.Faults = append(a.Faults, fault.Error())
		}
		if len(a.Faults) == 0 {
			a.Error = err.Error()
		}
		reply(w, http.StatusUnprocessableEntity, a)
		return
	}
	s.cfg.Log.Info("push: a document came", "from", by(r), "bytes", len(data))
	s.tell(w, http.StatusAccepted)
}

// checkSync has the phone fetch.
func (s *Server) checkSync(w http.ResponseWriter, r *http.Request) {
	s.cfg.Manager.Resync(by(r))
	s.tell(w, http.StatusAccepted)
}

func (s *Server) status(w http.ResponseWriter, _ *http.Request) { s.tell(w, http.StatusOK) }

func (s *Server) tell(w http.ResponseWriter, code int) {
	status := s.cfg.Manager.Status()
	a := answer{State: string(status.State), Hash: status.InForce.Hash, Error: status.Error}
	if !status.OnTrial.IsZero() {
		a.Trial = status.OnTrial.UTC().Format(time.RFC3339)
	}
	reply(w, code, a)
}
