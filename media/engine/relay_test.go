package engine_test

import (
	"net"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"

	"offhook/media/mediatest"
)

// relay stands between two phones and lets packets from a to b meet a link's
// fate, in virtual time.
type relay struct {
	*call
	link     *mediatest.Link
	toA, toB *net.UDPConn // their far ends as they see it
	addrB    netip.AddrPort
	queue    []parcel
	n        uint64
	keep     func(packet []byte)
}

type parcel struct {
	packet []byte
	due    time.Duration
}

func newRelay(t testing.TB, c *call, link *mediatest.Link) *relay {
	r := &relay{call: c, link: link, toA: socket(t), toB: socket(t), addrB: c.b.session.LocalAddr()}
	offer, err := c.a.session.Offer(false)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := c.b.session.Answer(through(offer, c.a.session.LocalAddr().Port(), r.toB))
	if err != nil {
		t.Fatal(err)
	}
	if err := c.a.session.Accept(through(answer, c.b.session.LocalAddr().Port(), r.toA)); err != nil {
		t.Fatal(err)
	}
	return r
}

// through writes a relay's port into a description.
func through(description []byte, port uint16, conn *net.UDPConn) []byte {
	own := conn.LocalAddr().(*net.UDPAddr).Port
	return []byte(strings.Replace(string(description), "m=audio "+strconv.Itoa(int(port)), "m=audio "+strconv.Itoa(own), 1))
}

func socket(t testing.TB) *net.UDPConn {
	t.Helper()
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// run lets both phones go on; b is heard by nobody.
func (r *relay) run(d time.Duration) {
	r.t.Helper()
	for ; d > 0; d -= r.a.period {
		r.clock.now.Add(int64(r.a.period))
		sent := r.a.session.Stats().Sent
		if err := r.a.Step(); err != nil {
			r.t.Fatal(err)
		}
		r.take(r.a.session.Stats().Sent - sent)
		r.give()
		if err := r.b.Step(); err != nil {
			r.t.Fatal(err)
		}
	}
}

func (r *relay) take(count uint64) {
	for range count {
		buffer := make([]byte, 1500)
		_ = r.toA.SetReadDeadline(time.Now().Add(10 * time.Second))
		n, err := r.toA.Read(buffer)
		if err != nil {
			r.t.Fatal(err)
		}
		if r.keep != nil {
			r.keep(buffer[:n])
		}
		drop, delay, duplicates := r.link.Fate(r.n)
		r.n++
		for range 1 + duplicates {
			if !drop {
				r.queue = append(r.queue, parcel{buffer[:n], r.clock.Now() + delay})
			}
		}
	}
}

// give delivers what is due.
func (r *relay) give() {
	var later []parcel
	for _, p := range r.queue {
		if p.due > r.clock.Now() {
			later = append(later, p)
			continue
		}
		if _, err := r.toB.WriteToUDPAddrPort(p.packet, r.addrB); err != nil {
			r.t.Fatal(err)
		}
	}
	r.queue = later
}
