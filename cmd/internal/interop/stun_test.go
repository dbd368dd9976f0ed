//go:build interop

package interop

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"testing"
	"time"
)

// TestSTUN is about datagram flows that STUN keeps open (RFC 5626 §4.4.2): Kamailio
// answers on the port it has for SIP. A NAT is on the way.
func TestSTUN(t *testing.T) {
	t.Parallel()
	k := newKamailio(t, func(k *kamailio) { k.Grants, k.STUN = `Require: outbound\r\nFlow-Timer: 2\r\n`, true })
	n := newNAT(t, k.UDP)
	p := newTelephone(t, k.account("1001", "udp", "keep-alive: 0s", fmt.Sprintf("registrar: '127.0.0.1:%d'", n.port)))
	row(t, "Flow-Timer of 2 s -> binding requests as often, each answered by its transaction", func(t *testing.T, ctx context.Context) {
		p.with(t).bound(ctx, "1001")
		began := time.Now()
		must(t, k.poll(ctx, "three answers to STUN", func() error { return n.answered(3) }))
		took := time.Since(began).Round(100 * time.Millisecond)
		told("three binding requests and answers in %v", took)
		if took > 20*time.Second { // the usual interval is 25 s
			t.Error("binding requests are too rare")
		}
	})
	row(t, "the NAT forgets us: the next answer has another address -> registered again at once", func(t *testing.T, ctx context.Context) {
		mark := k.mark()
		began := time.Now()
		n.rebind(t)
		_, err := k.registered(ctx, mark, "1001")
		must(t, err)
		told("registered again after %v", time.Since(began).Round(100*time.Millisecond))
		p.with(t).bound(ctx, "1001")
		if p.logged("the server sees us at another address") == 0 {
			t.Error("the telephone does not tell why")
		}
	})
}

// nat passes one telephone's datagrams on by a port of its own, and counts STUN.
type nat struct {
	port int // where the telephone sends to
	near *net.UDPConn
	to   *net.UDPAddr

	mu      sync.Mutex
	inside  netip.AddrPort // the telephone, as it sent last
	far     *net.UDPConn
	asked   map[[12]byte]bool
	replies int
	working sync.WaitGroup
}

func newNAT(t *testing.T, to int) *nat {
	t.Helper()
	near, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	must(t, err)
	n := &nat{port: near.LocalAddr().(*net.UDPAddr).Port, near: near, to: &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: to}, asked: map[[12]byte]bool{}}
	n.rebind(t)
	n.working.Go(n.outwards)
	t.Cleanup(func() {
		_ = near.Close()
		n.mu.Lock()
		_ = n.far.Close()
		n.mu.Unlock()
		n.working.Wait()
	})
	return n
}

// rebind takes another port towards the server, as a NAT does that forgot.
func (n *nat) rebind(t *testing.T) {
	t.Helper()
	far, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	must(t, err)
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.far != nil {
		_ = n.far.Close() // its reader ends
	}
	n.far = far
	n.working.Go(func() { n.inwards(far) })
}

func (n *nat) outwards() {
	data := make([]byte, 65536)
	for {
		m, from, err := n.near.ReadFromUDPAddrPort(data)
		if err != nil {
			return // closed
		}
		n.mu.Lock()
		n.inside = from
		if id, ok := stunID(data[:m], 0x0001); ok {
			n.asked[id] = true
		}
		_, _ = n.far.WriteTo(data[:m], n.to) // may be lost
		n.mu.Unlock()
	}
}

func (n *nat) inwards(far *net.UDPConn) {
	data := make([]byte, 65536)
	for {
		m, _, err := far.ReadFromUDPAddrPort(data)
		if err != nil {
			return // closed
		}
		n.mu.Lock()
		if id, ok := stunID(data[:m], 0x0101); ok && n.asked[id] {
			delete(n.asked, id)
			n.replies++
		}
		inside := n.inside
		n.mu.Unlock()
		_, _ = n.near.WriteToUDPAddrPort(data[:m], inside) // may be lost
	}
}

func (n *nat) answered(times int) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.replies < times {
		return fmt.Errorf("%d requests were answered, %d were not", n.replies, len(n.asked))
	}
	return nil
}

// stunID is the transaction of a STUN message of a kind (RFC 8489 §5).
func stunID(data []byte, kind uint16) (id [12]byte, ok bool) {
	if len(data) < 20 || uint16(data[0])<<8|uint16(data[1]) != kind || [4]byte(data[4:8]) != [4]byte{0x21, 0x12, 0xa4, 0x42} {
		return id, false
	}
	return [12]byte(data[8:20]), true
}
