package push

import (
	"net"
	"sync"
	"time"
)

// How many may come, and how often one may be wrong.
const (
	maxConnections = 16
	maxWrong       = 5
	lockFor        = time.Minute
	maxRemembered  = 1024
)

// guards counts wrong tokens by address.
type guards struct {
	now func() time.Time

	mu     sync.Mutex
	wrongs map[string]strikes
}

type strikes struct {
	n    int
	last time.Time
}

func newGuards(now func() time.Time) *guards { return &guards{now: now, wrongs: map[string]strikes{}} }

func (g *guards) locked(from string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	s := g.wrongs[from]
	return s.n >= maxWrong && g.now().Sub(s.last) < lockFor
}

func (g *guards) wrong(from string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	s := g.wrongs[from]
	if g.now().Sub(s.last) >= lockFor {
		s.n = 0
	}
	if len(g.wrongs) >= maxRemembered {
		clear(g.wrongs) // an attacker with a thousand addresses gains five tries for each
	}
	g.wrongs[from] = strikes{s.n + 1, g.now()}
}

func (g *guards) right(from string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.wrongs, from)
}

// limited lets so many connections be open at once; others wait to be accepted.
func limited(l net.Listener, n int) net.Listener {
	return &limitedListener{l, make(chan struct{}, n), make(chan struct{}), sync.Once{}}
}

type limitedListener struct {
	net.Listener
	slots  chan struct{}
	closed chan struct{}
	once   sync.Once
}

func (l *limitedListener) Accept() (net.Conn, error) {
	select {
	case l.slots <- struct{}{}:
	case <-l.closed:
		return nil, net.ErrClosed
	}
	conn, err := l.Listener.Accept()
	if err != nil {
		<-l.slots
		return nil, err
	}
	return &limitedConn{Conn: conn, free: func() { <-l.slots }}, nil
}

func (l *limitedListener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return l.Listener.Close()
}

type limitedConn struct {
	net.Conn
	once sync.Once
	free func()
}

func (c *limitedConn) Close() error {
	c.once.Do(c.free)
	return c.Conn.Close()
}
