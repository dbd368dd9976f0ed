// Package provserver is the workbench's provisioning server: HTTPS with the
// workbench's own authority, ETags, a log of what was fetched, and the faults
// that a phone must live through.
package provserver

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"net"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"

	"offhook/cmd/internal/lab/journal"
)

// Mode is how the server behaves.
type Mode string

// The modes.
const (
	Good    Mode = "good"    // hands out the document
	Bad     Mode = "bad"     // hands out a document with faults
	Failing Mode = "500"     // answers 500
	Missing Mode = "missing" // answers 404
)

// Fetch is one request for a document.
type Fetch struct {
	Time      time.Time `json:"time"`
	MAC       string    `json:"mac"`
	Status    int       `json:"status"`
	Bytes     int       `json:"bytes"`
	ETag      string    `json:"etag"`
	UserAgent string    `json:"user_agent"`
	TLS       string    `json:"tls"` // version
}

// Config says how the server is started.
type Config struct {
	Log         *slog.Logger
	Journal     *journal.Journal
	Listener    net.Listener
	Certificate tls.Certificate
	// Document makes the document of a phone that has none of its own;
	// extension is "" or what the address asks for.
	Document func(mac, extension string) ([]byte, error)
}

const keepFetches = 50

// Server is a running provisioning server.
type Server struct {
	config    Config
	http      *http.Server
	serving   sync.WaitGroup
	mu        sync.Mutex // a leaf: nothing is called while it is held
	mode      Mode
	documents map[string][]byte
	fetches   []Fetch
}

// Start serves on the listener.
func Start(c Config) *Server {
	s := &Server{config: c, mode: Good, documents: map[string][]byte{}}
	s.http = &http.Server{
		Handler:           http.HandlerFunc(s.handle),
		TLSConfig:         &tls.Config{Certificates: []tls.Certificate{c.Certificate}, MinVersion: tls.VersionTLS12},
		ReadHeaderTimeout: 5 * time.Second,
		IdleTimeout:       30 * time.Second,
		ErrorLog:          log.New(faults{c.Journal}, "", 0),
	}
	s.serving.Go(func() {
		if err := s.http.ServeTLS(c.Listener, "", ""); !errors.Is(err, http.ErrServerClosed) {
			c.Log.Error("the provisioning server has ended", "error", err)
		}
	})
	return s
}

// faults puts what net/http complains of, such as a phone that does not trust
// the authority, into the journal.
type faults struct{ journal *journal.Journal }

func (f faults) Write(line []byte) (int, error) {
	f.journal.Add(journal.Fault, "provisioning: "+strings.TrimPrefix(strings.TrimSpace(string(line)), "http: "))
	return len(line), nil
}

// Close ends every connection and waits.
func (s *Server) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	if s.http.Shutdown(ctx) != nil {
		s.http.Close()
	}
	s.serving.Wait()
	return nil
}

// Mode is how the server behaves now.
func (s *Server) Mode() Mode {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.mode
}

// SetMode changes how the server behaves.
func (s *Server) SetMode(mode Mode) error {
	switch mode {
	case Good, Bad, Failing, Missing:
	default:
		return fmt.Errorf("the provisioning server has no mode %q: give good, bad, 500 or missing", mode)
	}
	s.mu.Lock()
	s.mode = mode
	s.mu.Unlock()
	s.config.Journal.Add(journal.Provisioning, "the provisioning server's mode is "+string(mode))
	return nil
}

// SetDocument makes body what a phone gets; nil is the default again.
func (s *Server) SetDocument(mac string, body []byte) {
	mac, _ = normal(mac)
	s.mu.Lock()
	if body == nil {
		delete(s.documents, mac)
	} else {
		s.documents[mac] = append([]byte(nil), body...)
	}
	s.mu.Unlock()
	s.config.Journal.Add(journal.Provisioning, "the document of "+mac+" was changed")
}

