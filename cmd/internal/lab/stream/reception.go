package stream

import (
	"sync"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
)

// reception is what is known of the received stream (RFC 3550 §A.1, §A.3,
// §A.8): the receiving goroutine writes, the sending one makes reports of it.
type reception struct {
	mu sync.Mutex
	heard
}

// heard begins anew with every SSRC.
type heard struct {
	started      bool
	ssrc         uint32
	base         uint32
	highest      uint32 // extended sequence number
	received     uint32
	transit      int64
	jitter       float64 // in timestamp units
	clock        int
	first        time.Time
	senderNTP    uint32
	senderAt     time.Time
	lastExpected uint32
	lastReceived uint32
}

func (r *reception) note(packet *rtp.Packet, now time.Time, clock int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	arrival := now.UnixMicro() / 100 * int64(clock) / 10_000
	transit := arrival - int64(packet.Timestamp)
	if !r.started || r.ssrc != packet.SSRC {
		r.heard = heard{started: true, ssrc: packet.SSRC, base: uint32(packet.SequenceNumber), highest: uint32(packet.SequenceNumber),
			received: 1, transit: transit, clock: clock, first: now, senderNTP: r.senderNTP, senderAt: r.senderAt}
		return
	}
	r.received++
	// The nearest extended number: a step of less than half the range.
	if step := int16(packet.SequenceNumber - uint16(r.highest)); step > 0 {
		r.highest += uint32(step)
	}
	d := transit - r.transit
	r.transit = transit
	if d < 0 {
		d = -d
	}
	if d < int64(clock) { // a jump of the timestamp is not jitter
		r.jitter += (float64(d) - r.jitter) / 16
	}
}

func (r *reception) sender(ntp uint64, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.senderNTP, r.senderAt = uint32(ntp>>16), now
}

// lost is how many packets did not come; duplicates make it smaller.
func (r *reception) lost() (lost uint32, jitter time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.started {
		return 0, 0
	}
	jitter = time.Duration(r.jitter / float64(r.clock) * float64(time.Second))
	expected := r.highest - r.base + 1
	if r.received >= expected {
		return 0, jitter
	}
	return expected - r.received, jitter
}

// block makes the reception report, or none when nothing has come.
func (r *reception) block(now time.Time) []rtcp.ReceptionReport {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.started {
		return nil
	}
	expected := r.highest - r.base + 1
	span, got := expected-r.lastExpected, r.received-r.lastReceived
	r.lastExpected, r.lastReceived = expected, r.received
	report := rtcp.ReceptionReport{SSRC: r.ssrc, LastSequenceNumber: r.highest, Jitter: uint32(r.jitter)}
	if span > got && span > 0 {
		report.FractionLost = uint8(min(255, (span-got)*256/span))
	}
	if expected > r.received {
		report.TotalLost = min(expected-r.received, 1<<23-1)
	}
	if r.senderNTP != 0 {
		report.LastSenderReport = r.senderNTP
		report.Delay = uint32(now.Sub(r.senderAt).Seconds() * 65536)
	}
	return []rtcp.ReceptionReport{report}
}
