package faceplate

import (
	"sync"

	"offhook/hal"
)

// queue hands values to one blocked reader, in order.
type queue[T any] struct {
	mu     sync.Mutex
	cond   *sync.Cond
	items  []T
	limit  int
	closed bool
}

func newQueue[T any](limit int) *queue[T] {
	q := &queue[T]{limit: limit}
	q.cond = sync.NewCond(&q.mu)
	return q
}

// put appends v unless the queue is full or closed.
func (q *queue[T]) put(v T) bool { return q.add(v, q.limit) }

// force appends v beyond the limit; the caller bounds how often.
func (q *queue[T]) force(v T) { q.add(v, int(^uint(0)>>1)) }

func (q *queue[T]) add(v T, limit int) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed || len(q.items) >= limit {
		return false
	}
	q.items = append(q.items, v)
	q.cond.Signal()
	return true
}

// get blocks for the next value; after close it returns hal.ErrClosed.
func (q *queue[T]) get() (T, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.items) == 0 && !q.closed {
		q.cond.Wait()
	}
	var v T
	if q.closed {
		return v, hal.ErrClosed
	}
	v = q.items[0]
	q.items = q.items[1:]
	return v, nil
}

func (q *queue[T]) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.cond.Broadcast()
}
