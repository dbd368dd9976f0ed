package agent

import (
	"crypto/tls"
	"errors"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"offhook/ua"
	"offhook/ua/locate"
	"offhook/ua/wire"
)

// errFlowFull says that a peer does not take what we send.
var errFlowFull = errors.New("agent: the connection does not take more")

// flow is one connection, or one datagram socket, and what rides on it. Its
// reader and writer are goroutines of the agent's group.
type flow struct {
	transport ua.Transport
	local     netip.AddrPort
	remote    netip.AddrPort  // of a stream, or the server of a socket
	host      string          // of the server, for messages
	target    locate.Target   // of what was dialled
	public    netip.AddrPort  // of a former one: as the server sees our datagrams
	targets   []locate.Target // the servers that it was chosen from
	wide      *flow           // TCP to the same server, for large requests
	detour    time.Time       // when that was used last; the owner's
	narrow    bool            // it takes no TCP
	base      *flow           // whose detour this is
	alias     sentBy          // of a guest that wants requests over it (RFC 5923); the owner's
	open      bool            // anyone may send here (InboundPolicy.Listen)
	servers   []netip.Addr    // trusted while the flow lives

	stream  net.Conn
	packets packetConn
	out     chan packet
	down    chan struct{} // closed by close
	last    chan struct{} // closed by finish
	once    sync.Once
	ending  sync.Once
	fault   error // valid after down
	pongs   atomic.Uint32
	tx      *transactions
}

// packetConn is a datagram socket: *net.UDPConn, or a network in memory.
type packetConn interface {
	ReadFromUDPAddrPort([]byte) (int, netip.AddrPort, error)
	WriteToUDPAddrPort([]byte, netip.AddrPort) (int, error)
	LocalAddr() net.Addr
	Close() error
}

var _ packetConn = (*net.UDPConn)(nil)

type packet struct {
	data []byte
	to   netip.AddrPort
}

func newFlow(transport ua.Transport, d dialed, host string) *flow {
	f := &flow{
		transport: transport, remote: d.remote, host: host, target: d.target, targets: d.targets, servers: d.servers,
		stream: d.stream, packets: d.packets, out: make(chan packet, 64), down: make(chan struct{}), last: make(chan struct{}),
	}
	if d.stream != nil {
		f.local = addrPort(d.stream.LocalAddr())
		f.remote = addrPort(d.stream.RemoteAddr())
	} else {
		f.local = addrPort(d.packets.LocalAddr())
	}
	f.tx = newTransactions(f)
	return f
}

func addrPort(address net.Addr) netip.AddrPort {
	out, _ := netip.ParseAddrPort(address.String())
	return netip.AddrPortFrom(out.Addr().Unmap(), out.Port())
}

// root is the flow to the server, also for its detour.
func (f *flow) root() *flow {
	if f != nil && f.base != nil {
		return f.base
	}
	return f
}

func (f *flow) isStream() bool { return f.stream != nil }

// alive reports whether the flow can still be sent on.
func (f *flow) alive() bool {
	select {
	case <-f.down:
		return false
	default:
		return true
	}
}

// send queues; it never blocks.
func (f *flow) send(data []byte, to netip.AddrPort) error {
	select {
	case <-f.down:
		return f.fault
	default:
	}
	select {
	case f.out <- packet{data, to}:
		return nil
	default:
		return errFlowFull
	}
}

// close ends the flow at once; the first cause stays. The writer closes the
// socket, for that may take a while with TLS.
func (f *flow) close(cause error) {
	f.once.Do(func() {
		f.fault = &FlowError{Layer: transportName(f.transport), Host: f.host, Remote: f.remote.String(), Err: cause}
		close(f.down)
		if f.isStream() {
			_ = f.stream.SetWriteDeadline(time.Now()) // wakes the writer
		}
	})
}

// finish ends the flow when what is queued has been sent.
func (f *flow) finish() { f.ending.Do(func() { close(f.last) }) }

