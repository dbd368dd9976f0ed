package panel

import "time"

// pace is how often paper may be driven, and how: as often as it likes for a moment,
// for somebody presses keys, and seldom in the long run. Partial refreshes leave
// ghosts, which a full one takes away.
type pace struct {
	interval time.Duration // in the long run
	burst    int           // as many at once
	partials int           // before a full one
	every    time.Duration // a full one, if there were partial ones

	due   time.Time // when the next would be at that interval
	known bool      // what the paper shows
	made  int       // partial refreshes since the last full one
	since time.Time // the first of them
}

// wait is how long until it may be driven.
func (p *pace) wait(now time.Time) time.Duration {
	if p.due.Before(now) {
		return 0
	}
	return max(0, p.due.Sub(now)-time.Duration(p.burst-1)*p.interval)
}

// ghosts tells whether what is left of pictures before has stood for long enough.
func (p *pace) ghosts(now time.Time) bool { return p.made > 0 && now.Sub(p.since) >= p.every }

// haunted is how long until then.
func (p *pace) haunted(now time.Time) time.Duration {
	if p.made == 0 {
		return never
	}
	return p.since.Add(p.every).Sub(now)
}

func (p *pace) wantsFull(now time.Time) bool {
	return !p.known || p.made >= p.partials || p.ghosts(now)
}

// begin counts a refresh, whatever becomes of it.
func (p *pace) begin(now time.Time) {
	if p.due.Before(now) {
		p.due = now
	}
	p.due = p.due.Add(p.interval)
}

func (p *pace) done(now time.Time, full bool) {
	switch p.made++; {
	case full:
		p.known, p.made = true, 0
	case p.made == 1:
		p.since = now
	}
}

// lost is when nobody knows what the paper shows.
func (p *pace) lost() { p.known = false }