// Document is what a phone would get from a good server.
func (s *Server) Document(mac, extension string) ([]byte, error) {
	mac, _ = normal(mac)
	s.mu.Lock()
	body, own := s.documents[mac]
	s.mu.Unlock()
	if own {
		return body, nil
	}
	return s.config.Document(mac, extension)
}

// Fetches lists the last requests, the newest first.
func (s *Server) Fetches() []Fetch {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Fetch{}, s.fetches...)
}

func (s *Server) handle(w http.ResponseWriter, r *http.Request) {
	mac, ok := macOf(r.URL.Path)
	if !ok {
		http.Error(w, "The address is /{mac}.yaml, such as /0200c0ffee01.yaml", http.StatusNotFound)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "A document can only be fetched", http.StatusMethodNotAllowed)
		return
	}
	fetch := Fetch{Time: time.Now(), MAC: mac, UserAgent: r.UserAgent()}
	if r.TLS != nil {
		fetch.TLS = tls.VersionName(r.TLS.Version)
	}
	s.serve(w, r, &fetch)
	s.record(fetch)
}

// serve answers; fetch gets what came of it.
func (s *Server) serve(w http.ResponseWriter, r *http.Request, fetch *Fetch) {
	mode := s.Mode()
	body, err := s.Document(fetch.MAC, r.URL.Query().Get("extension"))
	switch {
	case mode == Failing:
		fetch.Status = http.StatusInternalServerError
	case mode == Missing || err != nil:
		fetch.Status = http.StatusNotFound
	}
	if fetch.Status != 0 {
		text := http.StatusText(fetch.Status)
		if err != nil {
			text = err.Error()
		}
		http.Error(w, text, fetch.Status)
		return
	}
	if mode == Bad {
		body = spoil(body)
	}
	sum := sha256.Sum256(body)
	fetch.ETag = `"` + hex.EncodeToString(sum[:8]) + `"`
	w.Header().Set("ETag", fetch.ETag)
	w.Header().Set("Cache-Control", "no-cache")
	if matches(r.Header.Get("If-None-Match"), fetch.ETag) {
		fetch.Status = http.StatusNotModified
		w.WriteHeader(fetch.Status)
		return
	}
	fetch.Status, fetch.Bytes = http.StatusOK, len(body)
	w.Header().Set("Content-Type", "application/yaml")
	w.Header().Set("Content-Length", fmt.Sprint(len(body)))
	if r.Method == http.MethodGet {
		_, _ = w.Write(body) // a phone that hangs up has only itself to tell
	}
}

// spoil makes a document that is well-formed YAML and has faults of the kind
// that a person makes.
func spoil(body []byte) []byte {
	return append([]byte("# served on purpose by the workbench: this document has faults\nvolumne: loud\n"), body...)
}

// matches is RFC 9110 §13.1.2.
func matches(header, etag string) bool {
	for candidate := range strings.SplitSeq(header, ",") {
		candidate = strings.TrimPrefix(strings.TrimSpace(candidate), "W/")
		if candidate == etag || candidate == "*" {
			return true
		}
	}
	return false
}

func (s *Server) record(fetch Fetch) {
	s.mu.Lock()
	s.fetches = append([]Fetch{fetch}, s.fetches[:min(len(s.fetches), keepFetches-1)]...)
	s.mu.Unlock()
	s.config.Journal.Add(journal.Provisioning, fmt.Sprintf("%s fetched its document: %d %s, %d bytes", fetch.MAC, fetch.Status, http.StatusText(fetch.Status), fetch.Bytes))
}

// macOf reads /{mac}.yaml.
func macOf(name string) (string, bool) {
	file, ok := strings.CutSuffix(path.Clean(name), ".yaml")
	if !ok || strings.Count(file, "/") != 1 {
		return "", false
	}
	return normal(strings.TrimPrefix(file, "/"))
}

// normal writes a MAC as twelve small hexadecimal digits.
func normal(mac string) (string, bool) {
	mac = strings.ToLower(strings.NewReplacer(":", "", "-", "", ".", "").Replace(mac))
	raw, err := hex.DecodeString(mac)
	return mac, err == nil && len(raw) == 6
}
