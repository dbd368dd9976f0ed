package registration

import "time"

// Intervals of RFC 5626 §4.5, and one for what a person has to put right.
//
// Before them come a few quick attempts, after a connection that was refused or
// broke. §4.5 lets the times be configured; its defaults are for a user agent
// with several flows, which can wait. One with a single flow cannot be called
// at all until it has registered, and a server that refuses a connection spends
// one packet on it. Five tries within half a minute find a PBX that restarts;
// after them the RFC's intervals hold.
const (
	refusedBase = time.Second
	maxRefused  = 5
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

// refusedAfter is the interval before the next quick attempt: 50 to 100 % of 1,
// 2, 4, 8 and 16 s. Where in it is this device's own and always the same place
// (Config.Spread): after a power cut a building full of telephones comes evenly.
func (s *step) refusedAfter() time.Duration {
	if s.refused >= maxRefused {
		return s.backoff(quickBase)
	}
	bound := refusedBase << s.refused
	s.refused++
	return s.own(bound/2, bound)
}

// own is the device's own place in [from, to], another one at each attempt.
func (s *step) own(from, to time.Duration) time.Duration {
	place := step{Machine: Machine{seed: s.config.Spread + uint64(s.refused)}}
	return place.between(from, to)
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
