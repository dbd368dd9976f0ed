package registration

import (
	"time"

	"offhook/ua/refresh"
)

// Intervals of RFC 5626 §4.5, and one for what a person has to put right. Its
// base times are doubled for the first failure already, so they stand here
// doubled.
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
	allBase     = 2 * 30 * time.Second // every flow of the account has failed
	someBase    = 2 * 90 * time.Second // another one stands
	slowBase    = 5 * time.Minute
	maxInterval = 30 * time.Minute
	maxExpires  = 24 * time.Hour
)

// later is when a failed flow is tried again.
func (s *step) later() time.Duration {
	if s.other {
		return s.pace.Backoff(someBase, maxInterval)
	}
	return s.pace.Backoff(allBase, maxInterval)
}

// slowly is for what will not mend itself.
func (s *step) slowly() time.Duration { return s.pace.Backoff(slowBase, maxInterval) }

// refusedAfter is the interval before the next quick attempt: 50 to 100 % of 1,
// 2, 4, 8 and 16 s, or of Config.Reconnect if that is longer. Where in it is this device's own and always the same place
// (Config.Spread): after a power cut a building full of telephones comes evenly.
func (s *step) refusedAfter() time.Duration {
	if s.refused >= maxRefused || s.other {
		return s.later()
	}
	bound := max(refusedBase<<s.refused, s.config.Reconnect)
	s.refused++
	return s.own(bound/2, bound)
}

// own is the device's own place in [from, to], another one at each attempt.
func (s *step) own(from, to time.Duration) time.Duration {
	place := refresh.Random(s.config.Spread + uint64(s.refused))
	return place.Between(from, to)
}