// discard closes the socket of a flow whose goroutines were never started.
func (f *flow) discard() {
	f.close(ua.ErrClosed)
	f.hangUp()
}

func (f *flow) hangUp() {
	if !f.isStream() {
		f.packets.Close()
		return
	}
	if secure, ok := f.stream.(*tls.Conn); ok {
		// The good-bye of TLS may take five seconds to a peer that does not read.
		timer := time.AfterFunc(200*time.Millisecond, func() { secure.NetConn().Close() })
		defer timer.Stop()
	}
	f.stream.Close()
}

// write is the writer goroutine.
func (f *flow) write() {
	defer f.hangUp()
	for {
		select {
		case <-f.down:
			return
		case p := <-f.out:
			if err := f.put(p); err != nil && (f.isStream() || f.useless(err)) {
				f.close(err)
				return
			}
		case <-f.last:
			f.writeRest()
			f.close(ua.ErrClosed)
			return
		}
	}
}

// useless reports whether a socket cannot serve any more: the address that it
// is bound to, or the way to the server, is gone. A new one may do better.
func (f *flow) useless(err error) bool {
	if f.open {
		return false
	}
	for _, fault := range []error{
		syscall.ENETUNREACH, syscall.EHOSTUNREACH, syscall.EADDRNOTAVAIL, syscall.EINVAL, syscall.ENETDOWN, syscall.ENODEV,
	} {
		if errors.Is(err, fault) {
			return true
		}
	}
	return false
}

func (f *flow) writeRest() {
	if f.isStream() {
		_ = f.stream.SetWriteDeadline(time.Now().Add(200 * time.Millisecond))
	}
	for {
		select {
		case p := <-f.out:
			if f.put(p) != nil {
				return
			}
		default:
			return
		}
	}
}

func (f *flow) put(p packet) error {
	if f.isStream() {
		_, err := f.stream.Write(p.data)
		return err
	}
	_, err := f.packets.WriteToUDPAddrPort(p.data, p.to)
	return err
}

// reader is what a flow's reader goroutine hands its findings to.
type reader interface {
	allow(f *flow, from netip.AddrPort, octets int) bool
	receive(f *flow, from netip.AddrPort, raw []byte)
	unframed(f *flow, raw []byte)
}

// read is the reader goroutine. It returns why the flow ended.
func (f *flow) read(to reader) error {
	var err error
	if f.isStream() {
		err = f.readStream(to)
	} else {
		err = f.readPackets(to)
	}
	f.close(err)
	f.tx.closeAll()
	return f.fault
}

func (f *flow) readStream(to reader) error {
	buffer := make([]byte, 8192)
	var framer wire.Framer
	for {
		n, err := f.stream.Read(buffer)
		if err != nil {
			return err
		}
		framer.Write(buffer[:n])
		if err := f.drain(&framer, to); err != nil {
			return err
		}
	}
}

func (f *flow) drain(framer *wire.Framer, to reader) error {
	for {
		kind, raw, err := framer.Next()
		switch {
		case err != nil:
			to.unframed(f, framer.Rest())
			return err
		case kind == wire.NeedMore:
			return nil
		case kind == wire.Ping: // RFC 5626 §4.4.1
			if err := f.send([]byte("\r\n"), f.remote); err != nil {
				return err
			}
		case kind == wire.Pong:
			f.pongs.Add(1)
		case to.allow(f, f.remote, len(raw)):
			to.receive(f, f.remote, raw)
		}
	}
}

func (f *flow) readPackets(to reader) error {
	buffer := make([]byte, 65536)
	faults := 0
	for {
		n, from, err := f.packets.ReadFromUDPAddrPort(buffer)
		if err != nil {
			// An ICMP error of an earlier datagram may come out here.
			if faults++; faults > 100 || errors.Is(err, net.ErrClosed) {
				return err
			}
			continue
		}
		faults = 0
		from = netip.AddrPortFrom(from.Addr().Unmap(), from.Port())
		if n > 4 && to.allow(f, from, n) {
			to.receive(f, from, buffer[:n])
		}
	}
}
