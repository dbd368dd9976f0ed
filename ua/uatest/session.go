package uatest

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"offhook/ua"
)

var _ ua.Session = (*Session)(nil)

// Session is a fake ua.Session. Its descriptions are small but true SDP. It
// fails the test when it is used in a way that the contract does not allow. It
// may be looked at by any goroutine.
type Session struct {
	tb testing.TB

	mu         sync.Mutex
	version    int
	direction  string // of our last description
	offering   bool
	held       bool // by us
	remoteHold bool
	early      bool
	closed     bool
	last       string // the far end's last description
	refuse     error
}

// NewSession makes a Session.
func NewSession(tb testing.TB) *Session { return &Session{tb: tb} }

// Refuse lets the next Answer fail.
func (s *Session) Refuse(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refuse = err
}

// Closed reports whether the session was closed.
func (s *Session) Closed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closed
}

// Last is the far end's last description.
func (s *Session) Last() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.last
}

// Offer implements ua.Session.
func (s *Session) Offer(hold bool) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.check("Offer")
	if s.offering {
		s.tb.Error("uatest: Offer while an offer is open")
	}
	s.offering, s.held = true, hold
	direction := "sendrecv"
	if hold {
		direction = "sendonly"
	}
	return s.describe(direction), nil
}

// Answer implements ua.Session.
func (s *Session) Answer(offer []byte) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.check("Answer")
	if s.refuse != nil {
		err := s.refuse
		s.refuse = nil
		return nil, err
	}
	if !strings.HasPrefix(string(offer), "v=0") {
		return nil, errors.New("uatest: not a description")
	}
	s.take(string(offer))
	switch {
	case s.held && s.remoteHold:
		return s.describe("inactive"), nil
	case s.held:
		return s.describe("sendonly"), nil
	case s.remoteHold:
		return s.describe("recvonly"), nil
	}
	return s.describe("sendrecv"), nil
}

// Accept implements ua.Session.
func (s *Session) Accept(answer []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.check("Accept")
	if !strings.HasPrefix(string(answer), "v=0") {
		return errors.New("uatest: not a description")
	}
	s.offering = false
	s.take(string(answer))
	return nil
}

// Rollback implements ua.Session.
func (s *Session) Rollback() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.check("Rollback")
	s.offering = false
}

// RemoteHold implements ua.Session.
func (s *Session) RemoteHold() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.remoteHold
}

// Early implements ua.Session.
func (s *Session) Early() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.early
}

// Close implements ua.Session.
func (s *Session) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.check("Close")
	s.closed = true
	return nil
}

func (s *Session) check(what string) {
	if s.closed {
		s.tb.Errorf("uatest: %s after Close", what)
	}
}

func (s *Session) take(description string) {
	s.last, s.early = description, true
	s.remoteHold = strings.Contains(description, "a=sendonly") || strings.Contains(description, "a=inactive")
}

// describe keeps the version of a description that says nothing new (RFC 3264 §8).
func (s *Session) describe(direction string) []byte {
	if direction != s.direction {
		s.direction = direction
		s.version++
	}
	return fmt.Appendf(nil, "v=0\r\no=- 1 %d IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"+
		"m=audio 40000 RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\na=%s\r\n", s.version, direction)
}
