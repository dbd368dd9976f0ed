package agent

import (
	"net"
	"net/netip"
	"testing"
	"time"

	"offhook/ua/wire"
)

// tcpSend sends octets on a connection of their own and waits until the other
// end has closed or has had its say.
func tcpSend(tb testing.TB, to netip.AddrPort, raw []byte) {
	tb.Helper()
	conn, err := net.Dial("tcp", to.String())
	if err != nil {
		tb.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.Write(raw); err != nil {
		tb.Fatal(err)
	}
	_ = conn.(*net.TCPConn).CloseWrite()
	_ = conn.SetReadDeadline(time.Now().Add(patience))
	buffer := make([]byte, 4096)
	for {
		if _, err := conn.Read(buffer); err != nil {
			return
		}
	}
}

func tcpAsk(tb testing.TB, to netip.AddrPort, text string) wire.Message {
	tb.Helper()
	conn, err := net.Dial("tcp", to.String())
	if err != nil {
		tb.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.Write([]byte(text)); err != nil {
		tb.Fatal(err)
	}
	_ = conn.SetReadDeadline(time.Now().Add(patience))
	var framer wire.Framer
	buffer := make([]byte, 4096)
	for {
		n, err := conn.Read(buffer)
		if err != nil {
			tb.Fatal(err)
		}
		framer.Write(buffer[:n])
		if kind, raw, _ := framer.Next(); kind == wire.Whole {
			m, err := wire.Parse(raw)
			if err != nil {
				tb.Fatal(err)
			}
			return m
		}
	}
}
