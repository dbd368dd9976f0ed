package benchmedia

import "time"

// leastClairvoyant is the least delay on a frontier with at least a rating; false if none has it.
func leastClairvoyant(frontier []Outcome, r float64) (least time.Duration, ok bool) {
	for _, o := range frontier {
		if o.R >= r && (!ok || o.Delay < least) {
			least, ok = o.Delay, true
		}
	}
	return least, ok
}

// leastFixed is the least delay of a fixed buffer with at least a rating. Where packets' delays have
// nothing to do with one another, nothing that does not know them does much better.
func leastFixed(t *Trace, r float64) (least time.Duration, ok bool) {
	for d := time.Duration(0); d <= time.Second; d += period {
		if o := Fixed(t, d); o.R >= r {
			return o.Delay, true
		}
	}
	return 0, false
}

// limits are delays at the rating of NetEQ's rules, as shares of theirs.
type limits struct {
	neteq, clairvoyant     time.Duration
	stationary, fixed, our time.Duration
}

func (l *limits) add(r *result) {
	l.neteq += r.neteq.Delay
	l.clairvoyant += r.clairvoyant
	if r.trace.Stationary && r.fixedAsNetEQ > 0 {
		l.stationary += r.neteq.Delay
		l.fixed += r.fixedAsNetEQ
		l.our += r.ours.Delay
	}
}

// into takes the shares.
func (l *limits) into(f *Figures) {
	f.ClairvoyantToNetEQ = share(l.clairvoyant, l.neteq)
	f.FixedToNetEQ = share(l.fixed, l.stationary)
	f.StationaryToNetEQ = share(l.our, l.stationary)
}

func share(a, b time.Duration) float64 { return float64(a) / float64(max(1, b)) }
