package uatest

import (
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"offhook/ua/wire"
)

// Network carries datagrams in memory, late, twice or not at all, as the test
// says. It is for bubbles of testing/synctest: their clock is the only one.
type Network struct {
	tb testing.TB

	mu      sync.Mutex
	sockets map[netip.AddrPort]*Socket
	fate    func(Datagram) []time.Duration
	sent    map[string]int
	first   map[string]time.Duration
	order   time.Duration
	trace   []string
	began   time.Time
}

// Datagram is what a Network is asked about.
type Datagram struct {
	From, To string // names of the sockets
	Message  wire.Message
	Nth      int // how many like it that sender has sent, this one included
}

// What is the datagram in short: "INVITE", "200 INVITE".
func (d Datagram) What() string {
	if d.Message.IsRequest() {
		return d.Message.Method
	}
	cseq, _ := wire.ParseCSeq(d.Message.Get("CSeq"))
	return fmt.Sprint(d.Message.Status, " ", cseq.Method)
}

// NewNetwork makes a Network on which everything arrives after a delay.
func NewNetwork(tb testing.TB, delay time.Duration) *Network {
	return &Network{
		tb: tb, sockets: map[netip.AddrPort]*Socket{}, sent: map[string]int{}, first: map[string]time.Duration{}, began: time.Now(),
		fate: func(Datagram) []time.Duration { return []time.Duration{delay} },
	}
}

// Fate sets what becomes of each datagram: a copy after each of the delays, so
// that none means lost.
func (n *Network) Fate(fate func(Datagram) []time.Duration) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.fate = fate
}

// Lossy is a fate: some datagrams are lost, some come twice, none in order.
func Lossy(seed uint64, loss float64, slowest time.Duration) func(Datagram) []time.Duration {
	chance := rand.New(rand.NewPCG(seed, 2))
	delay := func() time.Duration { return time.Duration(1 + chance.Int64N(int64(slowest))) }
	return func(Datagram) []time.Duration {
		switch where := chance.Float64(); {
		case where < loss:
			return nil
		case where > 0.95:
			return []time.Duration{delay(), delay()}
		}
		return []time.Duration{delay()}
	}
}

// Trace tells what was sent so far, a line a datagram: when, from whom, what.
func (n *Network) Trace() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return append([]string(nil), n.trace...)
}

// Count tells how often somebody sent such a datagram.
func (n *Network) Count(from, what string) int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.sent[from+" "+what]
}

// First tells when somebody sent such a datagram for the first time; 0 for never.
func (n *Network) First(from, what string) time.Duration {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.first[from+" "+what]
}

// Socket opens a socket. Its name is for Datagram and Trace.
func (n *Network) Socket(name string, address netip.AddrPort) *Socket {
	s := &Socket{network: n, name: name, address: address, inbox: make(chan parcel, 4096), closed: make(chan struct{})}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.sockets[address] = s
	return s
}

func (n *Network) carry(from *Socket, to netip.AddrPort, data []byte) {
	n.mu.Lock()
	defer n.mu.Unlock()
	there := n.sockets[to]
	if there == nil {
		n.tb.Errorf("uatest: %s sends to %s, where nobody is:\n%s", from.name, to, data)
		return
	}
	m, err := wire.Parse(data)
	if err != nil {
		if len(strings.TrimSpace(string(data))) > 0 {
			n.tb.Errorf("uatest: %s sends what cannot be read: %v\n%s", from.name, err, data)
		}
		return // a keep-alive
	}
	d := Datagram{From: from.name, To: there.name, Message: m}
	key := from.name + " " + d.What()
	n.sent[key]++
	d.Nth = n.sent[key]
	if d.Nth == 1 {
		n.first[key] = time.Since(n.began)
	}
	delays := n.fate(d)
	n.trace = append(n.trace, fmt.Sprintf("%v %s>%s %s %v", time.Since(n.began).Round(time.Millisecond), d.From, d.To, d.What(), delays))
	for _, delay := range delays {
		n.order++ // what takes equally long keeps its order
		time.AfterFunc(delay+n.order, func() { there.take(parcel{data, from.address}) })
	}
}

// Socket is one end on a Network, with the methods of net.UDPConn that a user
// agent uses.
type Socket struct {
	network *Network
	name    string
	address netip.AddrPort
	inbox   chan parcel
	closed  chan struct{}
	once    sync.Once

	mu       sync.Mutex
	deadline time.Time // of reading; zero for none
}

type parcel struct {
	data []byte
	from netip.AddrPort
}

func (s *Socket) take(p parcel) {
	select {
	case s.inbox <- p:
	default: // full, as a real one may be
	}
}

// SetReadDeadline bounds the next ReadFromUDPAddrPort.
func (s *Socket) SetReadDeadline(t time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deadline = t
	return nil
}

func (s *Socket) late() (<-chan time.Time, func() bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.deadline.IsZero() {
		return nil, func() bool { return false }
	}
	timer := time.NewTimer(time.Until(s.deadline))
	return timer.C, timer.Stop
}

// ReadFromUDPAddrPort waits for a datagram.
func (s *Socket) ReadFromUDPAddrPort(buffer []byte) (int, netip.AddrPort, error) {
	late, stop := s.late()
	defer stop()
	select {
	case p := <-s.inbox:
		return copy(buffer, p.data), p.from, nil
	case <-late:
		return 0, netip.AddrPort{}, os.ErrDeadlineExceeded
	case <-s.closed:
		return 0, netip.AddrPort{}, net.ErrClosed
	}
}

// WriteToUDPAddrPort sends a datagram.
func (s *Socket) WriteToUDPAddrPort(data []byte, to netip.AddrPort) (int, error) {
	select {
	case <-s.closed:
		return 0, net.ErrClosed
	default:
	}
	s.network.carry(s, to, append([]byte(nil), data...))
	return len(data), nil
}

// LocalAddr is the socket's address.
func (s *Socket) LocalAddr() net.Addr { return net.UDPAddrFromAddrPort(s.address) }

// Close wakes who reads.
func (s *Socket) Close() error {
	s.once.Do(func() { close(s.closed) })
	return nil
}
