package session

import (
	"encoding/binary"
	"net"
	"net/netip"
	"testing"
	"time"

	"offhook/media/keying"
)

// none are bits that no random number lacks all of.
const none = 1<<32 - 1

// sound of a source, as anybody may send it.
func invented(ssrc uint32) []byte {
	p := make([]byte, 40)
	p[0] = 2 << 6
	binary.BigEndian.PutUint32(p[8:], ssrc)
	return p
}

// The kernel itself runs the filter.
func TestFar_program(t *testing.T) {
	const ssrc = 0xfeedbeef
	report := invented(7)
	report[1] = 200
	for _, c := range []struct {
		name     string
		packet   []byte
		stranger bool
		want     bool
	}{
		{"the far end's sound -> through", invented(ssrc), false, true},
		{"its report -> through", report, false, true},
		{"its STUN -> through", []byte{0, 1, 0, 0}, false, true},
		{"its DTLS -> through", []byte{22, 254, 253}, false, true},
		{"another source of its address -> not", invented(ssrc + 1), false, false},
		{"too short for RTP -> not", []byte{0x80, 0, 0}, false, false},
		{"a stranger with the source -> not", invented(ssrc), true, false},
		{"a stranger's report -> not", report, true, false},
		{"a stranger's STUN -> not", []byte{0, 1, 0, 0}, true, false},
	} {
		for name, hosts := range map[string][2]netip.Addr{
			"IPv4":      {loopback, loopback},
			"IPv6":      {six, six},
			"both":      {netip.IPv6Unspecified(), loopback},
			"both, six": {netip.IPv6Unspecified(), six},
		} {
			t.Run(c.name+", "+name, func(t *testing.T) {
				to, from, other := udp(t, hosts[0]), udp(t, hosts[1]), udp(t, hosts[1])
				if c.stranger {
					from, other = other, from
				}
				known := from
				if c.stranger {
					known = other
				}
				raw, err := to.SyscallConn()
				if err != nil {
					t.Fatal(err)
				}
				v := sieve{raw: raw}
				if err := v.attach(far{from: local(known), ssrc: ssrc}.program(none)); err != nil {
					t.Fatal(err)
				}
				at := netip.AddrPortFrom(hosts[1], local(to).Port())
				for _, packet := range [][]byte{c.packet, {'e'}} { // loopback keeps the order
					if packet[0] == 'e' {
						v.on.Store(true)
						v.lift()
					}
					if _, err := from.WriteToUDPAddrPort(packet, at); err != nil {
						t.Fatal(err)
					}
				}
				buffer := make([]byte, 100)
				n, err := to.Read(buffer)
				if err != nil {
					t.Fatal(err)
				}
				if got := n == len(c.packet); got != c.want {
					t.Errorf("%x first; through: %t", buffer[:n], got)
				}
			})
		}
	}
}

func udp(t *testing.T, addr netip.Addr) *net.UDPConn {
	t.Helper()
	conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(addr, 0)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// A flood of a stranger's puts the sieve on; the call goes on under it, and once the
// flood is over, it is off again.
func TestStream_sieve(t *testing.T) {
	for _, suite := range []keying.Suite{"", keying.AES128GCM} {
		a, b := pair(t, suite)
		stranger := udp(t, loopback)
		flood := func(n int) {
			for range n {
				if _, err := stranger.WriteToUDPAddrPort(invented(9), b.addr); err != nil {
					t.Fatal(err)
				}
			}
		}
		later := func() { // and the far end is heard meanwhile
			for range 2 {
				b.now.Add(int64(sieveLook / 2))
				pass(t, a, b)
			}
		}
		later()
		for range swampedRun {
			flood(leastLooked)
			b.drain()
		}
		if b.settle(t); !b.sieve.on.Load() {
			t.Fatal("no sieve")
		}
		before := b.Stats().Discarded
		flood(2 * sieveCalm)
		if came := b.Stats().Discarded - before; came > sieveCalm {
			t.Errorf("%d packets of strangers came through", came)
		}
		later()
		if b.settle(t); !b.sieve.on.Load() || b.Stats().Discarded-before != 2*sieveCalm {
			t.Errorf("%q: on: %t; %d were thrown away", suite, b.sieve.on.Load(), b.Stats().Discarded-before)
		}
		later()
		if b.settle(t); b.sieve.on.Load() {
			t.Error("on after the flood")
		}
	}
}

// While nobody knows where the far end is, all come through; so they do once it is
// somewhere else.
func TestStream_sieve_follows(t *testing.T) {
	for _, c := range []struct {
		name string
		do   func(t *testing.T, a, b *end)
	}{
		{"silent -> off", func(t *testing.T, a, b *end) {
			b.now.Add(int64(sieveLook))
			b.drain()
		}},
		{"a new description -> off", func(t *testing.T, a, b *end) {
			b.update(t, spec(netip.AddrPortFrom(loopback, 9), key(t, ""), key(t, "")))
		}},
		{"it moved -> off", func(t *testing.T, a, b *end) {
			b.answerThere(b.remote.Load(), netip.AddrPortFrom(loopback, 9))
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, b := pair(t, "")
			pass(t, a, b)
			b.sieve.shed(far{from: a.addr, ssrc: a.ssrc()}, true)
			if !b.sieve.on.Load() {
				t.Fatal("no sieve")
			}
			c.do(t, a, b)
			if b.settle(t); b.sieve.on.Load() {
				t.Error("still on")
			}
		})
	}
}

// A stranger's flood before the far end was heard is no reason to sieve it out.
func TestStream_sieve_waits_for_the_far_end(t *testing.T) {
	a, b := pair(t, keying.AES128GCM)
	b.now.Add(int64(time.Second))
	stranger := udp(t, loopback)
	for range swampedRun {
		for range leastLooked {
			if _, err := stranger.WriteToUDPAddrPort(invented(9), b.addr); err != nil {
				t.Fatal(err)
			}
		}
		b.drain()
	}
	if b.settle(t); b.sieve.on.Load() {
		t.Error("on")
	}
	pass(t, a, b)
}
