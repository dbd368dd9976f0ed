package refresh

import "time"

// maxBriefs bounds 423s that follow each other.
const maxBriefs = 3

// Expiry is the time that a server is asked for.
type Expiry struct {
	asked  time.Duration
	briefs int // 423 in a row
}

// Ask begins anew with what is configured.
func Ask(configured time.Duration) Expiry { return Expiry{asked: configured} }

// Asked is what the next request asks for.
func (e Expiry) Asked() time.Duration { return e.asked }

// Granted forgets the 423s; what the server wanted stays.
func (e *Expiry) Granted() { e.briefs = 0 }

// TooBrief follows a 423 with its Min-Expires, 0 for none (RFC 3261 §10.2.8,
// RFC 6665 §4.1.2.1). It reports false when the server wants more than limit or
// does not come to an end; then nothing has changed but the count.
func (e *Expiry) TooBrief(minimum, limit time.Duration) bool {
	e.briefs++
	want := max(minimum, e.asked+time.Second)
	if minimum <= 0 {
		want = 2 * e.asked
	}
	if e.briefs > maxBriefs || want > limit {
		return false
	}
	e.asked = want
	return true
}
