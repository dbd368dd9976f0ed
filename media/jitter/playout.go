package jitter

import "time"

const (
	// A gap in the timestamps up to this, without one in the sequence, is sloppy.
	sloppy = 5 * time.Millisecond
	// A late packet is played from where it is still of use, if so much is left.
	leastUse = 3 * time.Millisecond
	// A loss may be closed so much early to lower the delay.
	closeEarly = 10 * time.Millisecond
	// The sound before a telephone-event has faded after this.
	eventFade = 20 * time.Millisecond
	// A queue longer than this before the first sound is not worth hearing out.
	staleStart = 100 * time.Millisecond
)

// overrun drops what no stretching could catch up with: after an outage the
// sound goes on with the present.
func (b *Buffer) overrun() {
	if oldest := b.in.highest - slotCount + 1; b.out.next < oldest {
		b.drop(oldest)
	}
	limit := b.cfg.MaxDelay
	if b.clock.samples <= int64(b.out.packet) { // the stream was there before us
		limit = staleStart
	}
	if b.in.backlog {
		limit = 0
	}
	if b.playOffset(b.left())-b.target <= limit {
		return
	}
	for seq := b.out.next; seq <= b.in.highest; seq++ {
		p := b.store.at(seq)
		if p == nil || p.state != holding {
			continue
		}
		if b.playOffset(b.left())-b.time(p.ts-b.out.ts) <= b.target+500*time.Microsecond {
			break
		}
		b.credit(b.samples(p.ts-b.out.ts), true)
		b.drop(seq)
		b.leap(p.ts)
		b.out.waited = 0
	}
}

// drop goes on at a sequence number; what is held before it is discarded.
func (b *Buffer) drop(seq int64) {
	for i := range b.store.slots {
		if p := &b.store.slots[i]; p.state == holding && p.seq < seq {
			p.state = done
			b.count.Discarded++
			if !b.out.made {
				b.startConceal()
			}
		}
	}
	b.out.dropped += int(seq - b.out.next)
	b.out.next = seq
}

// extend puts at least a sample at the line's end.
func (b *Buffer) extend(need int) {
	p, missing := b.peek()
	if p == nil {
		b.wait(need)
		return
	}
	gap := b.samples(p.ts - b.out.ts)
	switch {
	case gap <= 0 || missing == 0 && !b.out.hole && !b.out.idle && !b.out.skipped && b.time(p.ts-b.out.ts) < sloppy:
		if early := b.early(p); b.out.idle && early > 0 {
			b.silence(min(need, early))
			return
		}
		b.play(p, int(max(0, -gap)), missing)
	case b.out.idle || missing == 0 && !b.out.hole || b.plc.Silent():
		b.pause(p, need, missing > 0)
	case b.credit(gap, true):
	default:
		b.bridge(p, gap, need)
	}
}

// peek is the next packet with sound, and how many before it have not come.
func (b *Buffer) peek() (p *slot, missing int) {
	for seq := b.out.next; seq <= b.in.highest; seq++ {
		p := b.store.at(seq)
		switch {
		case p == nil:
			missing++
		case p.state == skipped:
			if missing == 0 {
				b.out.next, b.out.skipped = seq+1, true
			}
		case p.state == holding:
			return p, missing
		}
	}
	return nil, missing
}

// early is how many samples before the wanted time p would be played now.
func (b *Buffer) early(p *slot) int {
	early := b.target - (b.playOffset(b.left()) - b.time(p.ts-b.out.ts))
	if early <= 0 {
		return 0
	}
	return 1 + samplesIn(min(early, b.cfg.MaxDelay), b.clock.rate)
}

// play decodes a packet, but for its first skip samples, which are over; so many
// packets are missing before it.
func (b *Buffer) play(p *slot, skip, missing int) {
	seq, ts := p.seq, p.ts
	n := 0
	if lost := missing + b.out.dropped; lost > 0 && b.gaps != nil {
		b.gaps.Lost(lost)
	}
	b.out.dropped = 0
	if payload := b.store.payload(p); payload != nil {
		var err error
		if n, err = b.cfg.Decoder.Decode(b.scratch, payload); err != nil {
			n = 0
		}
	}
	p.state = done
	b.out.next = seq + 1
	if n <= 0 {
		b.count.Discarded++
		b.out.hole = true
		b.out.dropped = 1
		return
	}
	b.out.packet = n
	if skip > 0 && n-skip < samplesIn(leastUse, b.clock.rate) {
		b.count.Late++ // decoded all the same: the decoder's state goes on
		b.count.Cut += span(int64(n), b.clock.rate)
		return
	}
	if skip > 0 {
		b.count.Cut += span(int64(skip), b.clock.rate)
		if !b.out.made { // timestamps went back
			b.startConceal()
		}
	}
	sound := b.scratch[skip:n]
	b.merge(sound)
	b.append(sound)
	b.out.ts = ts + b.ticks(n)
	b.out.waited, b.out.idle, b.out.hole, b.out.skipped, b.out.made = 0, false, false, false, false
	b.out.begun = true
	b.laid(Played)
}

