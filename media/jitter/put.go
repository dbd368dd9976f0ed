package jitter

import "time"

const (
	// A sequence number out of these bounds begins a new sequence, if the one
	// after it follows (RFC 3550 §A.1, with less patience).
	maxDropout  = 1000
	maxMisorder = slotCount

	// A timestamp that is off the arrival by more than this is not of our time.
	maxStep = 2 * time.Second
	// Of a gap in the sound so much counts as time in which targets fall.
	maxLasting = 100 * time.Millisecond
	// So long without a packet is an outage, or silence.
	outageAfter = 250 * time.Millisecond
	// So many packets may come before the one that should have been the first.
	maxEarly = 3
)

// Put gives the buffer a packet. The payload is copied.
func (b *Buffer) Put(p *Packet) {
	if !b.in.started || p.SSRC != b.in.ssrc {
		if b.in.replaced && p.SSRC == b.in.former && p.Arrival-b.in.arrival < outageAfter {
			b.count.Discarded++ // a straggler of the source that was replaced
			return
		}
		b.resync(p)
	}
	seq := b.in.highest + int64(int16(p.Sequence-uint16(b.in.highest)))
	if ahead := seq - b.in.highest; ahead > maxDropout || ahead < -maxMisorder {
		if !b.in.doubted || p.Sequence != b.in.suspect {
			b.in.doubted, b.in.suspect = true, p.Sequence+1
			b.count.Discarded++
			return
		}
		b.resync(p)
		seq = b.in.highest
	}
	b.in.doubted = false
	if len(p.Payload) == 0 {
		b.skip(seq)
		return
	}
	if !b.fresh(seq) {
		return
	}
	ts := b.timestamp(p, seq)
	b.observe(p, seq, ts)
	b.observeRepeat(p, seq, ts)
	if seq < b.out.next && !b.before(seq, ts) {
		b.count.Late++
		b.store.mark(seq)
		return
	}
	if len(p.Payload) > arenaSize/4 {
		b.count.Discarded++
		return
	}
	if old := &b.store.slots[seq&(slotCount-1)]; old.state == holding {
		b.count.Discarded++ // overrun
	}
	b.store.put(seq, ts, p.Payload)
	b.in.highest = max(b.in.highest, seq)
}

// Skip says that a sequence number was received and held no sound of this
// stream: a packet with another payload type.
func (b *Buffer) Skip(sequence uint16) {
	if !b.in.started {
		return // the sequence begins with the first sound
	}
	seq := b.in.highest + int64(int16(sequence-uint16(b.in.highest)))
	if ahead := seq - b.in.highest; ahead <= maxDropout && ahead >= -maxMisorder {
		b.skip(seq)
	}
}

func (b *Buffer) skip(seq int64) {
	if b.fresh(seq) && seq >= b.out.next {
		b.store.put(seq, 0, nil)
		b.in.highest = max(b.in.highest, seq)
	}
}

// fresh counts a packet, and reports whether it is the first of its number.
func (b *Buffer) fresh(seq int64) bool {
	if b.store.at(seq) != nil {
		b.count.Duplicate++
		return false
	}
	b.in.unique++
	b.count.Received++
	return true
}

// timestamp extends p's timestamp. A step that time did not make is taken out:
// the sound goes on where the sequence numbers do.
func (b *Buffer) timestamp(p *Packet, seq int64) int64 {
	ts := b.in.last + int64(int32(p.Timestamp+uint32(b.in.shift)-uint32(b.in.last)))
	ahead := seq - b.in.highest
	if ahead <= 0 {
		return ts
	}
	step := b.time(ts-b.in.last) - (p.Arrival - b.in.arrival)
	if step < maxStep && step > -maxStep {
		return ts
	}
	expected := b.in.last + ahead*b.ticks(b.out.packet)
	if ts != expected {
		b.in.shift += expected - ts
	}
	return expected
}

