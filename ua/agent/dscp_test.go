package agent

import (
	"context"
	"net"
	"net/netip"
	"syscall"
	"testing"
	"time"

	"offhook/ua"
	"offhook/ua/locate"
)

func TestDial_marks_its_packets(t *testing.T) {
	for _, c := range []struct {
		name      string
		transport ua.Transport
		address   string
	}{{"UDP", ua.UDP, "127.0.0.1:0"}, {"TCP", ua.TCP, "127.0.0.1:0"}, {"TCP over IPv6", ua.TCP, "[::1]:0"}} {
		t.Run(c.name, func(t *testing.T) {
			listener, err := net.Listen("tcp", c.address)
			if err != nil {
				t.Fatal(err)
			}
			defer listener.Close()
			target := listener.Addr().(*net.TCPAddr).AddrPort()
			d := dialer{servers: []Query{{Host: "pbx", Transport: c.transport}}, dscp: 24, timeout: 5 * time.Second,
				locate: func(context.Context, Query) ([]locate.Target, error) {
					return []locate.Target{{Transport: c.transport, Address: target}}, nil
				}}
			out, err := d.dial(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			socket, _ := out.packets.(syscall.Conn)
			if out.stream != nil {
				defer out.stream.Close()
				socket = out.stream.(*net.TCPConn)
			} else {
				defer out.packets.Close()
			}
			if got := codePoint(t, socket, target.Addr()); got != 24 {
				t.Errorf("code point %d, want 24", got)
			}
		})
	}
}

func codePoint(t *testing.T, socket syscall.Conn, remote netip.Addr) (dscp int) {
	t.Helper()
	raw, err := socket.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	level, option := syscall.IPPROTO_IP, syscall.IP_TOS
	if remote.Is6() {
		level, option = syscall.IPPROTO_IPV6, syscall.IPV6_TCLASS
	}
	var failed error
	if err := raw.Control(func(fd uintptr) { dscp, failed = syscall.GetsockoptInt(int(fd), level, option) }); err != nil || failed != nil {
		t.Fatal(err, failed)
	}
	return dscp >> 2
}
