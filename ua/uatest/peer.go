package uatest

import (
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"offhook/ua/wire"
)

// Peer is a scripted far end on UDP: it sends text and expects messages. It
// does nothing by itself.
type Peer struct {
	tb     testing.TB
	socket peerSocket
	to     netip.AddrPort
	from   netip.AddrPort // of the last message
}

// peerSocket is a *net.UDPConn, or a Socket of a Network.
type peerSocket interface {
	ReadFromUDPAddrPort([]byte) (int, netip.AddrPort, error)
	WriteToUDPAddrPort([]byte, netip.AddrPort) (int, error)
	SetReadDeadline(time.Time) error
	LocalAddr() net.Addr
}

var (
	_ peerSocket = (*net.UDPConn)(nil)
	_ peerSocket = (*Socket)(nil)
)

// NewPeerOn makes a Peer on a Network.
func NewPeerOn(tb testing.TB, socket *Socket, to netip.AddrPort) *Peer {
	tb.Cleanup(func() { socket.Close() })
	return &Peer{tb: tb, socket: socket, to: to}
}

// PeerPatience bounds every wait of a Peer.
const PeerPatience = 10 * time.Second

// NewPeer makes a Peer on loopback that speaks to an address.
func NewPeer(tb testing.TB, to netip.AddrPort) *Peer {
	tb.Helper()
	local := "127.0.0.1:0"
	if to.Addr().Is6() && !to.Addr().Is4In6() {
		local = "[::1]:0"
	}
	socket, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.MustParseAddrPort(local)))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { socket.Close() })
	return &Peer{tb: tb, socket: socket, to: to}
}

// Address is the Peer's own.
func (p *Peer) Address() netip.AddrPort { return p.socket.LocalAddr().(*net.UDPAddr).AddrPort() }

// Answer is Reply to wherever the request came from.
func (p *Peer) Answer(m wire.Message, tag, status string, lines ...string) {
	p.tb.Helper()
	p.to = p.from
	p.Reply(m, tag, status, lines...)
}

// Rest reads what has come already.
func (p *Peer) Rest() []wire.Message {
	p.tb.Helper()
	var out []wire.Message
	for {
		m, ok := p.next(50 * time.Millisecond)
		if !ok {
			return out
		}
		out = append(out, m)
	}
}

// SendRaw sends octets as they are.
func (p *Peer) SendRaw(data []byte) {
	p.tb.Helper()
	if _, err := p.socket.WriteToUDPAddrPort(data, p.to); err != nil {
		p.tb.Fatal(err)
	}
}

// Send sends lines; %ME% and %TO% in them are the two addresses. A missing
// Content-Length is the body's.
func (p *Peer) Send(lines string) {
	p.tb.Helper()
	lines = strings.ReplaceAll(lines, "%ME%", p.Address().String())
	lines = strings.ReplaceAll(lines, "%TO%", p.to.String())
	head, body, _ := strings.Cut(strings.TrimLeft(lines, "\n"), "\n\n")
	body = strings.ReplaceAll(body, "\n", "\r\n")
	p.SendRaw([]byte(strings.ReplaceAll(strings.TrimSpace(head), "\n", "\r\n") + "\r\n\r\n" + body))
}

// Next reads the next message.
func (p *Peer) Next() wire.Message {
	p.tb.Helper()
	m, ok := p.next(PeerPatience)
	if !ok {
		p.tb.Fatal("uatest: the peer waited in vain for a message")
	}
	return m
}

func (p *Peer) next(wait time.Duration) (wire.Message, bool) {
	p.tb.Helper()
	buffer := make([]byte, 65536)
	_ = p.socket.SetReadDeadline(time.Now().Add(wait))
	for {
		n, from, err := p.socket.ReadFromUDPAddrPort(buffer)
		if err != nil {
			return wire.Message{}, false
		}
		p.from = from
		if n <= 4 {
			continue // a keep-alive
		}
		m, err := wire.Parse(buffer[:n])
		if err != nil {
			p.tb.Fatalf("uatest: the peer got what it cannot read: %v\n%s", err, buffer[:n])
		}
		return m, true
	}
}

// Expect reads until a request of that method comes, or, with a number, a
// response of that status; other messages are passed over.
func (p *Peer) Expect(what string) wire.Message {
	p.tb.Helper()
	for {
		m := p.Next()
		if m.Method == what || !m.IsRequest() && what == statusText(m.Status) {
			return m
		}
	}
}

func statusText(status int) string {
	return string([]byte{byte('0' + status/100), byte('0' + status/10%10), byte('0' + status%10)})
}

// Reply answers a request: status line and more header lines, then a body
// after an empty line.
func (p *Peer) Reply(m wire.Message, tag, status string, lines ...string) {
	p.tb.Helper()
	out := []string{"SIP/2.0 " + status}
	for _, name := range []string{"Via", "Record-Route", "From", "To", "Call-ID", "CSeq"} {
		for _, value := range m.Lines(name) {
			if name == "To" && tag != "" && !strings.Contains(value, "tag=") {
				value += ";tag=" + tag
			}
			out = append(out, name+": "+value)
		}
	}
	p.Send(strings.Join(append(out, lines...), "\n") + "\n\n")
}
