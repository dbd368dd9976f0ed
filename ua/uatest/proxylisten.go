package uatest

import (
	"net"
	"net/netip"
	"testing"

	"offhook/ua"
	"offhook/ua/wire"
)

// samePort opens TCP and UDP on one port, as RFC 3261 §18.2.1 wants.
func samePort(tb testing.TB) (net.Listener, *net.UDPConn) {
	tb.Helper()
	for range 50 {
		stream, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			tb.Fatal(err)
		}
		address := stream.Addr().(*net.TCPAddr).AddrPort()
		packets, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(address))
		if err == nil {
			return stream, packets
		}
		stream.Close()
	}
	tb.Fatal("uatest: no port is free for both UDP and TCP")
	return nil, nil
}

func (p *Proxy) servePackets(socket *net.UDPConn) {
	p.closers = append(p.closers, socket.Close)
	p.group.Go(func() {
		buffer := make([]byte, 65536)
		peers := map[netip.AddrPort]*link{}
		for {
			n, from, err := socket.ReadFromUDPAddrPort(buffer)
			if err != nil {
				return
			}
			if peers[from] == nil {
				peers[from] = p.newLink(ua.UDP, from, func(data []byte) error {
					_, err := socket.WriteToUDPAddrPort(data, from)
					return err
				}, func() error { return nil })
			}
			if answer := p.bind(from, buffer[:n]); answer != nil {
				_, _ = socket.WriteToUDPAddrPort(answer, from)
				continue
			}
			p.handle(peers[from], buffer[:n])
		}
	})
}

func (p *Proxy) serveStreams(transport ua.Transport, listener net.Listener) {
	p.closers = append(p.closers, listener.Close)
	p.group.Go(func() {
		for {
			stream, err := listener.Accept()
			if err != nil {
				return
			}
			p.group.Go(func() { p.serve(transport, stream) })
		}
	})
}

func (p *Proxy) serve(transport ua.Transport, stream net.Conn) {
	remote := stream.RemoteAddr().(*net.TCPAddr).AddrPort()
	l := p.newLink(transport, remote, func(data []byte) error {
		_, err := stream.Write(data)
		return err
	}, stream.Close)
	defer stream.Close()
	var framer wire.Framer
	buffer := make([]byte, 4096)
	for {
		n, err := stream.Read(buffer)
		if err != nil {
			return
		}
		framer.Write(buffer[:n])
		for {
			kind, raw, err := framer.Next()
			if err != nil {
				return
			}
			if kind == wire.NeedMore {
				break
			}
			if kind == wire.Ping && !p.muted() {
				_ = l.write([]byte("\r\n"))
				p.pongs.Add(1)
			}
			if kind == wire.Whole {
				p.handle(l, raw)
			}
		}
	}
}
