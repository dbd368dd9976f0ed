package jitter

import "time"

const (
	// What is spare beyond the target before sound is compressed; it comes down to
	// keepSpare, and a stretch goes no higher than needed.
	enoughSpare = 6 * time.Millisecond
	keepSpare   = 500 * time.Microsecond

	// A packet is overdue after this, after 3/5 of what the target allows, and later than
	// jitter explains; then sound is stretched until so much is spare.
	leastOverdue = 10 * time.Millisecond
	overdueSpare = 25 * time.Millisecond
	// How long to leave the sound alone after it was stretched.
	restBehind = 10 * time.Millisecond

	// So long after packets were found missing they may come yet.
	onItsWay = 150 * time.Millisecond

	// How similar a period must be to what it is blended with; less so each time
	// that nothing was found.
	similar   = 0.8
	yielding  = 0.05
	leastly   = 0.6 // there will be a pause, or a vowel
	urgently  = 0.2
	urgent    = 40 * time.Millisecond
	acceptAny = -1
	quiet     = 60 * 60 // mean square below which any period does
)

// adapt brings the play-out nearer to the target by a pitch period more or less.
func (b *Buffer) adapt(n int) {
	if b.out.rest > 0 {
		b.out.rest -= n
		return
	}
	if b.out.made || b.out.idle {
		return // waiting has its own way to move time
	}
	spare := b.deadline(b.left(), n) - b.target
	switch {
	case spare < overdueSpare && b.overdue():
		b.expand(n, overdueSpare-spare)
	case spare < 0:
		b.expand(n, -spare)
	case spare > enoughSpare || b.left()%n > samplesIn(enoughSpare, b.clock.rate):
		// What is left of a frame when the last whole one has gone serves nobody.
		if b.whole() {
			b.compress(n, spare)
		}
	default:
		b.out.refused = 0
	}
}

// whole reports whether nothing is missing that may be on its way yet: what came by a
// faster route overtakes what it is to follow.
func (b *Buffer) whole() bool { return b.clock.now-b.in.gap > onItsWay }

func (b *Buffer) expand(n int, want time.Duration) {
	b.room(b.stretch.Longest())
	got := b.stretch.Expand(b.line, b.head, b.end, b.accept(want))
	if got == 0 {
		b.out.refused++
		return
	}
	b.end += got
	b.count.Expanded += span(int64(got), b.clock.rate)
	b.note(Expanded)
	b.rested(want)
	b.out.rest = min(b.out.rest, samplesIn(restBehind, b.clock.rate))
}

// overdue reports whether the next packet is so late that it may come too late: what is
// there is stretched then, before more has to be made up.
func (b *Buffer) overdue() bool {
	if b.out.skipped {
		return false
	}
	late := b.clock.now - b.time(b.in.last+b.ticks(b.out.packet)) - b.base
	return late > max(leastOverdue, (b.target-b.base)*3/5, b.in.usual-b.base+2*b.count.Jitter)
}

func (b *Buffer) compress(n int, spare time.Duration) {
	need := b.stretch.Longest() + b.stretch.Context() + n
	for b.left() < need && b.ready() {
		b.extend(1)
	}
	// The next packet must be there in time afterwards, too: frames come in steps of n.
	least := b.target + keepSpare - b.playOffset(0)
	frame := span(int64(n), b.clock.rate)
	frames := max(1, int((least+frame-1)/frame))
	longest := b.left() - frames*n
	got := b.stretch.Compress(b.line[:b.end], b.head, longest, b.accept(spare))
	if got == 0 {
		b.out.refused++
		return
	}
	b.end -= got
	b.count.Accelerated += span(int64(got), b.clock.rate)
	b.note(Accelerated)
	b.rested(spare)
}

// ready reports whether the next packet is there and follows on.
func (b *Buffer) ready() bool {
	p, missing := b.peek()
	return p != nil && missing == 0 && p.ts == b.out.ts && !b.out.skipped
}

// accept is the similarity that will do now, so far away from the target.
func (b *Buffer) accept(away time.Duration) float32 {
	var power float32
	for _, s := range b.line[b.head-b.stretch.Context() : b.head] {
		power += float32(s) * float32(s)
	}
	if power < quiet*float32(b.stretch.Context()) {
		return acceptAny
	}
	least := float32(leastly)
	if away > urgent {
		least = urgently
	}
	return max(least, similar-yielding*float32(b.out.refused))
}

// rested sets how long to leave the sound alone after a change: the further from
// the target, the shorter.
func (b *Buffer) rested(away time.Duration) {
	b.out.refused = 0
	rest := 60 * time.Millisecond
	switch {
	case away > 50*time.Millisecond:
		rest = 20 * time.Millisecond
	case away > 15*time.Millisecond:
		rest = 40 * time.Millisecond
	}
	b.out.rest = samplesIn(rest, b.clock.rate)
}
