package session

import "time"

// gmin is how many packets in a row must arrive between two losses for these to
// belong to no burst (RFC 3611 §4.7.2).
const gmin = 16

// bursts sorts what is lost or discarded into bursts and the gaps between them
// (RFC 3611 §4.7.2): a burst begins and ends with a loss and has fewer than gmin
// packets in a row arrive; a loss alone belongs to the gap.
type bursts struct {
	clear         uint64 // arrived since the last loss
	losses, spans uint64 // of the burst that may be under way: lost, and all packets
	count         uint64 // bursts that are over
	burst, gap    span
	runs          uint64 // of losses, one after the other
	all           span
}

// span is a stretch of packets, with those among them that were not played.
type span struct{ packets, lost uint64 }

func (s span) density() float64 {
	if s.packets == 0 {
		return 0
	}
	return float64(s.lost) / float64(s.packets)
}

func (b *bursts) packet(lost bool) {
	b.all.packets++
	if !lost {
		b.clear++
		return
	}
	b.all.lost++
	if b.clear > 0 || b.losses == 0 {
		b.runs++
	}
	if b.losses > 0 && b.clear < gmin {
		b.losses, b.spans = b.losses+1, b.spans+b.clear+1
	} else {
		b.settle()
		b.gap.packets += b.clear
		b.losses, b.spans = 1, 1
	}
	b.clear = 0
}

// settle books the burst that is over, or was none.
func (b *bursts) settle() {
	switch {
	case b.losses == 1:
		b.gap.packets, b.gap.lost = b.gap.packets+1, b.gap.lost+1
	case b.losses > 1:
		b.count++
		b.burst.packets, b.burst.lost = b.burst.packets+b.spans, b.burst.lost+b.losses
	}
	b.losses, b.spans = 0, 0
}

// burstFigures are what bursts come to.
type burstFigures struct {
	loss                       float64 // fraction lost or discarded
	burstDensity, gapDensity   float64 // of losses in them
	burstDuration, gapDuration time.Duration
	ratio                      float64 // BurstR of ITU-T G.107 §3.5: 1 for independent losses
	known                      bool
}

// figures are those up to now, for packets of a time each.
func (b bursts) figures(ptime time.Duration) burstFigures {
	b.settle()
	b.gap.packets += b.clear
	f := burstFigures{loss: b.all.density(), burstDensity: b.burst.density(), gapDensity: b.gap.density(), ratio: 1, known: b.all.packets > 0}
	if b.count > 0 {
		f.burstDuration = time.Duration(b.burst.packets) * ptime / time.Duration(b.count)
	}
	f.gapDuration = time.Duration(b.gap.packets) * ptime / time.Duration(b.count+1)
	if b.runs > 0 && f.loss < 1 {
		// Independent losses come 1/(1-p) in a row on the average.
		f.ratio = max(1, float64(b.all.lost)/float64(b.runs)*(1-f.loss))
	}
	return f
}

// settling is how far behind the newest packet one is taken for lost.
const settling = 32

// arrivals tells bursts in their order what arrived and what did not.
type arrivals struct {
	bursts
	started   bool
	high      uint16
	seen      uint64 // bit n: high-n arrived
	settled   int    // packets that have fallen out of the window are booked; of the first ones there are fewer
	discarded int    // arrived, and not played: booked with the next ones
}

// take notes a packet; anew tells that a source began with it.
func (a *arrivals) take(seq uint16, anew bool) {
	if anew || !a.started {
		a.started, a.high, a.seen, a.settled = true, seq, 1, 0
		return
	}
	step := int16(seq - a.high)
	if step <= 0 {
		if back := uint(-int(step)); back < settling {
			a.seen |= 1 << back
		}
		return
	}
	for range step {
		a.high++
		if a.settled++; a.settled >= settling {
			a.book(a.seen>>(settling-1)&1 == 0)
		}
		a.seen <<= 1
	}
	a.seen |= 1
}

// book counts one packet.
func (a *arrivals) book(lost bool) {
	if !lost && a.discarded > 0 {
		a.discarded--
		lost = true
	}
	a.packet(lost)
}
