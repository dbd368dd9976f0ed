package web

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"sync"
	"time"
)

const (
	idleTime    = 30 * time.Minute // a session ends when nobody did anything for so long
	sessionTime = 12 * time.Hour   // and in any case
	maxSessions = 8
)

// session is a browser that is logged in.
type session struct {
	began, used time.Time
	ended       chan struct{} // closed by who ends it early
}

func (s *session) left(now time.Time) time.Duration {
	return min(s.used.Add(idleTime).Sub(now), s.began.Add(sessionTime).Sub(now))
}

// ticket is what is kept of a cookie: how long it takes to find it tells nothing of it.
type ticket [sha256.Size]byte

func ticketOf(cookie string) ticket { return sha256.Sum256([]byte(cookie)) }

// sessions is who is logged in.
type sessions struct {
	mu  sync.Mutex
	now func() time.Time
	all map[ticket]*session
}

// begin makes a session and returns its cookie. Where there are too many, the one
// that was used longest ago ends.
func (t *sessions) begin() string {
	var random [16]byte
	_, _ = rand.Read(random[:]) // never fails (crypto/rand)
	cookie := hex.EncodeToString(random[:])
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	t.prune(now)
	if len(t.all) >= maxSessions {
		t.remove(t.stalest())
	}
	if t.all == nil {
		t.all = map[ticket]*session{}
	}
	t.all[ticketOf(cookie)] = &session{began: now, used: now, ended: make(chan struct{})}
	return cookie
}

// find is the session of a cookie, nil if there is none (any more). With used it is
// alive anew.
func (t *sessions) find(cookie string, used bool) *session {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	t.prune(now)
	s := t.all[ticketOf(cookie)]
	if s != nil && used {
		s.used = now
	}
	return s
}

// end ends the session of a cookie, if there is one.
func (t *sessions) end(cookie string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.remove(ticketOf(cookie))
}

// left is how long a session lasts if nobody does anything.
func (t *sessions) left(s *session) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	return s.left(t.now())
}

func (t *sessions) prune(now time.Time) {
	for k, s := range t.all {
		if s.left(now) <= 0 {
			t.remove(k)
		}
	}
}

func (t *sessions) stalest() (oldest ticket) {
	var least time.Time
	for k, s := range t.all {
		if least.IsZero() || s.used.Before(least) {
			oldest, least = k, s.used
		}
	}
	return oldest
}

func (t *sessions) remove(k ticket) {
	if s := t.all[k]; s != nil {
		close(s.ended)
		delete(t.all, k)
	}
}
