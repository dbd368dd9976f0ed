package subscription

import "time"

const (
	maxTurns = 3
	maxNews  = 8
)

// atOnce is a second or two, but never in a tight circle.
func (s *step) atOnce() time.Duration {
	if s.pace.Failures >= maxTurns {
		return s.pace.Quick()
	}
	s.pace.Failures++
	return s.pace.Between(time.Millisecond, 2*time.Second)
}
