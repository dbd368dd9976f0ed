package jitter

import "time"

const (
	// What made-up sound costs, in time of delay. By the E-model (ITU-T G.107) 1 % of it
	// costs 3.6 R, and 1 ms of delay 0.024 R: 15 s for each second. Some of it can be
	// stretched away before it has to be made up; of what there is beyond firmly, so much.
	madeUpCost   = 9
	firmly       = 10 * time.Millisecond
	stretchShare = 0.15
	// Delay beyond this is heard in a conversation: it costs 5.6 times as much.
	fluent      = 110 * time.Millisecond
	fluentExtra = 4.6
	// How far back costs are remembered.
	costMemory = 20 * time.Second
	// Another hand takes over when it is cheaper by this.
	takeOver = 0.95
	// A hand that is dearer by this begins again where the chosen one is.
	giveUp = 2
	// What is overtaken is in time or lost: so much of a fall is spared after one.
	overtakenSpare = 3 * time.Millisecond
	// The fastest packet is looked for in two windows of this.
	baseWindow = 2 * time.Second
)

// paces is how fast each hand lowers its target: who holds on survives what comes again,
// who lets go is soon back where the network is.
var paces = [...]pace{
	{50 * time.Microsecond, false}, {150 * time.Microsecond, false}, {500 * time.Microsecond, false}, {1500 * time.Microsecond, false},
	{5 * time.Millisecond, false}, {15 * time.Millisecond, false}, {50 * time.Millisecond, false}, {150 * time.Millisecond, false},
	{50 * time.Microsecond, true}, {150 * time.Microsecond, true}, {500 * time.Microsecond, true}, {1500 * time.Microsecond, true},
	{5 * time.Millisecond, true}, {15 * time.Millisecond, true}, {50 * time.Millisecond, true}, {150 * time.Millisecond, true},
}

// pace is of falling, for each second. A steep one is that at a delay of steepAt, and
// goes with the sixth power of it: rare peaks are left at once, and what jitter needs is kept.
type pace struct {
	fall  time.Duration
	steep bool
}

const (
	steepAt = 60 * time.Millisecond
	atFirst = 6 // the hand that is followed before any is known
)

// over is how far to fall from a delay within some seconds.
func (p *pace) over(delay time.Duration, seconds float32) time.Duration {
	by := float32(p.fall) * seconds
	if p.steep {
		r := max(0, float32(delay)/float32(steepAt))
		r *= r
		by *= r * r * r
	}
	return min(time.Duration(by), max(delay, p.fall))
}

// hand is a way to set the target, played in thought: raised to whatever comes
// later, lowered at its own pace. In balance it makes up what it falls: what a
// hand costs is its delay and its pace, whatever the distribution of delays is.
type hand struct {
	target time.Duration
	spare  time.Duration // of falling
	cost   float32       // of its delay and its made-up sound, lately
}

func (h *hand) fall(by time.Duration) {
	spared := min(by, h.spare)
	h.spare -= spared
	h.target -= by - spared
}

// forecast finds the offset (arrival minus the time of the timestamp, an arbitrary
// zero) at which packets are cheapest to play. Several hands are played in thought,
// and the one that was cheapest lately is followed; but a queue that is filling
// is foreseen, and one that has emptied is forgotten, by all of them.
type forecast struct {
	hands  [len(paces)]hand
	chosen int
	queue  queue
	rising time.Duration // the least target, by the queue

	base, before time.Duration // least offset of this window and of the one before
	until        time.Duration
	strays       int
}

// arrived is what a packet teaches.
type arrived struct {
	offset, at time.Duration
	lasting    time.Duration // of the sound since the packet before
	overtaken  time.Duration // if it was: of its sound, which is lost if the packet comes too late
	jitter     time.Duration // RFC 3550
}

// reset begins anew at an offset.
func (f *forecast) reset(offset, now time.Duration) {
	*f = forecast{base: offset, before: offset, rising: offset, until: now + baseWindow, chosen: atFirst}
	for i := range f.hands {
		f.hands[i].target = offset
	}
}

// add notes a packet. It reports false for an offset that no delay up to most
// could serve; it is not noted.
func (f *forecast) add(p arrived, most time.Duration) bool {
	if p.offset > min(f.base, f.before)+most+most/2 {
		f.strays++
		return false
	}
	f.strays = 0
	if p.offset < f.base-most {
		f.reset(p.offset, p.at)
	}
	if p.at >= f.until {
		f.before, f.base, f.until = f.base, p.offset, p.at+baseWindow
	}
	f.base = min(f.base, p.offset)
	var sunk time.Duration
	f.rising = f.base
	if p.overtaken == 0 {
		f.rising, sunk = f.queue.add(p.offset, p.jitter)
	}
	base, seconds := min(f.base, f.before), float32(p.lasting)/float32(time.Second)
	for i := range f.hands {
		h := &f.hands[i]
		h.target -= sunk
		h.fall(paces[i].over(h.target-base, seconds))
		h.play(p, f.rising, base)
	}
	f.choose()
	return true
}

// play plays a packet in thought, at the target or, if it is later, at least.
func (h *hand) play(p arrived, least, base time.Duration) {
	played := max(h.target, least)
	var made time.Duration
	if p.offset > played {
		stretched := stretchShare * float32(max(0, played-base-firmly))
		made = max(0, p.offset-played-time.Duration(stretched))
		if p.overtaken > 0 {
			made, h.spare = p.overtaken, overtakenSpare
		}
	}
	h.target = max(h.target, p.offset)
	delay := float32(max(played, p.offset) - base)
	delay += fluentExtra * max(0, delay-float32(fluent))
	lasting := float32(p.lasting)
	h.cost = h.cost*(1-lasting/float32(costMemory)) + delay*lasting/float32(time.Second) + madeUpCost*float32(made)
}

// choose takes the cheapest hand, if it is so by far.
func (f *forecast) choose() {
	for i := range f.hands {
		if f.hands[i].cost < takeOver*f.hands[f.chosen].cost {
			f.chosen = i
		}
	}
	// Who remembers what has become too dear begins again.
	best := f.hands[f.chosen]
	for i := range f.hands {
		if h := &f.hands[i]; h.cost > giveUp*best.cost && h.target > best.target {
			*h = best
		}
	}
}

// target is the offset to play at, not below least nor above most beyond the base.
func (f *forecast) target(least, most time.Duration) (target, base time.Duration) {
	base = min(f.base, f.before)
	return min(max(f.hands[f.chosen].target, f.rising, base+least), base+most), base
}
