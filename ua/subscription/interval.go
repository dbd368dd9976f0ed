package subscription

import "time"

// Intervals: for what mends itself, and for a server that has no such service.
// RFC 6665 §4.1.3 would have us never ask again after rejected or noresource; a
// telephone on a wall asks seldom instead, for nobody will restart it when an
// administrator has put the server right.
const (
	quickBase  = 30 * time.Second
	quickMax   = 30 * time.Minute
	slowBase   = 30 * time.Minute
	slowMax    = 24 * time.Hour
	maxExpires = 7 * 24 * time.Hour
	maxTurns   = 3
	maxNews    = 8
)

func (s *step) quick() time.Duration { return s.pace.Backoff(quickBase, quickMax) }
func (s *step) slow() time.Duration  { return s.pace.Backoff(slowBase, slowMax) }

// after obeys a Retry-After, within reason, or backs off.
func (s *step) after(retryAfter time.Duration) time.Duration {
	if retryAfter <= 0 {
		return s.quick()
	}
	return s.pace.Obey(retryAfter, slowMax)
}

// atOnce is a second or two, but never in a tight circle.
func (s *step) atOnce() time.Duration {
	if s.pace.Failures >= maxTurns {
		return s.quick()
	}
	s.pace.Failures++
	return s.pace.Between(0, 2*time.Second)
}
