// Package quality keeps how a call went, second by second, and says it in words.
package quality

import (
	"math"
	"time"

	"offhook/media"
)

// Kept is how many seconds of a call a Series has at most: the newest.
const Kept = 600

// Series is a call's seconds. The zero value is one of a call that begins. It is not
// for several goroutines at a time.
type Series struct {
	last    media.Stats
	began   time.Time // of the first second that is kept
	seconds []media.Second
	first   int // in seconds, once they go round
}

// Note takes a second that ends at a time, by the call's figures until then.
func (s *Series) Note(at time.Time, now media.Stats) {
	before := s.last
	s.last = now
	lost, late := grown(before.Lost, now.Lost), grown(before.Late, now.Late)
	second := media.Second{
		Expected: count(grown(before.Received, now.Received) + lost), Lost: count(lost), Late: count(late),
		Concealed: milliseconds(now.Concealed - before.Concealed), Jitter: milliseconds(now.Jitter), Delay: milliseconds(now.PlayoutDelay),
		RoundTrip: milliseconds(now.RoundTrip), MOS: uint8(math.Round(10 * min(max(now.MOSConversational, 0), 5))),
		Level: level(now.LevelReceived), Sent: level(now.LevelSent),
	}
	if len(s.seconds) < Kept {
		if len(s.seconds) == 0 {
			s.began = at.Add(-time.Second)
		}
		s.seconds = append(s.seconds, second)
		return
	}
	s.seconds[s.first] = second
	s.first = (s.first + 1) % Kept
	s.began = s.began.Add(time.Second)
}

// Seconds are those kept, oldest first, and when the first began.
func (s *Series) Seconds() (began time.Time, all []media.Second) {
	return s.began, append(append(make([]media.Second, 0, len(s.seconds)), s.seconds[s.first:]...), s.seconds[:s.first]...)
}

// Last are the figures of the whole call, as they were noted last.
func (s *Series) Last() media.Stats { return s.last }

// grown is by how much: what was lost may come yet.
func grown(before, now uint64) uint64 {
	if now < before {
		return 0
	}
	return now - before
}

func count(n uint64) uint16 { return uint16(min(n, math.MaxUint16)) }

func milliseconds(d time.Duration) uint16 {
	return uint16(min(max(d.Milliseconds(), 0), math.MaxUint16))
}

func level(dB float64) int8 { return int8(min(max(dB, -127), 0)) }
