package dtls

import (
	"net"
	"net/netip"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/transport/v5/deadline"
)

// packets is the net.PacketConn of one association: what is delivered to it is
// read, what is written goes to Send.
type packets struct {
	remote   net.Addr
	send     func([]byte)
	in       chan []byte
	deadline *deadline.Deadline
	muted    atomic.Bool
	once     sync.Once
	closed   chan struct{}
}

var _ net.PacketConn = (*packets)(nil)

// waiting is how many packets may wait: two flights.
const waiting = 16

func newPackets(remote netip.AddrPort, send func([]byte)) *packets {
	return &packets{
		remote: net.UDPAddrFromAddrPort(remote), send: send, in: make(chan []byte, waiting),
		deadline: deadline.New(), closed: make(chan struct{}),
	}
}

func (p *packets) deliver(packet []byte) {
	select {
	case p.in <- append([]byte(nil), packet...):
	default:
	}
}

func (p *packets) ReadFrom(b []byte) (int, net.Addr, error) {
	select {
	case <-p.closed:
		return 0, nil, net.ErrClosed
	case <-p.deadline.Done():
		return 0, nil, os.ErrDeadlineExceeded
	case packet := <-p.in:
		return copy(b, packet), p.remote, nil
	}
}

func (p *packets) WriteTo(b []byte, _ net.Addr) (int, error) {
	if p.isClosed() {
		return 0, net.ErrClosed
	}
	if !p.muted.Load() {
		p.send(b)
	}
	return len(b), nil
}

func (p *packets) mute() { p.muted.Store(true) }

func (p *packets) isClosed() bool {
	select {
	case <-p.closed:
		return true
	default:
		return false
	}
}

func (p *packets) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

func (p *packets) LocalAddr() net.Addr { return &net.UDPAddr{} }

func (p *packets) SetDeadline(t time.Time) error     { return p.SetReadDeadline(t) }
func (p *packets) SetWriteDeadline(time.Time) error  { return nil }
func (p *packets) SetReadDeadline(t time.Time) error { p.deadline.Set(t); return nil }
