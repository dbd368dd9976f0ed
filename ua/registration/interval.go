package registration

import "time"

// Intervals of RFC 5626 §4.5, and one for what a person has to put right.
const (
	quickBase   = 30 * time.Second
	slowBase    = 5 * time.Minute
	maxInterval = 30 * time.Minute
	maxExpires  = 24 * time.Hour
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

// backoff counts a failure: 50 to 100 % of base doubled for each one before.
func (s *step) backoff(base time.Duration) time.Duration {
	bound := maxInterval
	if s.failures < 10 {
		bound = min(bound, base<<s.failures)
	}
	s.failures++
	return s.between(bound/2, bound)
}

// refreshAfter leaves a minute, or half of a short binding, for a refresh that
// has to be tried again; the jitter spreads a building full of telephones.
func (s *step) refreshAfter(granted time.Duration) time.Duration {
	latest := max(granted/2, granted-time.Minute)
	return max(s.between(latest-granted/20, latest), time.Second)
}
