package session

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"

	"offhook/media/keying"
)

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
			until(t, "the sender report", func() bool { b.drain(); b.rtcp.mutex.Lock(); defer b.rtcp.mutex.Unlock(); return b.rtcp.lastSR != 0 })
			a.now.Add(int64(300 * time.Millisecond)) // b thinks
			b.sendReport(false)
			until(t, "the receiver report", func() bool { a.drain(); return a.Stats().RemoteReports == 1 })
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

// Who floods the socket of reports does not have the processor: the rest waits, or
// is lost in the kernel.
func TestStream_reports_flood(t *testing.T) {
	_, b := pair(t, "")
	stranger := udp(t, loopback)
	began := time.Now()
	const sent = 3*mostReports + 1
	for range sent {
		if _, err := stranger.WriteToUDPAddrPort([]byte("no report"), b.cfg.Sockets.localRTCP()); err != nil {
			t.Fatal(err)
		}
	}
	until(t, "the last", func() bool { return b.Stats().Discarded == sent })
	if took := time.Since(began); took < 3*reportsTime {
		t.Errorf("all were read in %v", took)
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
