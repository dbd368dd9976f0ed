package session

import (
	"net"
	"net/netip"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"go.uber.org/goleak"

	"offhook/media"
	"offhook/media/keying"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var loopback = netip.MustParseAddr("127.0.0.1")

// ear keeps what a stream's listener is told.
type ear struct {
	mutex   sync.Mutex
	started int
	digits  string
}

func (e *ear) MediaStarted(media.StreamID) {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	e.started++
}

func (e *ear) DigitReceived(_ media.StreamID, digit rune, _ time.Duration) {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	e.digits += string(digit)
}

// end is a Stream under a test's own clock.
type end struct {
	*Stream
	ear  ear
	now  *atomic.Int64
	addr netip.AddrPort
}

func open(t testing.TB, now *atomic.Int64) *end {
	t.Helper()
	sockets, err := Listen(loopback, PortRange{}, -1, nil)
	if err != nil {
		t.Fatal(err)
	}
	e := &end{now: now, addr: sockets.LocalAddr()}
	e.Stream = OpenStream(StreamConfig{
		ID: 1, Sockets: sockets, Now: func() time.Duration { return time.Duration(now.Load()) },
		Epoch: time.Unix(1_700_000_000, 0), Listener: &e.ear, RTCPInterval: time.Hour,
	})
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

var pcmu = media.Format{Encoding: "PCMU", ClockRate: 8000, SampleRate: 8000, Channels: 1}

func spec(to netip.AddrPort, ours, theirs keying.Crypto) Spec {
	return Spec{
		Remote: to, RemoteRTCP: netip.AddrPortFrom(to.Addr(), to.Port()+1), Direction: media.SendRecv,
		Send: pcmu, Receive: []media.Format{pcmu}, LocalKey: ours, RemoteKey: theirs,
		SendEvents:    media.Format{Encoding: "TELEPHONE-EVENT", PayloadType: 101, ClockRate: 8000},
		ReceiveEvents: media.Format{Encoding: "TELEPHONE-EVENT", PayloadType: 101, ClockRate: 8000},
	}
}

func (e *end) update(t testing.TB, s Spec) {
	t.Helper()
	if err := e.Update(s); err != nil {
		t.Fatal(err)
	}
}

func key(t testing.TB, suite keying.Suite) keying.Crypto {
	t.Helper()
	if suite == "" {
		return keying.Crypto{}
	}
	c, err := keying.Generate(0, suite)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func pair(t testing.TB, suite keying.Suite) (a, b *end) {
	t.Helper()
	now := new(atomic.Int64)
	a, b = open(t, now), open(t, now)
	ka, kb := key(t, suite), key(t, suite)
	a.update(t, spec(b.addr, ka, kb))
	b.update(t, spec(a.addr, kb, ka))
	return a, b
}

func until(t testing.TB, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !done(); runtime.Gosched() {
		if time.Now().After(deadline) {
			t.Fatalf("waited 10 s for %s", what)
		}
	}
}

func (e *end) taken() uint64 { s := e.Stats(); return s.Received + s.Discarded }

// pass sends a packet of a and waits until b has it or has thrown it away.
func pass(t testing.TB, a, b *end) {
	t.Helper()
	seen := b.taken()
	if !a.Send(Outgoing{Payload: []byte("12345678")}) {
		t.Fatal("not sent")
	}
	until(t, "a packet", func() bool { return b.taken() > seen })
	for b.Next() != nil {
		b.Pop()
	}
}

var suites = []keying.Suite{"", keying.AES128GCM, keying.AES128CMSHA1_80}

func TestStream_sequence_wraps_and_reinvites_do_not_break_it(t *testing.T) {
	for _, suite := range suites {
		a, b := pair(t, suite)
		a.writer.sequence = 65500
		sa, sb := a.spec, b.spec
		var last uint16
		for i := range 200 {
			if i%40 == 20 { // around the wrap too
				sa.Direction, sb.Direction = media.SendOnly, media.RecvOnly
				a.update(t, sa)
				b.update(t, sb)
			}
			last = a.writer.sequence
			pass(t, a, b)
		}
		if s := b.Stats(); s.Received != 200 || s.Discarded+s.Lost > 0 || last != 163 {
			t.Errorf("%q: %+v, last sequence %d", suite, s, last)
		}
		if suite == "" {
			continue
		}
		if roc, _ := b.in.Load().keys.current.context.ROC(a.ssrc()); roc != 1 {
			t.Errorf("%s: roll-over counter %d", suite, roc)
		}
	}
}

func TestStream_rekeying_by_either_roll_over_rule(t *testing.T) {
	for _, test := range []struct {
		name string
		keep bool // the counter goes on under the new key (RFC 3711); else it begins at 0
	}{{"goes on", true}, {"begins anew", false}} {
		a, b := pair(t, keying.AES128GCM)
		a.writer.sequence = 65530
		for range 20 {
			pass(t, a, b)
		}
		ssrc := a.ssrc()
		fresh := key(t, keying.AES128GCM)
		s := a.spec
		s.LocalKey = fresh
		a.update(t, s)
		if a.ssrc() == ssrc {
			t.Error("a new key and the same SSRC")
		}
		a.out.Load().ssrc = ssrc // as far ends do
		if test.keep {
			a.out.Load().cipher.context.SetROC(ssrc, 1)
		}
		s = b.spec
		s.RemoteKey = fresh
		b.update(t, s)
		for range 20 {
			pass(t, a, b)
		}
		if stats := b.Stats(); stats.Received != 40 || stats.Discarded > 0 {
			t.Errorf("%s: %+v", test.name, stats)
		}
	}
}

func TestStream_packets_under_the_old_key_are_still_taken(t *testing.T) {
	a, b := pair(t, keying.AES128CMSHA1_80)
	pass(t, a, b)
	s := b.spec
	s.RemoteKey = key(t, keying.AES128CMSHA1_80)
	b.update(t, s)
	pass(t, a, b)
	if stats := b.Stats(); stats.Received != 2 {
		t.Errorf("%+v", stats)
	}
	s.RemoteKey = b.in.Load().keys.previous.key // a re-INVITE back
	b.update(t, s)
	pass(t, a, b)
	if stats := b.Stats(); stats.Received != 3 {
		t.Errorf("%+v", stats)
	}
}

// wire is a socket that plays a far end by hand.
func wire(t testing.TB) (*net.UDPConn, netip.AddrPort) {
	t.Helper()
	conn, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.AddrPortFrom(loopback, 0)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn, local(conn)
}

func read(t testing.TB, conn *net.UDPConn) []byte {
	t.Helper()
	buffer := make([]byte, packetSize)
	if err := conn.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	n, err := conn.Read(buffer)
	if err != nil {
		t.Fatal(err)
	}
	return buffer[:n]
}

func (e *end) feed(t testing.TB, conn *net.UDPConn, packet []byte) {
	t.Helper()
	seen := e.taken()
	if _, err := conn.WriteToUDPAddrPort(packet, e.addr); err != nil {
		t.Fatal(err)
	}
	until(t, "a packet", func() bool { return e.taken() > seen })
	for e.Next() != nil {
		e.Pop()
	}
}

func TestStream_refuses_replayed_forged_and_plain_packets(t *testing.T) {
	for _, suite := range suites[1:] {
		a, b := pair(t, suite)
		conn, addr := wire(t)
		s := a.spec
		s.Remote = addr
		a.update(t, s)
		var kept [][]byte
		for range 100 {
			a.Send(Outgoing{Payload: []byte("12345678")})
			kept = append(kept, read(t, conn))
			b.feed(t, conn, kept[len(kept)-1])
		}
		if stats := b.Stats(); stats.Received != 100 || stats.Discarded > 0 {
			t.Fatalf("%s: %+v", suite, stats)
		}
		forged := slices.Clone(kept[99])
		forged[3]++
		plain, err := (&rtp.Packet{Header: rtp.Header{Version: 2, SSRC: 1}, Payload: []byte("12345678")}).Marshal()
		if err != nil {
			t.Fatal(err)
		}
		for _, packet := range [][]byte{kept[99], kept[60], kept[0], forged, plain} {
			b.feed(t, conn, packet)
		}
		if stats := b.Stats(); stats.Received != 100 || stats.Discarded != 5 {
			t.Errorf("%s: received %d, discarded %d", suite, stats.Received, stats.Discarded)
		}
	}
}

func TestStream_answers_where_packets_come_from(t *testing.T) {
	for _, suite := range suites {
		a, b := pair(t, suite)
		_, nowhere := wire(t)
		s := b.spec
		s.Remote, s.Mux = nowhere, true // what a NAT makes of a description
		b.update(t, s)
		for range 4 {
			pass(t, a, b)
		}
		if got := *b.remote.Load(); got != a.addr {
			t.Errorf("%q: sends to %v, not %v", suite, got, a.addr)
		}
		b.update(t, s)
		if got := *b.remote.Load(); got != a.addr {
			t.Errorf("%q: a re-INVITE with the same address forgot it: %v", suite, got)
		}
		conn, other := wire(t)
		for seq := range 5 { // while the far end is heard, nobody takes its place
			packet, err := (&rtp.Packet{Header: rtp.Header{Version: 2, SSRC: 9, SequenceNumber: uint16(seq)}, Payload: []byte("x")}).Marshal()
			if err != nil {
				t.Fatal(err)
			}
			b.feed(t, conn, packet)
		}
		if got := *b.remote.Load(); got == other || b.Stats().Discarded != 5 {
			t.Errorf("%q: hijacked to %v; %+v", suite, got, b.Stats())
		}
	}
}

func TestStream_reports(t *testing.T) {
	for _, suite := range suites {
		for _, mux := range []bool{false, true} {
			a, b := pair(t, suite)
			for _, e := range []*end{a, b} {
				s := e.spec
				s.Mux = mux
				e.update(t, s)
			}
			a.writer.sequence = 10
			for i := range 8 {
				if i == 3 {
					a.writer.sequence += 2 // lost
				}
				a.now.Add(int64(20 * time.Millisecond))
				pass(t, a, b)
			}
			a.sendReport(false)
			until(t, "the sender report", func() bool { b.rtcp.mutex.Lock(); defer b.rtcp.mutex.Unlock(); return b.rtcp.lastSR != 0 })
			a.now.Add(int64(300 * time.Millisecond)) // b thinks
			b.sendReport(false)
			until(t, "the receiver report", func() bool { return a.Stats().RemoteReports == 1 })
			stats := a.Stats()
			if stats.RoundTrip > time.Millisecond || stats.RemoteLost < 0.19 || stats.RemoteLost > 0.21 {
				t.Errorf("%q: %+v", suite, stats)
			}
			if lost := b.Stats().Lost; lost != 2 {
				t.Errorf("%q: %d lost", suite, lost)
			}
		}
	}
}

func TestStream_report_as_written(t *testing.T) {
	now := new(atomic.Int64)
	now.Store(int64(time.Second))
	a := open(t, now)
	conn, addr := wire(t)
	s := spec(addr, keying.Crypto{}, keying.Crypto{})
	s.Mux = true
	a.update(t, s)
	a.Send(Outgoing{Payload: make([]byte, 160)})
	var sent rtp.Packet
	if err := sent.Unmarshal(read(t, conn)); err != nil {
		t.Fatal(err)
	}
	now.Add(int64(500 * time.Millisecond))
	a.sendReport(true)
	packets, err := rtcp.Unmarshal(read(t, conn))
	if err != nil || len(packets) != 3 {
		t.Fatalf("%v, %v", packets, err)
	}
	sr, ok := packets[0].(*rtcp.SenderReport)
	if !ok || sr.SSRC != sent.SSRC || sr.RTPTime != sent.Timestamp+4000 || sr.PacketCount != 1 || sr.OctetCount != 160 {
		t.Errorf("%+v", packets[0])
	}
	if want := uint64(1_700_000_001+2_208_988_800)<<32 | 1<<31; sr.NTPTime != want {
		t.Errorf("NTP %x, want %x", sr.NTPTime, want)
	}
	if bye, ok := packets[2].(*rtcp.Goodbye); !ok || bye.Sources[0] != sent.SSRC {
		t.Errorf("%+v", packets[2])
	}
	a.sendReport(false)
	if packets, err = rtcp.Unmarshal(read(t, conn)); err != nil {
		t.Fatal(err)
	}
	if _, ok := packets[0].(*rtcp.ReceiverReport); !ok {
		t.Errorf("nothing was sent since, and yet %T", packets[0])
	}
}

func TestStream_collision_is_resolved_once(t *testing.T) {
	a, b := pair(t, "")
	b.out.Load().ssrc = a.ssrc()
	before := b.ssrc()
	for range 3 {
		pass(t, a, b)
	}
	if b.ssrc() == before {
		t.Error("still the far end's SSRC")
	}
	after := b.ssrc()
	a.out.Load().ssrc = after // our own sound, reflected
	pass(t, a, b)
	if b.ssrc() != after || b.Stats().Received != 4 {
		t.Errorf("SSRC changed again, or the packet was refused: %+v", b.Stats())
	}
}

func TestStream_overrun_is_counted(t *testing.T) {
	a, b := pair(t, "")
	for i := range uint64(ringSize + 10) {
		a.Send(Outgoing{Payload: []byte("x")})
		until(t, "a packet", func() bool { return b.taken() > i })
	}
	if s := b.Stats(); s.Received != ringSize || s.Discarded != 10 {
		t.Errorf("%+v", s)
	}
}

func TestStream_unknown_payload_types_are_discarded(t *testing.T) {
	a, b := pair(t, "")
	seen := b.taken()
	a.Send(Outgoing{PayloadType: 42, Payload: []byte("x")})
	until(t, "a packet", func() bool { return b.taken() > seen })
	if s := b.Stats(); s.Received != 0 || s.Discarded != 1 || !s.FirstReceived.IsZero() || b.ear.started != 0 {
		t.Errorf("%+v", s)
	}
}

func TestStream_idle(t *testing.T) {
	a, b := pair(t, "")
	a.now.Add(int64(time.Second))
	pass(t, a, b)
	a.now.Add(int64(3 * time.Second))
	if idle := b.Idle(); idle != 3*time.Second {
		t.Error(idle)
	}
}

func TestStream_receives_without_allocating(t *testing.T) {
	for _, suite := range suites {
		a, b := pair(t, suite)
		for range 100 {
			pass(t, a, b)
		}
		count := func() uint64 { return b.count.received.Load() + b.count.discarded.Load() }
		got := testing.AllocsPerRun(50, func() {
			seen := count()
			a.Send(Outgoing{Payload: make([]byte, 160)})
			for count() == seen {
				runtime.Gosched()
			}
			b.Pop()
		})
		if got > 0 {
			t.Errorf("%q: %.2f allocations a packet sent and received", suite, got)
		}
	}
}

func FuzzStream(f *testing.F) {
	plain, _ := (&rtp.Packet{Header: rtp.Header{Version: 2, Extension: true, ExtensionProfile: 0xbede, SequenceNumber: 3}, Payload: []byte("x")}).Marshal()
	f.Add(plain)
	f.Add([]byte{0x80, 101, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 5, 0x8a, 1, 0})
	report, _ := rtcp.Marshal([]rtcp.Packet{&rtcp.SenderReport{SSRC: 7, Reports: []rtcp.ReceptionReport{{SSRC: 1}}}})
	f.Add(report)
	f.Add([]byte{0xa0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 255})
	now := new(atomic.Int64)
	open1, open2 := open(f, now), open(f, now)
	conn, addr := wire(f)
	_ = conn
	k := key(f, keying.AES128CMSHA1_80)
	open1.update(f, spec(addr, keying.Crypto{}, keying.Crypto{}))
	open2.update(f, spec(addr, k, k))
	f.Fuzz(func(t *testing.T, raw []byte) {
		for _, e := range []*end{open1, open2} {
			e.packet(raw, addr)
			e.takeRTCP(raw, addr)
			for e.Next() != nil {
				e.Pop()
			}
		}
	})
}
