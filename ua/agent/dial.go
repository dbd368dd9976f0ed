package agent

import (
	"context"
	"crypto/tls"
	"net"
	"net/netip"
	"syscall"
	"time"

	"offhook/ua"
	"offhook/ua/locate"
)

// dialer opens the socket of a flow. It runs in a goroutine of its own.
type dialer struct {
	servers []Query // best first
	bind    netip.Addr
	tls     *tls.Config
	policy  *ua.TLSPolicy // of an account, whose servers have a name each; nil for no other than in tls
	locate  LocateFunc
	timeout time.Duration
	dscp    int
	health  locate.Health   // a copy
	skip    []locate.Server // not these
	below   int             // only targets of a better rank that have not failed; 0 for all
}

// dialed is a socket, and what was found out on the way to it.
type dialed struct {
	stream  net.Conn
	packets packetConn
	remote  netip.AddrPort
	target  locate.Target
	servers []netip.Addr    // addresses that the servers have
	targets []locate.Target // all that are known
	failed  []locate.Server // did not answer, or not in time
}

// open opens the socket of one target. connected is called when a stream is
// there, before TLS.
func (d dialer) open(ctx context.Context, target locate.Target, connected func()) (dialed, error) {
	fault := &FlowError{Layer: transportName(target.Transport), Host: target.Name, Remote: target.Address.String()}
	out := dialed{remote: target.Address, target: target}
	if target.Transport == ua.UDP {
		out.packets, fault.Err = openPackets(d.bind, target.Address, d.dscp)
	} else {
		out.stream, fault.Layer, fault.Err = d.openStream(ctx, target, connected)
	}
	if fault.Err != nil {
		return dialed{}, fault
	}
	return out, nil
}

func (d dialer) openStream(ctx context.Context, target locate.Target, connected func()) (net.Conn, string, error) {
	tcp := net.Dialer{Control: func(_, _ string, c syscall.RawConn) error { return mark(c, target.Address.Addr(), d.dscp) }}
	if d.bind.IsValid() {
		tcp.LocalAddr = &net.TCPAddr{IP: d.bind.AsSlice(), Zone: d.bind.Zone()}
	}
	conn, err := tcp.DialContext(ctx, "tcp", target.Address.String())
	if err != nil || target.Transport != ua.TLS {
		return conn, "TCP", err
	}
	connected()
	secure := tls.Client(conn, d.identity(target))
	if err := secure.HandshakeContext(ctx); err != nil {
		conn.Close()
		return nil, "TLS", err
	}
	return secure, "TLS", nil
}

// identity is the configuration for a server: whom TLS has to meet there.
func (d dialer) identity(target locate.Target) *tls.Config {
	if d.policy == nil || d.policy.ServerName != "" || d.tls.ServerName == target.Name {
		return d.tls
	}
	config := d.tls.Clone()
	expect(config, *d.policy, target.Name)
	return config
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

// dial opens a flow to a server in a goroutine and calls back in the owner's.
func (o *owner) dial(query Query, config *tls.Config, then func(*owner, *flow, error)) {
	o.dialBy(dialer{servers: []Query{query}, tls: config}, then)
}

// dialEdge opens a flow to the best server of an account's way but some.
func (o *owner) dialEdge(e *edge, skip []locate.Server, then func(*owner, *flow, error)) {
	o.dialBy(dialer{servers: e.servers, tls: e.tls, policy: policyOf(e), skip: skip}, then)
}

// policyOf is a copy that a goroutine may read.
func policyOf(e *edge) *ua.TLSPolicy {
	policy := e.line.account.TLS
	return &policy
}

func (o *owner) dialBy(d dialer, then func(*owner, *flow, error)) {
	d.bind, d.locate, d.timeout, d.dscp = o.config.Bind, o.config.Locate, o.config.DialTimeout, o.config.DSCP()
	d.health = o.health.Clone()
	o.spawn(func() {
		out, err := d.dial(o.life)
		if err != nil {
			o.post(func(o *owner) {
				o.haveFailed(out.failed)
				then(o, nil, err)
			})
			return
		}
		f := newFlow(out.target.Transport, out, out.target.Name)
		o.postOr(func(o *owner) {
			o.haveFailed(out.failed)
			o.adopt(f)
			then(o, f, nil)
		}, f.discard)
	})
}

func (o *owner) haveFailed(all []locate.Server) {
	for _, server := range all {
		o.health.Failed(server, time.Now(), 0)
	}
}
