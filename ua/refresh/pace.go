package refresh

import "time"

// Random draws intervals; its seed is the caller's. It is splitmix64.
type Random uint64

func (r *Random) next() uint64 {
	*r += 0x9e3779b97f4a7c15
	z := uint64(*r)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// Between is a random interval in [from, to]; from when to is not above it.
func (r *Random) Between(from, to time.Duration) time.Duration {
	if to <= from {
		return from
	}
	return from + time.Duration(r.next()%uint64(to-from+1))
}

// Pace is when the next attempt comes. Its zero value is usable.
type Pace struct {
	Random
	Failures int // in a row; the caller sets it to 0 after a success
}

// Backoff counts a failure and returns 50 to 100 % of base, doubled for each
// failure before, never above limit (RFC 5626 §4.5).
func (p *Pace) Backoff(base, limit time.Duration) time.Duration {
	bound := limit
	if p.Failures < 16 {
		bound = min(bound, base<<p.Failures)
	}
	p.Failures++
	return p.Between(bound/2, bound)
}

// Obey counts a failure and returns what the server asked for by Retry-After,
// never above limit, and up to a tenth and a second more: those that it sent
// away together shall not come back together.
func (p *Pace) Obey(retryAfter, limit time.Duration) time.Duration {
	p.Failures++
	retryAfter = min(retryAfter, limit)
	return p.Between(retryAfter, retryAfter+retryAfter/10+time.Second)
}

// Refresh is when to refresh what was granted: a minute before its end, or at
// half of a short one, so that there is time for a second attempt. The jitter
// spreads those who began together. It is never below a second.
func (p *Pace) Refresh(granted time.Duration) time.Duration {
	latest := max(granted/2, granted-time.Minute)
	return max(p.Between(latest-granted/20, latest), time.Second)
}
