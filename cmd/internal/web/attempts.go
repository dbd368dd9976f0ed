package web

import (
	"net/netip"
	"sync"
	"time"
)

const (
	maxWrong     = 5           // passwords in wrongTime
	wrongTime    = time.Minute // and how long who gave them waits
	maxAddresses = 256         // that wrong ones are counted of
)

// wrong is the newest wrong passwords of an address.
type wrong struct {
	at    [maxWrong]time.Time // a ring
	next  int
	until time.Time // there are no attempts
}

func (w *wrong) latest() time.Time { return w.at[(w.next+maxWrong-1)%maxWrong] }

// attempts counts wrong passwords.
type attempts struct {
	mu   sync.Mutex
	now  func() time.Time
	from map[netip.Prefix]*wrong
}

// verdict is what becomes of an attempt.
type verdict uint8

const (
	isRight verdict = iota
	isWrong
	isLast // wrong, and from here on its address waits
	waits  // nobody looked
)

// try checks a password unless its sender has to wait, and for how long there are no
// more attempts. One lock holds all of it, or many at once would all be the first.
func (a *attempts) try(from netip.Prefix, check func() bool) (verdict, time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.now()
	w := a.from[from]
	if w != nil && now.Before(w.until) {
		return waits, w.until.Sub(now)
	}
	if check() {
		delete(a.from, from)
		return isRight, 0
	}
	if w == nil {
		w = a.room(from)
	}
	w.at[w.next], w.next = now, (w.next+1)%maxWrong
	if first := w.at[w.next]; !first.IsZero() && now.Sub(first) < wrongTime {
		w.until = now.Add(wrongTime)
		return isLast, wrongTime
	}
	return isWrong, 0
}

// room begins the count of an address; the one that was quiet for longest goes for it.
func (a *attempts) room(from netip.Prefix) *wrong {
	if a.from == nil {
		a.from = map[netip.Prefix]*wrong{}
	}
	if len(a.from) >= maxAddresses {
		delete(a.from, a.quietest())
	}
	w := &wrong{}
	a.from[from] = w
	return w
}

func (a *attempts) quietest() (from netip.Prefix) {
	var least time.Time
	for p, w := range a.from {
		if at := w.latest(); least.IsZero() || at.Before(least) {
			from, least = p, at
		}
	}
	return from
}
