// Package mediatest is what tests of sound are made of: speech-like signals,
// WAV files, a lossy link that always loses the same packets, and measures.
package mediatest

import (
	"sync"
	"time"
)

// Impairment is what a Link does to packets.
type Impairment struct {
	Delay     time.Duration `json:"delay"`     // of every packet
	Jitter    time.Duration `json:"jitter"`    // more, uniform in 0..Jitter
	Loss      float64       `json:"loss"`      // probability, 0..1
	Burst     float64       `json:"burst"`     // mean length of a burst of losses (Gilbert-Elliott); up to 1: independent losses
	Reorder   float64       `json:"reorder"`   // probability that a packet is held back behind those that follow
	Duplicate float64       `json:"duplicate"` // probability of a second copy
	Seed      uint64        `json:"seed"`
}

// heldBack is what a reordered packet is delayed besides: it comes behind the next two of 20 ms.
const heldBack = 45 * time.Millisecond

// resyncEvery is how many packets a state of the loss model can reach: it begins
// anew at each multiple, so that Fate needs no memory.
const resyncEvery = 512

// Link decides by packet number: the n-th packet always meets the same fate,
// whatever was asked before. The zero Link is a perfect one. It may be used by
// several goroutines, and changed while it is in use.
type Link struct {
	mu  sync.Mutex
	imp Impairment
	// the loss model's state, remembered for the packet after
	known bool
	last  uint64
	bad   bool
}

// NewLink makes a Link.
func NewLink(i Impairment) *Link { return &Link{imp: i} }

// Impairment is what the link does now.
func (l *Link) Impairment() Impairment {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.imp
}

// SetImpairment changes what the link does from now on.
func (l *Link) SetImpairment(i Impairment) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.imp, l.known = i, false
}

// Fate is what happens to packet n: whether it is dropped, else its delay and
// how many copies more arrive with it. Delays are independent: with a Jitter
// beyond the packet interval packets overtake each other; see Path.
func (l *Link) Fate(n uint64) (drop bool, delay time.Duration, duplicates int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	i := &l.imp
	if l.lost(n) {
		return true, 0, 0
	}
	delay = i.Delay + time.Duration(l.draw(n, 1)*float64(i.Jitter))
	if l.draw(n, 2) < i.Reorder {
		delay += heldBack
	}
	if l.draw(n, 3) < i.Duplicate {
		duplicates = 1
	}
	return false, delay, duplicates
}

// lost runs the Gilbert model: in the bad state every packet is lost.
func (l *Link) lost(n uint64) bool {
	i := &l.imp
	if i.Loss <= 0 {
		return false
	}
	if i.Burst <= 1 || i.Loss >= 1 {
		return l.draw(n, 0) < i.Loss
	}
	from := n - n%resyncEvery
	if l.known && l.last < n && l.last >= from {
		from = l.last + 1
	} else {
		l.bad = l.draw(from, 4) < i.Loss // the stationary state
	}
	for k := from; k <= n; k++ {
		if l.bad {
			l.bad = l.draw(k, 0) < 1-1/i.Burst
		} else {
			l.bad = l.draw(k, 0) < i.Loss/((1-i.Loss)*i.Burst)
		}
	}
	l.known, l.last = true, n
	return l.bad
}

// draw is a number in 0..1 of packet n, another for each kind (SplitMix64).
func (l *Link) draw(n, kind uint64) float64 {
	x := l.imp.Seed*0x9e3779b97f4a7c15 + n*0xd1342543de82ef95 + kind*0xaf251af3b0f025b5
	for range 2 {
		x += 0x9e3779b97f4a7c15
		x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
		x = (x ^ x>>27) * 0x94d049bb133111eb
		x ^= x >> 31
	}
	return float64(x>>11) / (1 << 53)
}

// Path is a Link that keeps the order of packets, as most networks do, but for
// those that the impairment reorders. One owner.
type Path struct {
	Link *Link
	last time.Duration
}

// Carry sends packet n at a time and returns when it arrives.
func (p *Path) Carry(n uint64, sent time.Duration) (arrival time.Duration, copies int) {
	drop, delay, duplicates := p.Link.Fate(n)
	if drop {
		return 0, 0
	}
	arrival = sent + delay
	imp := p.Link.Impairment()
	if delay >= imp.Delay+heldBack && imp.Reorder > 0 {
		return arrival, 1 + duplicates
	}
	arrival = max(arrival, p.last)
	p.last = arrival
	return arrival, 1 + duplicates
}
