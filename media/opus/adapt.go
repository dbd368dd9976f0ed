package opus

// What is told of loss moves up and down; these bounds keep the coding from
// following each report.
const (
	redundantFrom, redundantUntil = 0.015, 0.0075 // of packets lost: each repeats the one before
	crowdedFrom, crowdedUntil     = 0.20, 0.12    // so much is lost of a network that is too full
)

// adaption is how an encoder answers to loss. The zero value expects none.
type adaption struct {
	redundant, crowded bool
}

// heed takes the fraction of packets expected to be lost, of a far end that makes
// use of redundancy or does not.
func (a *adaption) heed(fraction float64, useful bool) {
	a.redundant = useful && (fraction >= redundantFrom || a.redundant && fraction >= redundantUntil)
	a.crowded = fraction >= crowdedFrom || a.crowded && fraction >= crowdedUntil
}

// percent is what the library is told: above 0 it repeats.
func (a adaption) percent(fraction float64) int {
	if !a.redundant {
		return 0
	}
	return int(min(max(fraction*100+0.5, 1), 100))
}

// bitrate is a step up for what repeats to have room, and one down where the
// network has none.
func (a adaption) bitrate(base, most int) int {
	switch {
	case a.crowded:
		base -= base / 5
	case a.redundant:
		base += base / 4
	}
	if most > 0 {
		base = min(base, most)
	}
	return max(base, leastBitrate)
}
