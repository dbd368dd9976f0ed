package pbx

import (
	"sync"
	"time"
)

// calls finds calls. Its mutex is a leaf's: nothing is called while it is
// held.
type calls struct {
	mu      sync.Mutex
	last    int
	list    map[*call]struct{}
	dialogs map[key]place
}

// place is where a dialog is at home.
type place struct {
	call *call
	leg  *leg
}

func newCalls() *calls {
	return &calls{list: map[*call]struct{}{}, dialogs: map[key]place{}}
}

func (s *calls) add(c *call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last++
	c.id = s.last
	s.list[c] = struct{}{}
}

func (s *calls) remove(c *call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.list, c)
}

func (s *calls) index(l *leg, c *call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dialogs[l.dialog.key()] = place{c, l}
}

func (s *calls) forget(l *leg) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.dialogs, l.dialog.key())
}

func (s *calls) find(k key) (place, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, ok := s.dialogs[k]
	return p, ok
}

func (s *calls) all() []*call {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []*call
	for c := range s.list {
		list = append(list, c)
	}
	return list
}

func (s *calls) byID(id int) *call {
	for _, c := range s.all() {
		if c.id == id {
			return c
		}
	}
	return nil
}

func (s *calls) snapshots() []Call {
	list := []Call{}
	for _, c := range s.all() {
		list = append(list, c.snapshot())
	}
	return list
}

// hangup ends every call, waiting for at most the limit.
func (s *calls) hangup(limit time.Duration) {
	deadline := time.NewTimer(limit)
	defer deadline.Stop()
	list := s.all()
	for _, c := range list {
		c.try(func() { c.finish(503, "The exchange is closing") })
	}
	for _, c := range list {
		select {
		case <-c.ended:
		case <-deadline.C:
			return
		}
	}
}
