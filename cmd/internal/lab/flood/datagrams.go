package flood

import (
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// datagrams sends the messages of an attack, each from the next address, and
// reads what comes back.
func (o Order) datagrams(ctx context.Context, a attack) (r Report, err error) {
	conn, err := net.ListenUDP("udp4", nil)
	if err != nil {
		return r, err
	}
	port := conn.LocalAddr().(*net.UDPAddr).AddrPort().Port()
	var reading sync.WaitGroup
	reading.Go(func() { r.Answers, r.Alarms = answers(conn) })
	failed := uint64(0)
	sent := pace(ctx, o.Rate, func(n uint64) {
		from := netip.AddrPortFrom(source(n, a.sources), port)
		text := fill(a.messages[n%uint64(len(a.messages))], n, from, o)
		if err := sendFrom(conn, from.Addr(), []byte(text), o.UDP); err != nil {
			failed++
		}
	})
	err = conn.SetReadDeadline(time.Now().Add(100 * time.Millisecond)) // the last answers are under way
	reading.Wait()
	r.Sent, r.Failed = sent-failed, failed
	return r, errors.Join(err, conn.Close())
}

// answers counts them until the socket's time is over.
func answers(conn *net.UDPConn) (all, alarms uint64) {
	buffer := make([]byte, 4096)
	for {
		n, _, err := conn.ReadFromUDPAddrPort(buffer)
		if errors.Is(err, net.ErrClosed) || isTimeout(err) {
			return all, alarms
		}
		if err != nil {
			continue // an ICMP message
		}
		all++
		if alarming(string(buffer[:n])) {
			alarms++
		}
	}
}

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}

// sendFrom sends from one of the machine's addresses (ip(7), IP_PKTINFO).
func sendFrom(conn *net.UDPConn, from netip.Addr, data []byte, to netip.AddrPort) error {
	control := unix.PktInfo4(&unix.Inet4Pktinfo{Spec_dst: from.As4()})
	_, _, err := conn.WriteMsgUDPAddrPort(data, control, to)
	return err
}

// packets sends RTP of a source of its own to every media socket.
func (o Order) packets(ctx context.Context, a attack) (r Report, err error) {
	if len(o.Media) == 0 {
		return r, errors.New("no media socket is known")
	}
	conn, err := net.ListenUDP("udp4", nil)
	if err != nil {
		return r, err
	}
	defer conn.Close()
	ssrc := rand.Uint32()
	sent := pace(ctx, o.Rate, func(n uint64) {
		packet := rtp(ssrc, uint16(n), uint32(n)*160)
		if err := sendFrom(conn, source(n, a.sources), packet, o.Media[n%uint64(len(o.Media))]); err != nil {
			r.Failed++
		}
	})
	r.Sent = sent - r.Failed
	return r, nil
}
