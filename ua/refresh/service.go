package refresh

import "time"

// Intervals between attempts: quick ones for what mends itself, slow ones for a
// server that refuses and will hardly change its mind before a person does
// something about it. A telephone on a wall asks it seldom rather than never.
const (
	quickBase = 30 * time.Second
	quickMax  = 30 * time.Minute
	slowBase  = 30 * time.Minute
	slowMax   = 24 * time.Hour
	// MaxExpires is the longest that a server's 423 may have us ask for.
	MaxExpires = 7 * 24 * time.Hour
	// Longest bounds what any of a Pace's intervals to a service can be.
	Longest = slowMax + slowMax/10 + time.Second
)

// Quick is when to try again what mends itself.
func (p *Pace) Quick() time.Duration { return p.Backoff(quickBase, quickMax) }

// Slow is when to try again what a server has refused.
func (p *Pace) Slow() time.Duration { return p.Backoff(slowBase, slowMax) }

// After obeys a Retry-After, within reason; without one (0) it is Quick.
func (p *Pace) After(retryAfter time.Duration) time.Duration {
	if retryAfter <= 0 {
		return p.Quick()
	}
	return p.Obey(retryAfter, slowMax)
}

// NoService reports whether a final response says that the server does not do
// what was asked for, and will not learn it in a minute.
func NoService(status int) bool {
	switch status {
	case 400, 401, 402, 403, 404, 405, 407, 410, 416, 420, 423, 489, 501:
		return true
	}
	return status >= 300 && status < 400 || status >= 600
}
