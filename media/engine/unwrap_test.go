package engine

import (
	"testing"
	"time"

	"offhook/media/jitter"
	"offhook/media/red"
)

// What a packet repeats is played if it is missing, and only then.
func TestUnwrap(t *testing.T) {
	for _, test := range []struct {
		name        string
		generations int
		lost        []int
		want        uint64 // packets that the buffer got
	}{
		{"nothing lost", 1, nil, 40},
		{"one lost", 1, []int{20}, 40},
		{"two in a row, one repeated", 1, []int{20, 21}, 39},
		{"two in a row, two repeated", 2, []int{20, 21}, 40},
		{"the first: nobody waits for it", 1, []int{0}, 39},
	} {
		t.Run(test.name, func(t *testing.T) {
			l, p := listening(t)
			var history red.History
			history.Keep(test.generations)
			sound, payload := make([]byte, 160), make([]byte, 1000)
			for k := range 40 {
				n := history.Pack(payload, 0, uint32(k*160), sound)
				now := time.Duration(k) * 20 * time.Millisecond
				lost := false
				for _, number := range test.lost {
					lost = lost || number == k
				}
				if !lost {
					l.take(p, &jitter.Packet{Sequence: uint16(65530 + k), Timestamp: uint32(k * 160), SSRC: 1, PayloadType: 121, Payload: payload[:n], Arrival: now})
				}
				l.listen(now)
				l.listen(now + 10*time.Millisecond)
			}
			c := l.active.buffer.Counters()
			if c.Received != test.want || c.Duplicate+c.Discarded > 0 {
				t.Errorf("%+v, want %d received", c, test.want)
			}
		})
	}
}
