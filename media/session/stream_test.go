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
	e.Stream, err = OpenStream(StreamConfig{
		ID: 1, Sockets: sockets, Now: func() time.Duration { return time.Duration(now.Load()) },
		Epoch: time.Unix(1_700_000_000, 0), Listener: &e.ear, RTCPInterval: time.Hour,
	})
	if err != nil {
		t.Fatal(err)
	}
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

// call gives an end another SSRC.
func (e *end) call(ssrc uint32) {
	out := *e.out.Load()
	out.ssrc = ssrc
	e.out.Store(&out)
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

// taken counts the packets that a stream has looked at, with those that are there.
func (e *end) taken() uint64 {
	e.drain()
	s := e.Stats()
	return s.Received + s.Discarded
}

// settle waits until all that has come was dealt with.
func (e *end) settle(t testing.TB) {
	t.Helper()
	e.drain()
	until(t, "errands", func() bool { return e.errands.tail.Load() == e.errands.head.Load() })
}

// hears waits until a stream's listener was told of all digits, and of no other.
func (e *end) hears(t testing.TB, digits string) {
	t.Helper()
	told := func() string {
		e.ear.mutex.Lock()
		defer e.ear.mutex.Unlock()
		return e.ear.digits
	}
	until(t, "digits "+digits, func() bool { return len(told()) >= len(digits) })
	if got := told(); got != digits {
		t.Errorf("digits %q, want %q", got, digits)
	}
}

// drain is a period of the engine's.
func (e *end) drain() {
	for e.Next() != nil {
	}
}

// pass sends a packet of a and waits until b has it or has thrown it away.
func pass(t testing.TB, a, b *end) {
	t.Helper()
	seen := b.taken()
	if !a.Send(Outgoing{Payload: []byte("12345678")}) {
		t.Fatal("not sent")
	}
	until(t, "a packet", func() bool { return b.taken() > seen })
}

var suites = []keying.Suite{"", keying.AES128GCM, keying.AES128CMSHA1_80}

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
		until(t, "packets to go where others come from", func() bool { return *b.remote.Load() == a.addr })
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

func TestStream_collision_is_resolved_once(t *testing.T) {
	a, b := pair(t, "")
	b.call(a.ssrc())
	before := b.ssrc()
	for range 3 {
		pass(t, a, b)
	}
	if b.ssrc() == before {
		t.Error("still the far end's SSRC")
	}
	if n := b.Stats().Received; n != 3 {
		t.Fatalf("%d of 3 packets received", n)
	}
	after := b.ssrc()
	a.call(after) // our own sound, reflected: it goes on
	for range 3 {
		pass(t, a, b)
	}
	if st := b.Stats(); b.ssrc() != after || st.Received != 6 || st.Discarded+st.Lost > 0 {
		t.Errorf("SSRC changed again, or a packet was refused: %+v", st)
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

// TestStream_digits_of_another_source: after a transfer or a far end's restart
// the timestamps begin anywhere, also before those of the last digit.
func TestStream_digits_of_another_source(t *testing.T) {
	for name, next := range map[string][2]uint32{"another SSRC": {8, 20}, "another sequence": {7, 30_000}} {
		t.Run(name, func(t *testing.T) {
			e := open(t, new(atomic.Int64))
			conn, from := wire(t)
			e.update(t, spec(from, keying.Crypto{}, keying.Crypto{}))
			press := func(ssrc, seq, ts uint32, code uint8) {
				payload := []byte{code, 0x80, 1, 0x40}
				packet, err := (&rtp.Packet{Header: rtp.Header{Version: 2, PayloadType: 101, SSRC: ssrc, SequenceNumber: uint16(seq), Timestamp: ts}, Payload: payload}).Marshal()
				if err != nil {
					t.Fatal(err)
				}
				e.feed(t, conn, packet)
			}
			for i := range uint32(3) {
				press(7, 10+i, 1_000_000, 5)
			}
			e.now.Add(int64(latchPause)) // the one before is silent: believed again
			for i := range uint32(5) {
				press(next[0], next[1]+i, 1_000, 6)
			}
			press(next[0], next[1]+5, 2_000, 7)
			e.hears(t, "567")
		})
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
				b.drain()
			}
		})
		most := 0.0
		if suite == keying.AES128CMSHA1_80 {
			most = 2 // inside SRTP, whose pool of hashes the race detector empties
		}
		if got > most {
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
			e.take(slices.Clone(raw), addr, e.cfg.Now())
			e.takeRTCP(raw, addr)
			e.drain()
		}
	})
}

func newClock() *atomic.Int64 {
	now := new(atomic.Int64)
	now.Store(int64(time.Hour))
	return now
}
