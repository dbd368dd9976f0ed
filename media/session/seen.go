package session

import (
	"runtime"
	"sync"
	"time"

	"offhook/media"
)

// seen is what was received, as the engine's thread lays it out for others. It
// waits for none of them: while one looks, it comes again in the next period.
type seen struct {
	mutex sync.Mutex
	sight sight
}

// sight is what others may want to know.
type sight struct {
	reception reception
	arrivals  arrivals
	clockRate int
	index     uint64 // State.Received
}

// lay lays out what there is, and tells whether it could.
func (s *seen) lay(now *sight) bool {
	if !s.mutex.TryLock() {
		return false
	}
	s.sight = *now
	s.mutex.Unlock()
	return true
}

// look never has lay wait for a sleeper to be woken: nobody sleeps here.
func (s *seen) look() sight {
	for !s.mutex.TryLock() {
		runtime.Gosched()
	}
	defer s.mutex.Unlock()
	return s.sight
}

func (s sight) stats(stats *media.Stats) {
	stats.Lost = s.reception.lost()
	if s.clockRate > 0 {
		stats.Jitter = time.Duration(s.reception.jitter / float64(s.clockRate) * float64(time.Second))
	}
}
