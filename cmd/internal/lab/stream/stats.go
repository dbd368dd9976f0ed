package stream

import (
	"sync/atomic"
	"time"
)

// Stats are a port's figures since it was opened.
type Stats struct {
	Sent      uint64        `json:"sent"`      // RTP packets given to the network
	Received  uint64        `json:"received"`  // RTP packets that came and were authentic
	Lost      uint64        `json:"lost"`      // expected and never received
	LostIn    uint64        `json:"lost_in"`   // taken by the impairment, phone to PBX
	LostOut   uint64        `json:"lost_out"`  // taken by the impairment, PBX to phone
	Discarded uint64        `json:"discarded"` // malformed, replayed or not authentic
	Reports   uint64        `json:"reports"`   // RTCP packets received
	Jitter    time.Duration `json:"jitter_ns"` // interarrival (RFC 3550 §6.4.1)
}

type counters struct {
	sent, received, lostIn, lostOut, discarded, reports atomic.Uint64
}

// Stats returns the figures so far.
func (p *Port) Stats() Stats {
	lost, jitter := p.arrived.lost()
	return Stats{
		Sent: p.counts.sent.Load(), Received: p.counts.received.Load(), Lost: uint64(lost),
		LostIn: p.counts.lostIn.Load(), LostOut: p.counts.lostOut.Load(),
		Discarded: p.counts.discarded.Load(), Reports: p.counts.reports.Load(), Jitter: jitter,
	}
}