// observe learns from when a packet came.
func (b *Buffer) observe(p *Packet, seq, ts int64) {
	offset := p.Arrival - b.time(ts)
	if b.in.unique > 1 {
		d := offset - b.in.transit
		b.count.Jitter += (max(d, -d) - b.count.Jitter) / 16
	}
	b.in.transit = offset
	if b.backlogged(p, seq, ts) {
		return
	}
	a := arrived{offset: offset, at: p.Arrival, jitter: b.count.Jitter}
	if seq > b.in.highest || b.in.unique == 1 {
		a.lasting = max(0, min(b.time(ts-b.in.last), maxLasting))
		b.in.last, b.in.arrival = ts, p.Arrival
		b.in.usual += (offset - b.in.usual) / 8
		if seq > b.in.highest+1 {
			b.in.gap = p.Arrival
		}
	} else {
		// It was overtaken: it is not waited for, as later ones are there.
		// Several in a row were overtaken once, by a faster route.
		again := seq == b.in.overtaken+1
		if b.in.overtaken = seq; again {
			return
		}
		a.overtaken = span(int64(b.out.packet), b.clock.rate)
	}
	if !b.cast.add(a, b.cfg.MaxDelay) && b.away() {
		b.cast.reset(offset, p.Arrival)
	}
	b.target, b.base = b.cast.target(b.cfg.MinDelay, b.cfg.MaxDelay)
}

// backlogged reports whether a packet waited for the end of an outage, which is over
// and teaches nothing. The first one afterwards is known by the timestamps, which
// went on without a pause; those with it, by coming at once.
func (b *Buffer) backlogged(p *Packet, seq, ts int64) bool {
	if seq <= b.in.highest || b.in.unique == 1 {
		return b.in.backlog
	}
	gap, spoken := p.Arrival-b.in.arrival, ts-b.in.last <= (seq-b.in.highest)*b.ticks(b.out.packet)
	b.in.backlog = gap > outageAfter && spoken && p.Arrival-b.time(ts) > b.target ||
		b.in.backlog && gap < span(int64(b.out.packet), b.clock.rate)/2
	if b.in.backlog {
		b.in.last, b.in.arrival = ts, p.Arrival
	}
	return b.in.backlog
}

// before takes a packet from before the first one, if that is still to be played.
func (b *Buffer) before(seq, ts int64) bool {
	if b.out.begun || b.out.next-seq > maxEarly {
		return false
	}
	b.out.next, b.out.ts = seq, ts
	b.in.first = min(b.in.first, seq)
	return true
}

// away reports whether a packet beyond what can be served is where the stream is
// now: after a silence at once, else when enough of them have come.
func (b *Buffer) away() bool { return b.out.idle || b.cast.strays > 10 }

// resync begins a stream anew with p. What is left of an old one is not played;
// its end is blended into the new sound.
func (b *Buffer) resync(p *Packet) {
	b.in.lost += b.in.missing()
	seq := int64(p.Sequence)
	offset := p.Arrival - b.time(int64(p.Timestamp))
	old := b.in
	b.in = arrivals{
		started: true, ssrc: p.SSRC, former: old.former, replaced: old.replaced, lost: old.lost, first: seq, highest: seq,
		last: int64(p.Timestamp), arrival: p.Arrival, transit: offset, usual: offset, gap: p.Arrival - time.Hour,
	}
	if old.started && old.ssrc != p.SSRC {
		b.in.former, b.in.replaced = old.ssrc, true
	}
	b.count.Discarded += b.store.clear()
	b.cast.reset(offset, p.Arrival)
	b.target = offset
	b.count.Cut += span(int64(b.left()), b.clock.rate)
	b.end = b.head
	b.out = playout{next: seq, ts: int64(p.Timestamp), packet: b.out.packet, made: old.started, idle: !old.started}
	if old.started {
		b.out.dropped = maxDropout // the decoder knows another sound
		b.startConceal()
	}
}

// missing is how many packets were expected and have not been received.
func (a *arrivals) missing() uint64 {
	if !a.started {
		return 0
	}
	expected := uint64(a.highest - a.first + 1)
	if expected < a.unique {
		return 0
	}
	return expected - a.unique
}
