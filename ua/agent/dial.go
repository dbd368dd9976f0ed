package agent

import (
	"context"
	"crypto/tls"
	"net"
	"net/netip"
	"strings"
	"syscall"
	"time"

	"offhook/ua"
)

// dialer opens the socket of a flow. It runs in a goroutine of its own.
type dialer struct {
	query   Query
	bind    netip.Addr
	tls     *tls.Config
	locate  LocateFunc
	timeout time.Duration
	dscp    int
}

// dialed is a socket, and the addresses that the server has.
type dialed struct {
	stream  net.Conn
	packets packetConn
	remote  netip.AddrPort
	servers []netip.Addr
}

func (d dialer) dial(ctx context.Context) (dialed, error) {
	ctx, cancel := context.WithTimeout(ctx, d.timeout)
	defer cancel()
	targets, err := d.locate(ctx, d.query)
	if err != nil {
		return dialed{}, &FlowError{Layer: "DNS", Host: d.query.Host, Err: err}
	}
	if len(targets) == 0 {
		return dialed{}, &FlowError{Layer: "DNS", Host: d.query.Host, Err: &net.DNSError{Name: d.query.Host, IsNotFound: true}}
	}
	var out dialed
	for i, target := range targets {
		if out, err = d.try(ctx, target, len(targets)-i); err == nil {
			for _, server := range targets {
				out.servers = append(out.servers, server.Addr().Unmap())
			}
			return out, nil
		}
	}
	return dialed{}, err
}

// try leaves time for the targets that come after.
func (d dialer) try(ctx context.Context, target netip.AddrPort, left int) (dialed, error) {
	if deadline, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Until(deadline)/time.Duration(left))
		defer cancel()
	}
	fault := &FlowError{Layer: strings.ToUpper(string(d.query.Transport)), Host: d.query.Host, Remote: target.String()}
	out := dialed{remote: target}
	if d.query.Transport == ua.UDP {
		out.packets, fault.Err = openPackets(d.bind, target, d.dscp)
	} else {
		out.stream, fault.Layer, fault.Err = d.openStream(ctx, target)
	}
	if fault.Err != nil {
		return dialed{}, fault
	}
	return out, nil
}

func (d dialer) openStream(ctx context.Context, target netip.AddrPort) (net.Conn, string, error) {
	tcp := net.Dialer{Control: func(_, _ string, c syscall.RawConn) error { return mark(c, target.Addr(), d.dscp) }}
	if d.bind.IsValid() {
		tcp.LocalAddr = &net.TCPAddr{IP: d.bind.AsSlice(), Zone: d.bind.Zone()}
	}
	conn, err := tcp.DialContext(ctx, "tcp", target.String())
	if err != nil || d.query.Transport != ua.TLS {
		return conn, "TCP", err
	}
	secure := tls.Client(conn, d.tls)
	if err := secure.HandshakeContext(ctx); err != nil {
		conn.Close()
		return nil, "TLS", err
	}
	return secure, "TLS", nil
}

// openPackets binds to the address that the route to the target has, so that
// Via and Contact can name it. The socket stays unconnected: a server may
// answer from another of its addresses.
func openPackets(bind netip.Addr, target netip.AddrPort, dscp int) (*net.UDPConn, error) {
	if !bind.IsValid() {
		probe, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(target))
		if err != nil {
			return nil, err
		}
		bind = probe.LocalAddr().(*net.UDPAddr).AddrPort().Addr().Unmap()
		probe.Close()
	}
	config := net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) error { return mark(c, target.Addr(), dscp) }}
	conn, err := config.ListenPacket(context.Background(), "udp", netip.AddrPortFrom(bind, 0).String())
	if err != nil {
		return nil, err
	}
	return conn.(*net.UDPConn), nil
}
