package app

import (
	"strings"
	"testing"

	"offhook/cmd/internal/localapi"
)

// Two telephones whose keys last for seconds: both renew theirs, and the talk goes on.
func TestJourney_keys_that_do_not_last(t *testing.T) {
	const lifetime = 1 << 9 // packets: 10 s
	one := newWorld(t, boardFile)
	one.registered()
	two := one.neighbour("1002", "00:00:5e:00:53:08")
	two.registered()
	for _, w := range []*world{one, two} {
		w.app.calls.mu.Lock()
		w.app.calls.keysLast = lifetime
		w.app.calls.mu.Unlock()
	}
	one.lift()
	one.parts.keys.tap("1", "0", "0", "2")
	two.takes()
	for _, w := range []*world{one, two} {
		// What cannot be decrypted counts as lost: between a new key and the answer that
		// brings it, which a busy machine reads late, but no longer.
		var lost, from uint64
		s := w.until("a call that has outlived its keys and loses nothing", func(s localapi.Status) bool {
			if len(s.Calls) != 1 || s.Calls[0].Media == nil || s.Calls[0].Media.Sent <= lifetime+50 {
				return false
			}
			m := s.Calls[0].Media
			if from == 0 || m.Lost != lost {
				lost, from = m.Lost, m.Received
			}
			return m.Received > from+25
		})
		if m := s.Calls[0].Media; m.KeySent > lifetime {
			t.Errorf("%+v", m)
		}
		if n := strings.Count(w.log.String(), "a new offer is made"); n == 0 {
			t.Errorf("new keys offered %d times", n)
		}
	}
	one.replace()
	one.quiet()
	two.replace()
}
