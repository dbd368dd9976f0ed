package updates

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

// Server hands out the newest version, so slowly that its download takes a while.
type Server struct {
	URL string

	http *http.Server
	done chan struct{}

	mu   sync.Mutex
	file []byte
}

const downloadTime = time.Second

// NewServer serves at a free port of a host.
func NewServer(host string) (*Server, error) {
	l, err := net.Listen("tcp4", net.JoinHostPort(host, "0"))
	if err != nil {
		return nil, err
	}
	s := &Server{URL: "http://" + l.Addr().String() + "/offhook", done: make(chan struct{})}
	s.http = &http.Server{Handler: s, ReadHeaderTimeout: 5 * time.Second}
	go func() { defer close(s.done); _ = s.http.Serve(l) }() // until Close
	return s, nil
}

// Publish has another file handed out from now on.
func (s *Server) Publish(file []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.file = file
}

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	file := s.file
	s.mu.Unlock()
	sum := sha256.Sum256(file)
	w.Header().Set("ETag", `"`+hex.EncodeToString(sum[:8])+`"`)
	http.ServeContent(w, r, "offhook", time.Time{}, &slow{bytes.NewReader(file), len(file)})
}

// Close ends it.
func (s *Server) Close() error {
	err := s.http.Close()
	<-s.done
	return err
}

// slow is a file that takes downloadTime to be read.
type slow struct {
	io.ReadSeeker
	size int
}

func (s *slow) Read(p []byte) (int, error) {
	p = p[:min(len(p), max(1, s.size/50))]
	time.Sleep(downloadTime * time.Duration(len(p)) / time.Duration(s.size))
	return s.ReadSeeker.Read(p)
}
