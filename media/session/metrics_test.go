package session

import (
	"math"
	"net/netip"
	"testing"
	"time"

	"github.com/pion/rtcp"

	"offhook/media"
	"offhook/media/keying"
)

// stretch is n packets, all arrived or all lost.
type stretch struct {
	n    int
	lost bool
}

func TestBursts(t *testing.T) {
	const got, lost = false, true
	for _, test := range []struct {
		name                     string
		packets                  []stretch
		burst, gap               float64
		burstPackets, gapPackets float64
	}{
		{"nothing", nil, 0, 0, 0, 0},
		{"all well", []stretch{{100, got}}, 0, 0, 0, 100},
		{"one alone belongs to the gap", []stretch{{50, got}, {1, lost}, {49, got}}, 0, 0.01, 0, 100},
		{"two apart by gmin", []stretch{{50, got}, {1, lost}, {16, got}, {1, lost}, {32, got}}, 0, 0.02, 0, 100},
		{"two closer are a burst", []stretch{{50, got}, {1, lost}, {8, got}, {1, lost}, {40, got}}, 0.2, 0, 10, 45},
		{"a burst and one alone", []stretch{{50, got}, {5, lost}, {45, got}, {1, lost}, {49, got}}, 1, 1.0 / 145, 5, 72.5},
		{"a burst that goes on", []stretch{{20, got}, {1, lost}, {15, got}, {1, lost}}, 2.0 / 17, 0, 17, 10},
		{"two bursts", []stretch{{30, got}, {2, lost}, {30, got}, {4, lost}, {30, got}}, 1, 0, 3, 30},
	} {
		var b bursts
		for _, s := range test.packets {
			for range s.n {
				b.packet(s.lost)
			}
		}
		f := b.figures(time.Second)
		near := func(a, b float64) bool { return math.Abs(a-b) < 1e-6 }
		if !near(f.burstDensity, test.burst) || !near(f.gapDensity, test.gap) || !near(f.burstDuration.Seconds(), test.burstPackets) || !near(f.gapDuration.Seconds(), test.gapPackets) {
			t.Errorf("%s: %+v", test.name, f)
		}
	}
}

func TestArrivals(t *testing.T) {
	for _, test := range []struct {
		name      string
		sequences func(take func(uint16))
		discarded int
		lost, all uint64
	}{
		{"in order", func(take func(uint16)) {
			for i := range 200 {
				take(uint16(65500 + i))
			}
		}, 0, 0, 168},
		{"each tenth lost", func(take func(uint16)) {
			for i := range uint16(231) {
				if i%10 != 5 {
					take(i)
				}
			}
		}, 0, 20, 199},
		{"reordered is not lost", func(take func(uint16)) {
			for i := range uint16(100) {
				take(i*2 + 1)
				take(i * 2)
			}
		}, 0, 0, 0},
		{"too late in the buffer is lost", func(take func(uint16)) {
			for i := range uint16(131) {
				take(i)
			}
		}, 7, 7, 99},
	} {
		a := arrivals{discarded: test.discarded}
		test.sequences(func(seq uint16) { a.take(seq, false) })
		if a.all.lost != test.lost || test.all > 0 && a.all.packets != test.all {
			t.Errorf("%s: %+v", test.name, a.all)
		}
	}
}

// TestRate holds the E-model to what ITU-T G.107 and G.113 tell of it.
func TestRate(t *testing.T) {
	for _, test := range []struct {
		loss, ratio float64
		delay       time.Duration
		r, mos      float64
	}{
		{0, 1, 0, 93.2, 4.41},
		{0, 1, 100 * time.Millisecond, 90.8, 4.36},
		{0, 1, 150 * time.Millisecond, 89.6, 4.33},
		{0, 1, 400 * time.Millisecond, 59.1, 3.04},
		{0.05, 1, 0, 93.2 - 95*5/30.1, 3.94},
		{0.05, 2, 0, 93.2 - 95*5/27.6, 3.89},
		{1, 1, 10 * time.Second, 0, 1},
	} {
		got := rate(pcmu, burstFigures{loss: test.loss, ratio: test.ratio, known: true}, test.delay)
		if math.Abs(got.r-test.r) > 0.1 || math.Abs(got.conversational-test.mos) > 0.06 || got.listening < got.conversational {
			t.Errorf("loss %.2f, %v: %+v, want R %.1f, MOS %.2f", test.loss, test.delay, got, test.r, test.mos)
		}
	}
	if rate(media.Format{Encoding: "G729"}, burstFigures{known: true}, 0) != (ratings{}) || rate(pcmu, burstFigures{}, 0) != (ratings{}) {
		t.Error("a figure of nothing known")
	}
}

