package pbx

import (
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"sync"
	"syscall"

	"github.com/emiago/sipgo/sip"
)

// sockets are what the exchange listens on.
type sockets struct {
	tls, tcp net.Listener
	udp      net.PacketConn
}

// listen takes all three ports or none. Flag names the option that a person
// changes when a port is taken.
func listen(c Config) (s sockets, err error) {
	defer func() {
		if err != nil {
			s.close()
		}
	}()
	if s.tls, err = Listen(c.Host, c.TLS, "sip-tls-port"); err != nil {
		return s, err
	}
	if s.tcp, err = Listen(c.Host, c.TCP, "sip-tcp-port"); err != nil {
		return s, err
	}
	address := net.JoinHostPort(c.Host, strconv.Itoa(c.UDP))
	if s.udp, err = net.ListenPacket("udp", address); err != nil {
		return s, taken(address, "sip-udp-port", err)
	}
	return s, nil
}

// Listen listens on a TCP port; its error names the flag that chooses another.
func Listen(host string, port int, flag string) (net.Listener, error) {
	address := net.JoinHostPort(host, strconv.Itoa(port))
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, taken(address, flag, err)
	}
	return l, nil
}

func taken(address, flag string, err error) error {
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("%s is taken by another program: choose another with --%s", address, flag)
	}
	return fmt.Errorf("cannot listen on %s: %w", address, err)
}

func (s sockets) close() {
	if s.tls != nil {
		s.tls.Close()
	}
	if s.tcp != nil {
		s.tcp.Close()
	}
	if s.udp != nil {
		s.udp.Close()
	}
}

// watched is a listener whose connections tell when they end, which sipgo does
// not.
type watched struct {
	net.Listener
	tls     *tls.Config // nil for plain TCP
	network string
	ended   func(flow, error)
	open    *connections
}

// connections are the accepted ones that have not ended. sipgo closes those of
// its pool but not the ones whose reference count it got wrong.
type connections struct {
	mu     sync.Mutex
	list   map[net.Conn]struct{}
	closed bool
	left   sync.WaitGroup
}

// add takes a connection in; false when none is wanted any more.
func (s *connections) add(c net.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	if s.list == nil {
		s.list = map[net.Conn]struct{}{}
	}
	s.list[c] = struct{}{}
	s.left.Add(1)
	return true
}

func (s *connections) remove(c net.Conn) {
	s.mu.Lock()
	delete(s.list, c)
	s.mu.Unlock()
	s.left.Done()
}

// close ends them all; their readers notice.
func (s *connections) close() {
	s.mu.Lock()
	s.closed = true
	var list []net.Conn
	for c := range s.list {
		list = append(list, c)
	}
	s.mu.Unlock()
	for _, c := range list {
		c.Close()
	}
}

func (w *watched) Accept() (net.Conn, error) {
	raw, err := w.Listener.Accept()
	if err != nil {
		return nil, err
	}
	if !w.open.add(raw) {
		raw.Close()
		return nil, net.ErrClosed
	}
	c := &connection{Conn: raw, raw: raw, flow: flow{w.network, raw.RemoteAddr().String()}, ended: w.ended, open: w.open}
	if w.tls != nil {
		c.Conn = tls.Server(raw, w.tls)
	}
	return c, nil
}

type connection struct {
	net.Conn
	raw   net.Conn
	flow  flow
	ended func(flow, error)
	open  *connections
	once  sync.Once
}

func (c *connection) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if err != nil {
		c.once.Do(func() {
			c.ended(c.flow, err)
			c.open.remove(c.raw)
		})
	}
	return n, err
}

// unexpected tells whether a connection's end is worth a line in the journal.
func unexpected(err error) bool {
	return !errors.Is(err, io.EOF) && !errors.Is(err, net.ErrClosed) && !errors.Is(err, syscall.ECONNRESET)
}

// sane lets a datagram in. A parser's time grows with the square of a line's
// parameters, so that a large datagram could stop the exchange for a second.
func sane(props sip.TransportReadProps, data []byte) ([]byte, error) {
	if props.Transport != "UDP" {
		return data, nil
	}
	if len(data) > 8192 {
		return nil, nil
	}
	for line := range bytes.Lines(data) {
		if bytes.Count(line, []byte{';'}) > 64 {
			return nil, nil
		}
	}
	return data, nil
}
