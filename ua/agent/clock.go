package agent

import (
	"container/heap"
	"time"
)

// alarm is a timer of the owner.
type alarm struct {
	at    time.Time
	fire  func()
	index int // in the heap; -1 when it is not there
}

// pending reports whether it has still to fire; nil has not.
func (a *alarm) pending() bool { return a != nil && a.index >= 0 }

// alarms are the owner's timers: one time.Timer for all, no goroutines.
type alarms struct {
	queue alarmQueue
	timer *time.Timer
}

func newAlarms() *alarms {
	timer := time.NewTimer(time.Hour)
	timer.Stop()
	return &alarms{timer: timer}
}

// after calls fire in the owner's goroutine.
func (a *alarms) after(d time.Duration, fire func()) *alarm {
	one := &alarm{at: time.Now().Add(d), fire: fire}
	heap.Push(&a.queue, one)
	a.set()
	return one
}

// stop takes an alarm away; nil and one that has fired are fine.
func (a *alarms) stop(one *alarm) {
	if !one.pending() {
		return
	}
	heap.Remove(&a.queue, one.index)
	a.set()
}

// due fires what is due.
func (a *alarms) due() {
	for len(a.queue) > 0 && !a.queue[0].at.After(time.Now()) {
		heap.Pop(&a.queue).(*alarm).fire()
	}
	a.set()
}

func (a *alarms) set() {
	if len(a.queue) == 0 {
		a.timer.Stop()
		return
	}
	a.timer.Reset(time.Until(a.queue[0].at))
}

type alarmQueue []*alarm

func (q alarmQueue) Len() int           { return len(q) }
func (q alarmQueue) Less(i, j int) bool { return q[i].at.Before(q[j].at) }
func (q alarmQueue) Swap(i, j int) {
	q[i], q[j] = q[j], q[i]
	q[i].index, q[j].index = i, j
}

func (q *alarmQueue) Push(x any) {
	one := x.(*alarm)
	one.index = len(*q)
	*q = append(*q, one)
}

func (q *alarmQueue) Pop() any {
	last := len(*q) - 1
	one := (*q)[last]
	(*q)[last] = nil
	*q = (*q)[:last]
	one.index = -1
	return one
}