// bridge makes up sound for what was lost before p, if p does not repeat it.
func (b *Buffer) bridge(p *slot, gap int64, need int) {
	if b.recover(p, gap) {
		return
	}
	late := b.playOffset(b.left()) - b.time(p.ts-b.out.ts) - b.target
	if late > closeEarly && b.out.made {
		b.out.ts = p.ts
		return
	}
	n := b.conceal(int(min(int64(need), gap)))
	b.out.ts += b.ticks(n)
	b.count.Concealed += span(int64(n), b.clock.rate)
	b.laid(Concealed)
}

// credit counts what was made up while waiting for what is now known to be lost,
// or never to have been said.
func (b *Buffer) credit(gap int64, lost bool) bool {
	n := int(min(int64(b.out.waited), gap))
	if n <= 0 {
		return false
	}
	b.out.waited -= n
	b.out.ts += b.ticks(n)
	b.count.Expanded -= span(int64(n), b.clock.rate)
	b.count.Waited -= span(int64(n), b.clock.rate)
	if lost {
		b.count.Concealed += span(int64(n), b.clock.rate)
	} else {
		b.count.Silent += span(int64(n), b.clock.rate)
	}
	return true
}

// pause is silent until it is time for p: the sender had nothing to say, or too
// much was lost. Here the delay can be set freely.
func (b *Buffer) pause(p *slot, need int, lost bool) {
	if early := b.early(p); early > 0 {
		b.silence(min(need, early))
		return
	}
	b.credit(b.samples(p.ts-b.out.ts), lost)
	b.leap(p.ts)
}

// leap goes on at a timestamp; what is heard there is blended into what was before.
func (b *Buffer) leap(ts int64) {
	if !b.out.made {
		b.startConceal()
	}
	b.out.ts = ts
}

// wait makes up sound while nothing is there: if the packet comes late, all of
// it is played; if it was lost, the waiting was its concealment.
func (b *Buffer) wait(need int) {
	if b.out.idle {
		b.silence(need)
		return
	}
	n := b.conceal(need)
	b.out.waited += n
	b.count.Expanded += span(int64(n), b.clock.rate)
	b.count.Waited += span(int64(n), b.clock.rate)
	if b.out.skipped { // a telephone-event: nothing is missing
		b.plc.Fade(eventFade)
		b.laid(Empty)
	} else {
		b.laid(Expanded)
	}
	b.out.idle = b.out.waited >= samplesIn(idleAfter, b.clock.rate)
}

// silence lets the sound fade and stay away; time goes on in the stream as here.
func (b *Buffer) silence(need int) {
	if !b.out.made {
		b.startConceal()
	}
	if b.out.foreign {
		b.out.foreign = false
		b.plc.Observe(b.line[b.end-b.plc.History() : b.end])
	}
	f := b.scratch[:min(need, len(b.scratch))]
	b.plc.Conceal(f)
	b.plc.Fade(eventFade)
	b.append(f)
	b.count.Silent += span(int64(len(f)), b.clock.rate)
	b.laid(Empty)
}

// conceal puts made-up sound at the line's end, n samples or what the decoder
// makes at a time.
func (b *Buffer) conceal(n int) int {
	if !b.out.made {
		b.startConceal()
	}
	f := b.scratch[:min(n, len(b.scratch))]
	if b.foreign() {
		f = b.scratch[:b.out.packet]
		if b.concealer.Conceal(f) == nil {
			b.out.foreign = true
			b.append(f)
			return len(f)
		}
		f = f[:min(n, len(f))]
	}
	b.plc.Conceal(f)
	b.append(f)
	return len(f)
}

// foreign reports whether the decoder is to conceal.
func (b *Buffer) foreign() bool { return b.concealer != nil && b.out.packet > 0 }

// startConceal shows the concealer what is before the line's end.
func (b *Buffer) startConceal() {
	b.out.made = true
	b.plc.Observe(b.line[b.end-b.plc.History() : b.end])
}