func TestStream_extended_reports(t *testing.T) {
	for _, suite := range []keying.Suite{"", keying.AES128GCM} {
		a, b := pair(t, suite)
		for _, e := range []*end{a, b} {
			s := e.spec
			s.VoIPMetrics, s.ReceiverTime, s.Mux = true, true, true
			e.update(t, s)
		}
		reports := func() {
			for _, e := range []*end{a, b} {
				a.now.Add(int64(10 * time.Millisecond))
				other := map[*end]*end{a: b, b: a}[e]
				before := other.Stats().RemoteReports
				e.sendReport(false)
				if e == b { // who receives reports on what it received
					until(t, "a report", func() bool { other.drain(); return other.Stats().RemoteReports > before })
				}
				other.settle(t)
			}
		}
		pass(t, a, b)
		reports()
		if s := b.Stats(); s.R != 0 || s.MOSListening != 0 {
			t.Errorf("figures of one packet: %+v", s)
		}
		for i := range 300 {
			a.now.Add(int64(20 * time.Millisecond))
			if i%50 == 20 {
				a.writer.sequence++ // lost
			}
			pass(t, a, b)
		}
		b.Played(3, 60*time.Millisecond)
		if block := b.voip(b.spec, 0); block != nil && (block.SignalLevel != unavailable || block.NoiseLevel != unavailable) {
			t.Errorf("%q: levels of nothing heard: %+v", suite, block)
		}
		b.Heard(-26.15, -71.9)
		if block := b.voip(b.spec, 0); block == nil || int8(block.SignalLevel) != -20 || int8(block.NoiseLevel) != -66 {
			t.Errorf("%q: levels %+v", suite, block)
		}
		for range 40 {
			pass(t, a, b)
		}
		reports()
		reports()
		until(t, "the far end's view", func() bool { return a.Stats().RemoteR > 0 })
		far, near := a.Stats(), b.Stats()
		if near.R < 80 || near.R > 93 || math.Abs(near.R-far.RemoteR) > 1 || near.MOSListening < 4 || math.Abs(near.MOSConversational-far.RemoteMOSConversational) > 0.1 {
			t.Errorf("%q: as heard %+v, as told %+v", suite, near, far)
		}
		if near.GapDensity <= 0 || near.GapDuration <= 0 || near.RoundTrip == 0 || far.RoundTrip == 0 {
			t.Errorf("%q: %+v", suite, near)
		}
	}
}

// TestStream_report_order is RFC 3550 §6.1: a report first, then SDES, BYE last.
func TestStream_report_order(t *testing.T) {
	e := open(t, newClock())
	conn, far := wire(t)
	s := spec(far, keying.Crypto{}, keying.Crypto{})
	s.Mux, s.VoIPMetrics, s.ReceiverTime = true, true, true
	e.update(t, s)
	e.sendReport(true)
	e.Send(Outgoing{Payload: []byte("x")})
	if got := read(t, conn); got[1] >= 192 {
		t.Error("who never said anything said goodbye (RFC 3550 §6.3.7)")
	}
	e.sendReport(false)
	for i, want := range [][]rtcp.PacketType{
		{rtcp.TypeSenderReport, rtcp.TypeSourceDescription},
		{rtcp.TypeReceiverReport, rtcp.TypeSourceDescription, rtcp.TypeExtendedReport},
		{rtcp.TypeReceiverReport, rtcp.TypeSourceDescription, rtcp.TypeExtendedReport, rtcp.TypeGoodbye},
	} {
		if i > 0 {
			e.sendReport(i == 2)
		}
		raw := read(t, conn)
		var got []rtcp.PacketType
		for len(raw) >= 4 {
			var h rtcp.Header
			if err := h.Unmarshal(raw); err != nil {
				t.Fatal(err)
			}
			got = append(got, h.Type)
			raw = raw[min(len(raw), 4*(int(h.Length)+1)):]
		}
		if len(got) != len(want) {
			t.Fatalf("%v, want %v", got, want)
		}
		for j := range got {
			if got[j] != want[j] {
				t.Errorf("%v, want %v", got, want)
			}
		}
	}
}

func FuzzTakeRTCP(f *testing.F) {
	full, _ := rtcp.Marshal([]rtcp.Packet{&rtcp.ReceiverReport{SSRC: 1}, &rtcp.ExtendedReport{SenderSSRC: 1, Reports: []rtcp.ReportBlock{
		&rtcp.ReceiverReferenceTimeReportBlock{NTPTimestamp: 1 << 40}, &rtcp.VoIPMetricsReportBlock{SSRC: 2, RFactor: 90, MOSLQ: 41},
		&rtcp.DLRRReportBlock{Reports: []rtcp.DLRRReport{{SSRC: 2, LastRR: 3}}},
	}}})
	f.Add(full)
	alone, _ := rtcp.Marshal([]rtcp.Packet{&rtcp.PictureLossIndication{}}) // reduced size (RFC 5506)
	f.Add(alone)
	e := open(f, newClock())
	from := netip.MustParseAddrPort("127.0.0.1:9")
	e.update(f, spec(from, keying.Crypto{}, keying.Crypto{}))
	f.Fuzz(func(t *testing.T, raw []byte) {
		e.takeRTCP(raw, from)
		if s := e.Stats(); s.RoundTrip < 0 || s.RemoteR > 100 || s.RemoteMOSListening > 5 {
			t.Errorf("%+v", s)
		}
	})
}
