package session

import (
	"net"
	"net/netip"
	"testing"
	"time"
)

// socketOn is a socket of a kind on loopback.
func socketOn(t *testing.T, network, addr string) *net.UDPConn {
	t.Helper()
	conn, err := net.ListenUDP(network, net.UDPAddrFromAddrPort(netip.AddrPortFrom(netip.MustParseAddr(addr), 0)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// socketOf takes a socket as a stream does.
func socketOf(t *testing.T, conn *net.UDPConn) *socket {
	t.Helper()
	s, err := takeSocket(conn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.close() })
	return s
}

func TestSendto(t *testing.T) {
	for _, test := range []struct{ name, network, addr, to string }{
		{"IPv4 -> there", "udp4", "127.0.0.1", "127.0.0.1"},
		{"IPv6 -> there", "udp6", "::1", "::1"},
		{"a zone that is a number -> there", "udp6", "::1", "::1%1"},
		{"a zone that has a name -> there", "udp6", "::1", "::1%lo"},
	} {
		t.Run(test.name, func(t *testing.T) {
			here, there := socketOn(t, test.network, test.addr), socketOn(t, test.network, test.addr)
			port := local(here).Port()
			s := newSendto(socketOf(t, here))
			to := netip.AddrPortFrom(netip.MustParseAddr(test.to), there.LocalAddr().(*net.UDPAddr).AddrPort().Port())
			_ = there.SetReadDeadline(time.Now().Add(10 * time.Second))
			for _, text := range []string{"one", "another"} {
				if err := s.write([]byte(text), to); err != nil {
					t.Fatal(err)
				}
				got := make([]byte, 100)
				n, from, err := there.ReadFromUDPAddrPort(got)
				if err != nil || string(got[:n]) != text || from.Port() != port {
					t.Errorf("%q from %v, %v", got[:n], from, err)
				}
			}
		})
	}
}

func TestSendto_fails(t *testing.T) {
	here := socketOf(t, socketOn(t, "udp4", "127.0.0.1"))
	s := newSendto(here)
	if err := s.write([]byte("x"), netip.MustParseAddrPort("[::1]:9")); err == nil {
		t.Error("a socket of IPv4 sends to IPv6")
	}
	if err := s.write(make([]byte, 1<<17), netip.MustParseAddrPort("127.0.0.1:9")); err == nil {
		t.Error("too much for a datagram is sent")
	}
	if err := s.write([]byte("x"), netip.MustParseAddrPort("127.0.0.1:9")); err != nil {
		t.Errorf("after failures: %v", err)
	}
	if err := s.write([]byte("x"), netip.MustParseAddrPort("[fe80::1%nowhere]:9")); err == nil {
		t.Error("a zone that nobody knows")
	}
	_ = here.close()
	if err := s.write([]byte("x"), netip.MustParseAddrPort("127.0.0.1:9")); err == nil {
		t.Error("sent when closed")
	}
}

func TestSendto_does_not_allocate(t *testing.T) {
	here, there := socketOn(t, "udp4", "127.0.0.1"), socketOn(t, "udp4", "127.0.0.1")
	s, to := newSendto(socketOf(t, here)), there.LocalAddr().(*net.UDPAddr).AddrPort()
	packet := make([]byte, 172)
	if got := testing.AllocsPerRun(100, func() { _ = s.write(packet, to) }); got > 0 {
		t.Errorf("%v allocations a packet", got)
	}
}
