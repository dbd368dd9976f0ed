package subscription

import "time"

// Intervals: for what mends itself, and for a server that has no such service.
const (
	quickBase  = 30 * time.Second
	quickMax   = 30 * time.Minute
	slowBase   = 30 * time.Minute
	slowMax    = 24 * time.Hour
	maxExpires = 7 * 24 * time.Hour
	maxTurns   = 3
)

// random is splitmix64.
func (s *step) random() uint64 {
	s.seed += 0x9e3779b97f4a7c15
	z := s.seed
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// between is a random interval in [from, to].
func (s *step) between(from, to time.Duration) time.Duration {
	if to <= from {
		return from
	}
	return from + time.Duration(s.random()%uint64(to-from+1))
}

func (s *step) quick() time.Duration { return s.backoff(quickBase, quickMax) }
func (s *step) slow() time.Duration  { return s.backoff(slowBase, slowMax) }

// backoff counts a failure: 50 to 100 % of base doubled for each one before.
func (s *step) backoff(base, limit time.Duration) time.Duration {
	bound := limit
	if s.failures < 10 {
		bound = min(bound, base<<s.failures)
	}
	s.failures++
	return s.between(bound/2, bound)
}

// after obeys a Retry-After, within reason, or backs off.
func (s *step) after(retryAfter time.Duration) time.Duration {
	if retryAfter <= 0 {
		return s.quick()
	}
	s.failures++
	retryAfter = min(retryAfter, slowMax)
	return s.between(retryAfter, retryAfter+retryAfter/10+time.Second)
}

// refreshAfter leaves a minute, or half of a short subscription, for a second
// attempt.
func (s *step) refreshAfter(granted time.Duration) time.Duration {
	latest := max(granted/2, granted-time.Minute)
	return max(s.between(latest-granted/20, latest), time.Second)
}
