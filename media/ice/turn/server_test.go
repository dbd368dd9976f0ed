package turn_test

import (
	"errors"
	"net"
	"net/netip"
	"testing"
	"time"

	"offhook/media/ice/icetest"
	"offhook/media/ice/stun"
	"offhook/media/ice/turn"
)

// wire runs a Client by a socket.
type wire struct {
	*turn.Client
	t    *testing.T
	conn *net.UDPConn
	got  []string
}

func newWire(t *testing.T, to netip.AddrPort, password string) *wire {
	conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.MustParseAddrPort("127.0.0.1:0")))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return &wire{Client: turn.New(turn.Config{Server: to, User: icetest.User, Password: password}, time.Now()), t: t, conn: conn}
}

// until goes on until something is so.
func (w *wire) until(what string, so func() bool) {
	w.t.Helper()
	var b [1500]byte
	for end := time.Now().Add(10 * time.Second); !so(); {
		if time.Now().After(end) {
			w.t.Fatalf("waited for %s: %v", what, w.Err())
		}
		for _, p := range w.Take() {
			if _, err := w.conn.WriteToUDPAddrPort(p.Packet, p.To); err != nil {
				w.t.Fatal(err)
			}
		}
		_ = w.conn.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
		n, from, err := w.conn.ReadFromUDPAddrPort(b[:])
		if err == nil {
			w.take(b[:n], from)
		}
		w.Tick(time.Now())
	}
}

func (w *wire) take(packet []byte, from netip.AddrPort) {
	if m, ok := stun.Parse(packet); ok {
		if data, _, ok := w.Receive(m, from, time.Now()); ok && data != nil {
			w.got = append(w.got, string(data))
		}
	} else if _, data, ok := turn.Unwrap(packet); ok {
		w.got = append(w.got, string(data))
	}
}

func TestClient_with_a_server(t *testing.T) {
	s := icetest.NewServer(t, netip.MustParseAddr("127.0.0.1"))
	w := newWire(t, s.Addr, icetest.Password)
	w.until("an allocation", w.Ready)
	if w.Err() != nil || w.Mapped() != w.conn.LocalAddr().(*net.UDPAddr).AddrPort() {
		t.Fatal(w.Err(), w.Mapped())
	}
	peer, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.MustParseAddrPort("127.0.0.1:0")))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = peer.Close() }()
	there := peer.LocalAddr().(*net.UDPAddr).AddrPort()
	w.Send([]byte("to the peer"), there, time.Now())
	w.until("a channel", func() bool { return w.Channel(there) != 0 })
	rounds := 0
	w.until("the packet's way", func() bool { rounds++; return rounds > 1 })
	var b [100]byte
	_ = peer.SetReadDeadline(time.Now().Add(5 * time.Second))
	n, from, err := peer.ReadFromUDPAddrPort(b[:])
	if err != nil || string(b[:n]) != "to the peer" || from != w.Relayed() {
		t.Fatalf("%q, %v, %v", b[:n], from, err)
	}
	if _, err := peer.WriteToUDPAddrPort([]byte("and back"), from); err != nil {
		t.Fatal(err)
	}
	w.until("the answer", func() bool { return len(w.got) > 0 && w.got[0] == "and back" })
	w.Close(time.Now())
	w.until("the end", func() bool { return s.Allocations() == 0 })
}

func TestClient_with_a_server_that_refuses(t *testing.T) {
	s := icetest.NewServer(t, netip.MustParseAddr("127.0.0.1"))
	w := newWire(t, s.Addr, "wrong")
	if w.until("an answer", w.Ready); !errors.Is(w.Err(), turn.ErrCredentials) {
		t.Error(w.Err())
	}
	s.Quota.Store(true)
	w = newWire(t, s.Addr, icetest.Password)
	if w.until("an answer", w.Ready); !errors.Is(w.Err(), turn.ErrCapacity) {
		t.Error(w.Err())
	}
}
