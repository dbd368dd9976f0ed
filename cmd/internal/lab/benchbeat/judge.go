package benchbeat

import (
	"slices"
	"time"
)

// stamp is a packet as it came.
type stamp struct {
	sequence uint16
	clock    uint32        // timestamp of its sound
	at       time.Duration // since boot, by the kernel
}

// beat is how late the packets of one run were, or of several.
type beat struct {
	lates   []time.Duration
	missed  int           // frames that were due and never sent
	gap     time.Duration // the longest silence between two packets
	silence time.Duration // the longest sound left out, by the timestamps
}

// Lateness is a beat in figures.
type Lateness struct {
	Frames, Missed      int
	P50, P99, P999, Max time.Duration
}

// How many packets in a row must be late by a period or more before the device
// is believed to have lost sound (what is merely late is made up for), and how
// many tell where the grid is.
const (
	settled = 10
	known   = 200
)

// follow finds how late packets were on a grid of periods. Which period the
// first one belongs to nobody knows: the earliest of the first ones is taken as
// less than a period late.
func follow(stamps []stamp) beat {
	var b beat
	due := make([]time.Duration, len(stamps))
	for i, s := range stamps {
		if i == 0 {
			due[0] = s.at / period * period
			continue
		}
		step := int(int16(s.sequence - stamps[i-1].sequence))
		b.missed += max(step-1, 0)
		due[i] = due[i-1] + time.Duration(step)*period
		b.gap = max(b.gap, s.at-stamps[i-1].at)
		b.silence = max(b.silence, time.Duration(int32(s.clock-stamps[i-1].clock))*time.Second/clockRate-period)
	}
	for i, s := range stamps {
		b.lates = append(b.lates, s.at-due[i])
	}
	b.shift(0, periods(least(b.lates, 0, known)))
	for i := range b.lates {
		if lost := periods(least(b.lates, i, settled)); lost > 0 {
			b.shift(i, lost)
			b.missed += lost
		}
	}
	return b
}

// shift takes the packets from one on as due so many periods later.
func (b *beat) shift(from, by int) {
	for i := from; by != 0 && i < len(b.lates); i++ {
		b.lates[i] -= time.Duration(by) * period
	}
}

func least(lates []time.Duration, from, n int) time.Duration {
	part := lates[min(from, len(lates)):min(from+n, len(lates))]
	if len(part) == 0 {
		return 0
	}
	return slices.Min(part)
}

// periods is how many whole ones a lateness has, rounded down.
func periods(late time.Duration) int {
	n := int(late / period)
	if late < 0 && late%period != 0 {
		n--
	}
	return n
}

func (b *beat) add(other beat) {
	b.lates, b.missed = append(b.lates, other.lates...), b.missed+other.missed
	b.gap, b.silence = max(b.gap, other.gap), max(b.silence, other.silence)
}

func (b *beat) lateness() Lateness {
	out := Lateness{Frames: len(b.lates), Missed: b.missed}
	if out.Frames == 0 {
		return out
	}
	all := slices.Sorted(slices.Values(b.lates))
	at := func(q float64) time.Duration { return all[min(int(q*float64(len(all))), len(all)-1)] }
	out.P50, out.P99, out.P999, out.Max = at(0.5), at(0.99), at(0.999), all[len(all)-1]
	return out
}
