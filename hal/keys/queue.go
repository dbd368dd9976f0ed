package keys

import (
	"sync"

	"offhook/hal"
)

// queueSize is far more than a hand does between two reads.
const queueSize = 64

// Queue hands events from a scanner to ReadKey. It makes the reading half of a
// hal.Keypad.
type Queue struct {
	events chan hal.KeyEvent
	done   chan struct{}
	once   sync.Once
	err    error
}

// NewQueue makes an empty queue.
func NewQueue() *Queue {
	return &Queue{events: make(chan hal.KeyEvent, queueSize), done: make(chan struct{})}
}

// Put adds events. When nobody reads and the queue is full it waits, until End.
func (q *Queue) Put(events ...hal.KeyEvent) {
	for _, e := range events {
		select {
		case q.events <- e:
		case <-q.done:
			return
		}
	}
}

// End makes readers return err when they have read what is there. The first
// call counts.
func (q *Queue) End(err error) {
	q.once.Do(func() {
		q.err = err
		close(q.done)
	})
}

// Done is closed by End.
func (q *Queue) Done() <-chan struct{} { return q.done }

// ReadKey returns the next event.
func (q *Queue) ReadKey() (hal.KeyEvent, error) {
	select {
	case e := <-q.events:
		return e, nil
	default:
	}
	select {
	case e := <-q.events:
		return e, nil
	case <-q.done:
		return hal.KeyEvent{}, q.err
	}
}
