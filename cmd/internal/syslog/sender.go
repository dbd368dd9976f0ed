package syslog

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net"
	"slices"
	"strconv"
	"sync"
	"time"
)

// Target is a log server.
type Target struct {
	Address   string      // host:port
	Transport string      // udp, tcp or tls
	TLS       *tls.Config // of tls; its ServerName is the address's host when empty
}

// Config is what a Sender needs.
type Config struct {
	Host, App string
	PID       int
	Log       *slog.Logger
	Dial      func(ctx context.Context, network, address string) (net.Conn, error) // nil: a net.Dialer's
}

// Sender sends records. A server that is slow or gone costs the telephone nothing:
// what waits is bounded, and the oldest is let go first.
type Sender struct {
	cfg Config

	mu      sync.Mutex
	target  *Target
	queue   [][]byte
	lost    int
	changed bool
	bell    chan struct{}

	conn   net.Conn // Run's, as all below
	quits  func()
	number uint64
	silent bool // that the server cannot be had is told
}

const (
	waiting   = 512 // records
	sendTime  = 10 * time.Second
	firstWait = time.Second
	lastWait  = time.Minute
)

// New makes a Sender without a target.
func New(cfg Config) *Sender {
	if cfg.Dial == nil {
		cfg.Dial = new(net.Dialer).DialContext
	}
	return &Sender{cfg: cfg, bell: make(chan struct{}, 1)}
}

// Use sends to another target from now on; nil: to none.
func (s *Sender) Use(t *Target) {
	s.mu.Lock()
	s.target, s.changed = t, true
	s.mu.Unlock()
	s.ring()
}

// Put has a line sent that slog's JSON handler wrote. It never waits. What came before
// there is a target waits for one.
func (s *Sender) Put(line []byte) {
	s.mu.Lock()
	s.queue = append(s.queue, line)
	if over := len(s.queue) - waiting; over > 0 {
		s.queue = slices.Delete(s.queue, 0, over)
		if s.target != nil {
			s.lost += over
		}
	}
	s.mu.Unlock()
	s.ring()
}

func (s *Sender) ring() {
	select {
	case s.bell <- struct{}{}:
	default: // it rings already
	}
}

// Run sends until its context ends.
func (s *Sender) Run(ctx context.Context) error {
	defer s.hangUp()
	wait := firstWait
	for {
		target, line := s.next()
		if target == nil || line == nil {
			select {
			case <-s.bell:
				continue
			case <-ctx.Done():
				return nil
			}
		}
		if err := s.send(ctx, *target, line); err == nil {
			wait = firstWait
			s.sent(line)
			continue
		} else if ctx.Err() != nil {
			return nil
		} else if !s.silent {
			s.silent = true
			s.cfg.Log.Warn("the log server cannot be reached; records wait", "server", target.Address, "transport", target.Transport, "error", err)
		}
		s.hangUp()
		if !s.pause(ctx, wait) {
			return nil
		}
		wait = min(2*wait, lastWait)
	}
}

// next is where to send, and the oldest record that waits.
func (s *Sender) next() (*Target, []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.changed {
		s.changed, s.silent = false, false
		s.hangUp()
	}
	if len(s.queue) == 0 {
		return s.target, nil
	}
	return s.target, s.queue[0]
}

// sent takes a record off the queue, where it may not be any more.
func (s *Sender) sent(line []byte) {
	s.mu.Lock()
	if len(s.queue) > 0 && &s.queue[0][0] == &line[0] {
		s.queue = s.queue[1:]
	}
	lost := s.lost
	s.lost = 0
	s.mu.Unlock()
	if s.silent || lost > 0 {
		s.silent = false
		s.cfg.Log.Info("the log server is reached again", "lost", lost)
	}
}

// pause waits, at most until there is another target.
func (s *Sender) pause(ctx context.Context, wait time.Duration) bool {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
			return true
		case <-s.bell:
			s.mu.Lock()
			changed := s.changed
			s.mu.Unlock()
			if changed {
				return true
			}
		case <-ctx.Done():
			return false
		}
	}
}

// send sends one record. One that is none is left out.
func (s *Sender) send(ctx context.Context, t Target, line []byte) error {
	message, err := s.cfg.record(line, s.number)
	if err != nil {
		return nil
	}
	if s.conn == nil {
		if err := s.dial(ctx, t); err != nil {
			return err
		}
	}
	if t.Transport != "udp" {
		message = append(strconv.AppendInt(nil, int64(len(message)), 10), append([]byte{' '}, message...)...)
	}
	if err := s.conn.SetWriteDeadline(time.Now().Add(sendTime)); err != nil {
		return err
	}
	if _, err = s.conn.Write(message); err != nil && t.Transport == "udp" && !errors.Is(err, net.ErrClosed) {
		// A refusal is of an earlier datagram: this one has not gone.
		_, err = s.conn.Write(message)
	}
	if err == nil {
		s.number++
	}
	return err
}

func (s *Sender) dial(ctx context.Context, t Target) error {
	ctx, cancel := context.WithTimeout(ctx, sendTime)
	defer cancel()
	network := "tcp"
	if t.Transport == "udp" {
		network = "udp"
	}
	conn, err := s.cfg.Dial(ctx, network, t.Address)
	if err != nil {
		return err
	}
	if t.Transport == "tls" {
		config := t.TLS.Clone()
		if config.ServerName == "" {
			config.ServerName, _, _ = net.SplitHostPort(t.Address)
		}
		secure := tls.Client(conn, config)
		if err := secure.HandshakeContext(ctx); err != nil {
			return errors.Join(err, conn.Close())
		}
		conn = secure
	}
	s.conn = conn
	if t.Transport != "udp" {
		// A server says nothing: what can be read is its end, which a write alone
		// would notice a record too late.
		var reading sync.WaitGroup
		reading.Go(func() { _, _ = io.Copy(io.Discard, conn); _ = conn.Close() })
		s.quits = reading.Wait
	}
	return nil
}

func (s *Sender) hangUp() {
	if s.conn == nil {
		return
	}
	_ = s.conn.Close() // nothing is lost that was not already
	if s.quits != nil {
		s.quits()
	}
	s.conn, s.quits = nil, nil
}
