// Package stream is one leg's sound at the workbench's PBX: a pair of sockets
// for RTP and RTCP (RFC 3550), SRTP (RFC 3711) ended at this leg, and the
// impaired network between the phone and the PBX.
//
// It never decodes a sample: what one leg receives is handed to a sink, which
// is another leg, an echo, or nobody.
package stream

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"offhook/media/keying"
)

// Packet is an RTP packet in the clear. The payload belongs to whoever gets it
// for the time of the call only.
type Packet struct {
	PayloadType uint8
	Marker      bool
	Sequence    uint16
	Timestamp   uint32
	SSRC        uint32
	Payload     []byte
}

// Sink takes packets; it must not block.
type Sink func(Packet)

// Params is what an offer/answer exchange decided.
type Params struct {
	Remote, RemoteRTCP netip.AddrPort // where to send to; zero leaves it as it was
	Send, Receive      keying.Crypto  // zero for plain RTP
	EventType          uint8          // payload type of telephone-event as received, 0 for none
	Clock              int            // Hz of the RTP timestamp; 0 means 8000
	Sends, Receives    bool           // by the direction attribute, as seen from the PBX
}

// Digit is a telephone-event (RFC 4733) that was received.
type Digit struct {
	Symbol   byte // 0-9 * # A-D
	Duration time.Duration
}

// Config says how a port is opened.
type Config struct {
	Log     *slog.Logger
	Host    string      // to listen on
	In, Out Fates       // of the network; nil is a perfect one
	OnDigit func(Digit) // called in the port's goroutine; must not block
}

// Port is one leg's sockets. It is safe for use by several goroutines.
type Port struct {
	log       *slog.Logger
	rtp, rtcp *net.UDPConn
	remote    atomic.Pointer[netip.AddrPort]
	reports   atomic.Pointer[netip.AddrPort]
	sink      atomic.Pointer[Sink]
	onDigit   func(Digit)
	in, out   *line
	arrived   reception
	counts    counters
	setIn     chan Params
	setOut    chan Params
	ctx       context.Context // ends with Close
	cancel    context.CancelFunc
	done      sync.WaitGroup
	closed    sync.Once
}

// Open listens on an even port for RTP and the next one for RTCP
// (RFC 3550 §11), and starts the port's goroutines.
func Open(c Config) (*Port, error) {
	rtp, rtcp, err := listenPair(c.Host)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	p := &Port{
		log: c.Log, rtp: rtp, rtcp: rtcp, onDigit: c.OnDigit, ctx: ctx, cancel: cancel,
		in: newLine(c.In), out: newLine(c.Out),
		setIn: make(chan Params, 4), setOut: make(chan Params, 4),
	}
	p.done.Go(func() { p.read(rtp, false) })
	p.done.Go(func() { p.read(rtcp, true) })
	p.done.Go(func() { p.receive(ctx) })
	p.done.Go(func() { p.send(ctx) })
	return p, nil
}

func listenPair(host string) (rtp, rtcp *net.UDPConn, err error) {
	ip := net.ParseIP(host)
	for range 100 {
		rtp, err = net.ListenUDP("udp", &net.UDPAddr{IP: ip})
		if err != nil {
			return nil, nil, fmt.Errorf("stream: listen for RTP on %s: %w", host, err)
		}
		port := rtp.LocalAddr().(*net.UDPAddr).Port
		if port%2 == 0 && port < 65535 {
			rtcp, err = net.ListenUDP("udp", &net.UDPAddr{IP: ip, Port: port + 1})
			if err == nil {
				return rtp, rtcp, nil
			}
		}
		rtp.Close()
	}
	return nil, nil, fmt.Errorf("stream: no free pair of UDP ports on %s", host)
}

// Addr is where RTP is received.
func (p *Port) Addr() netip.AddrPort { return p.rtp.LocalAddr().(*net.UDPAddr).AddrPort() }

// Configure makes an exchange take effect.
func (p *Port) Configure(params Params) {
	if params.Clock == 0 {
		params.Clock = 8000
	}
	if params.Remote.IsValid() {
		p.remote.Store(&params.Remote)
		p.reports.Store(&params.RemoteRTCP)
	}
	for _, to := range []chan Params{p.setIn, p.setOut} {
		select {
		case to <- params:
		case <-p.ctx.Done():
			return
		}
	}
}

// Feed makes sink get what is received from now on; nil is nobody.
func (p *Port) Feed(sink Sink) {
	if sink == nil {
		p.sink.Store(nil)
		return
	}
	p.sink.Store(&sink)
}

// Send sends a packet with this leg's own SSRC, keeping its timing. It copies
// the payload and never blocks.
func (p *Port) Send(packet Packet) {
	packet.Payload = append([]byte(nil), packet.Payload...)
	p.out.put(parcel{packet: packet})
}

// Close ends the goroutines and waits for them.
func (p *Port) Close() error {
	p.closed.Do(func() {
		p.cancel()
		p.rtp.Close()
		p.rtcp.Close()
	})
	p.done.Wait()
	return nil
}

// read moves datagrams from a socket into the incoming line.
func (p *Port) read(conn *net.UDPConn, control bool) {
	buf := make([]byte, 2048)
	for {
		n, from, err := conn.ReadFromUDPAddrPort(buf)
		if err != nil {
			return // closed; a UDP socket on loopback has no other lasting error
		}
		p.in.put(parcel{data: append([]byte(nil), buf[:n]...), from: from, control: control})
	}
}
