package app

import (
	"strings"
	"testing"

	"offhook/cmd/internal/localapi"
)

// Two telephones whose keys last for seconds: both renew theirs, the talk goes on,
// and nothing of it is lost.
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
		s := w.until("a call that has outlived its keys", func(s localapi.Status) bool {
			return len(s.Calls) == 1 && s.Calls[0].Media != nil && s.Calls[0].Media.Sent > lifetime+50
		})
		m := s.Calls[0].Media
		// What cannot be decrypted counts as lost; what a busy machine plays late does not.
		if m.Lost > 0 || m.Received < m.Sent-50 || m.KeySent > lifetime {
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
