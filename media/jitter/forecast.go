package jitter

import "time"

const (
	// What made-up sound costs, in time of delay. By the E-model (ITU-T G.107) 1 % of it
	// costs 3.6 R, and 1 ms of delay 0.024 R: 15 s for each second. Much of it can be
	// stretched away before it has to be made up.
	madeUpCost = 12
	// Delay beyond this is heard in a conversation: it costs 5.6 times as much.
	fluent      = 110 * time.Millisecond
	fluentExtra = 4.6
	// How far back costs are remembered.
	costMemory = 20 * time.Second
	// The cheapest hand takes over when it is cheaper by this.
	takeOver = 0.95
	// What is overtaken is in time or lost: so much of a fall is spared after one.
	overtakenSpare = 3 * time.Millisecond
	// A hand that is dearer by this begins again where the chosen one is.
	giveUp = 2

	// The fastest packet is looked for in two windows of this.
	baseWindow = 2 * time.Second

	trendWindow = 4 // packets
	leastRise   = 2500 * time.Microsecond
	steepest    = 8 * time.Millisecond // of a packet's 20 ms
	horizon     = 8                    // packets
)

// fall is how fast each hand lowers its target, in time per second: who holds on
// survives what comes again, who lets go is soon back where the network is.
var fall = [...]time.Duration{
	50 * time.Microsecond, 150 * time.Microsecond, 500 * time.Microsecond, 1500 * time.Microsecond,
	5 * time.Millisecond, 15 * time.Millisecond, 50 * time.Millisecond, 150 * time.Millisecond,
}

// hand is a way to set the target, played in thought: raised to whatever comes
// later, lowered at its own pace.
type hand struct {
	target time.Duration
	spare  time.Duration // of falling
	cost   float32 // of its delay and its made-up sound, lately
}

func (h *hand) fall(by time.Duration) {
	spared := min(by, h.spare)
	h.spare -= spared
	h.target -= by - spared
}

// forecast finds the offset at which packets are cheapest to play. Several hands
// are played in thought, and the one that was cheapest lately is followed.
type forecast struct {
	hands  [len(fall)]hand
	chosen int

	base, before time.Duration // least offset of this window and of the one before
	until        time.Duration

	recent [3 * trendWindow]time.Duration // offsets, a ring
	count  int
	strays int
}

// reset begins anew at an offset.
func (f *forecast) reset(offset, now time.Duration) {
	*f = forecast{base: offset, before: offset, until: now + baseWindow, chosen: len(fall) / 2}
	for i := range f.hands {
		f.hands[i].target = offset
	}
}

// add notes that a packet came at an offset, after lasting since the one before;
// missed is what it costs if it comes too late, 0: as much as it is late.
// It reports false for an offset that no allowed delay could serve; it is not noted.
func (f *forecast) add(offset, now, lasting, missed, jitter, most time.Duration) bool {
	if offset > min(f.base, f.before)+most+most/2 {
		f.strays++
		return false
	}
	f.strays = 0
	if offset < f.base-most {
		f.reset(offset, now)
	}
	if now >= f.until {
		f.before, f.base, f.until = f.base, offset, now+baseWindow
	}
	f.base = min(f.base, offset)
	base := min(f.base, f.before)
	rising := f.trend(offset, jitter, missed > 0)
	keep := 1 - float32(lasting)/float32(costMemory)
	for i := range f.hands {
		h := &f.hands[i]
		h.fall(time.Duration(int64(fall[i]) * int64(lasting) / int64(time.Second)))
		h.target = max(h.target, rising)
		var made time.Duration
		if offset > h.target {
			made = offset - h.target
			h.target = offset
			if missed > 0 {
				made, h.spare = missed, overtakenSpare
			}
		}
		delay := h.target - base
		h.cost = h.cost*keep + float32(delay+time.Duration(fluentExtra*float32(max(0, delay-fluent))))*float32(lasting)/float32(time.Second) + madeUpCost*float32(made)
	}
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
	return true
}

// trend is the offset that a queue which is filling will soon have come to.
func (f *forecast) trend(offset, jitter time.Duration, overtaken bool) time.Duration {
	if overtaken {
		return offset - time.Hour
	}
	f.recent[f.count%len(f.recent)] = offset
	f.count++
	if f.count < len(f.recent) {
		return offset - time.Hour
	}
	var floor [3]time.Duration
	for w := range floor {
		floor[w] = time.Hour * 24 * 365
		for k := range trendWindow {
			floor[w] = min(floor[w], f.recent[(f.count+w*trendWindow+k)%len(f.recent)])
		}
	}
	rise := min(floor[1]-floor[0], floor[2]-floor[1])
	if rise < max(leastRise, jitter) {
		return offset - time.Hour
	}
	rise = min(rise/trendWindow, steepest)
	return floor[2] + rise*(trendWindow+horizon)
}

// target is the offset to play at, not below least nor above most beyond the base.
func (f *forecast) target(least, most time.Duration) (target, base time.Duration) {
	base = min(f.base, f.before)
	return min(max(f.hands[f.chosen].target, base+least), base+most), base
}
