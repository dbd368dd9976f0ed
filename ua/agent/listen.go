package agent

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"syscall"
	"time"

	"offhook/ua"
)

// ear is a socket that anyone may call: packets or a door.
type ear struct {
	where   Listen
	packets *flow
	door    *door
}

// door is a TCP or TLS socket.
type door struct {
	transport ua.Transport
	listener  net.Listener
	port      uint16
	tls       *tls.Config // of TLS
}

// maxGuests bounds the connections that strangers may hold open.
const maxGuests = 32

func (e *ear) address() netip.AddrPort {
	if e.packets != nil {
		return e.packets.local
	}
	return addrPort(e.door.listener.Addr())
}

// listens reports whether the ear is what is wanted, and still works.
func (e *ear) listens(where Listen) bool {
	return e.where == where && (e.packets == nil || e.packets.alive())
}

// close stops listening at once: another one may want the address.
func (e *ear) close() {
	if e.packets == nil {
		e.door.listener.Close()
		return
	}
	e.packets.close(ua.ErrClosed)
	e.packets.packets.Close()
}

// listenAt makes the sockets that anyone may call these. What stays is left alone;
// what cannot be opened is told, and the others are there.
func (o *owner) listenAt(wanted []Listen) error {
	before := o.ears
	kept := make([]*ear, len(wanted))
	for i, where := range wanted {
		if at := slices.IndexFunc(before, func(e *ear) bool { return e.listens(where) }); at >= 0 {
			kept[i] = before[at]
			before = slices.Delete(slices.Clone(before), at, at+1)
		}
	}
	for _, e := range before {
		e.close()
	}
	var faults []error
	o.ears = nil
	for i, where := range wanted {
		if kept[i] == nil {
			opened, err := o.openEar(where)
			if err != nil {
				faults = append(faults, fmt.Errorf("agent: listening on %s %s: %w", transportName(where.Transport), where.Address, err))
				continue
			}
			kept[i] = opened
		}
		o.ears = append(o.ears, kept[i])
	}
	return errors.Join(faults...)
}

func (o *owner) openEar(where Listen) (*ear, error) {
	switch where.Transport {
	case ua.UDP:
		packets, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(where.Address))
		if err != nil {
			return nil, taken(err)
		}
		f := newFlow(ua.UDP, dialed{packets: packets}, "")
		f.open = true
		o.adopt(f)
		return &ear{where: where, packets: f}, nil
	case ua.TCP, ua.TLS:
		listener, err := net.ListenTCP("tcp", net.TCPAddrFromAddrPort(where.Address))
		if err != nil {
			return nil, taken(err)
		}
		d := &door{transport: where.Transport, listener: listener, port: addrPort(listener.Addr()).Port()}
		if where.Transport == ua.TLS {
			d.tls = o.doorTLS()
		}
		o.spawn(func() { o.accept(d) })
		return &ear{where: where, door: d}, nil
	}
	return nil, errors.New("only udp, tcp and tls can be listened on")
}

// taken says what to do about the most usual fault.
func taken(err error) error {
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("another program has this port: choose another port, or end that program: %w", err)
	}
	return err
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

// doorPort is where connections of a transport come in, 0 for nowhere.
func (o *owner) doorPort(transport ua.Transport) uint16 {
	for _, e := range o.ears {
		if e.door != nil && e.door.transport == transport {
			return e.door.port
		}
	}
	return 0
}

// Listening returns the addresses that are listened on as they were bound, in the
// order of InboundPolicy.Listen or SetListeners, once Run has opened them.
func (a *Agent) Listening(ctx context.Context) ([]netip.AddrPort, error) {
	return a.listening(ctx, func(*owner) error { return nil })
}

// SetListeners makes the sockets that anyone may call these, in the place of
// InboundPolicy.Listen, and returns their addresses as they were bound. Those that
// were there already stay, with what goes on over them; connections that came in
// by one that goes stay, too. The error, for a person, tells of those that cannot
// be opened; the others are there all the same. A TLS socket takes the
// certificates as they are at each handshake.
func (a *Agent) SetListeners(ctx context.Context, listeners []ua.Listener) ([]netip.AddrPort, error) {
	wanted := slices.Clone(listeners)
	return a.listening(ctx, func(o *owner) error { return o.listenAt(wanted) })
}

func (a *Agent) listening(ctx context.Context, change func(*owner) error) ([]netip.AddrPort, error) {
	type result struct {
		bound []netip.AddrPort
		err   error
	}
	out := make(chan result, 1)
	if err := a.command(func(o *owner) {
		if o.stopping {
			out <- result{err: ua.ErrClosed}
			return
		}
		r := result{err: change(o)}
		for _, e := range o.ears {
			r.bound = append(r.bound, e.address())
		}
		out <- r
	}); err != nil {
		return nil, err
	}
	select {
	case r := <-out:
		return r.bound, r.err
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-a.life.Done():
		return nil, ua.ErrClosed
	}
}
