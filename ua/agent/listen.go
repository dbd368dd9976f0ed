package agent

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"time"

	"offhook/ua"
)

// door is a TCP or TLS socket of InboundPolicy.Listen.
type door struct {
	transport ua.Transport
	listener  net.Listener
	port      uint16
	tls       *tls.Config // of TLS
}

// maxGuests bounds the connections that strangers may hold open.
const maxGuests = 32

// listen opens the sockets of accounts without registration.
func (o *owner) listen() error {
	for _, where := range o.config.Inbound.Listen {
		if err := o.open1(where); err != nil {
			return fmt.Errorf("agent: listening on %s %s: %w", transportName(where.Transport), where.Address, err)
		}
	}
	return nil
}

func (o *owner) open1(where Listen) error {
	switch where.Transport {
	case ua.UDP:
		packets, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(where.Address))
		if err != nil {
			return err
		}
		f := newFlow(ua.UDP, dialed{packets: packets}, "")
		f.open = true
		o.sockets = append(o.sockets, f)
		o.adopt(f)
		return nil
	case ua.TCP, ua.TLS:
		listener, err := net.ListenTCP("tcp", net.TCPAddrFromAddrPort(where.Address))
		if err != nil {
			return err
		}
		d := &door{transport: where.Transport, listener: listener, port: addrPort(listener.Addr()).Port()}
		if where.Transport == ua.TLS {
			d.tls = &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: o.certificate}
		}
		o.doors = append(o.doors, d)
		o.spawn(func() { o.accept(d) })
		return nil
	}
	return errors.New("only udp, tcp and tls can be listened on")
}

// accept takes connections until the listener is closed.
func (a *Agent) accept(d *door) {
	for {
		stream, err := d.listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			a.log.Warn("connection not accepted", "error", err) // out of descriptors, most likely
			select {
			case <-time.After(time.Second):
			case <-a.life.Done():
			}
			continue
		}
		if d.tls != nil {
			a.shakeHands(d, stream)
			continue
		}
		f := newFlow(ua.TCP, dialed{stream: stream}, "")
		f.open = true
		a.postOr(func(o *owner) { o.welcome(f) }, f.discard)
	}
}

func (o *owner) welcome(f *flow) {
	guests := 0
	for other := range o.flows {
		if other.open && other.isStream() {
			guests++
		}
	}
	if guests >= maxGuests {
		f.discard()
		return
	}
	o.adopt(f)
}

// Listening returns the addresses of InboundPolicy.Listen as they were bound,
// in their order, once Run has opened them.
func (a *Agent) Listening(ctx context.Context) ([]netip.AddrPort, error) {
	out := make(chan []netip.AddrPort, 1)
	if err := a.command(func(o *owner) {
		var bound []netip.AddrPort
		for _, f := range o.sockets {
			bound = append(bound, f.local)
		}
		for _, d := range o.doors {
			bound = append(bound, addrPort(d.listener.Addr()))
		}
		out <- bound
	}); err != nil {
		return nil, err
	}
	select {
	case bound := <-out:
		return bound, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-a.life.Done():
		return nil, ua.ErrClosed
	}
}

// locate asks for an address in a goroutine of the group.
func (a *Agent) locate(query Query) (netip.AddrPort, error) {
	ctx, cancel := context.WithTimeout(a.life, a.config.DialTimeout)
	defer cancel()
	found, err := a.config.Locate(ctx, query)
	if err == nil && len(found) == 0 {
		err = &net.DNSError{Name: query.Host, IsNotFound: true}
	}
	if err != nil {
		return netip.AddrPort{}, &FlowError{Layer: "DNS", Host: query.Host, Err: err}
	}
	return found[0].Address, nil
}
