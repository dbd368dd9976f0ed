package jitter

import "time"

const (
	floorWindow = 12 // packets; what stalls for longer is a queue
	riseWindow  = 4  // packets
	// A rise in each of two windows that is no queue's, but chance.
	leastRise = 2500 * time.Microsecond
	// A queue fills no faster than this, with each packet.
	steepest = 8 * time.Millisecond
	// So many packets ahead a rise is foreseen: stretching takes time.
	horizon = 16
	// A change of the floor that is none; or 1.5 times the jitter.
	leastStep = 6 * time.Millisecond
)

// queue watches the least delay of the latest packets. Jitter and stalls do not
// move it: if it goes up steadily, a queue on the way is filling.
type queue struct {
	recent [floorWindow]time.Duration // offsets, a ring
	count  int
	floor  time.Duration
}

// add notes an offset. It returns the offset that a filling queue will soon have
// come to, one of the past if none is filling; and by how much a queue has emptied.
func (q *queue) add(offset, jitter time.Duration) (rising, sunk time.Duration) {
	q.recent[q.count%floorWindow] = offset
	q.count++
	if q.count <= floorWindow {
		q.floor = q.least(0, min(q.count, floorWindow))
		return q.floor, 0
	}
	// The floor moves in steps: followed closely, it would only ever pull targets down.
	floor, step := q.least(0, floorWindow), max(leastStep, jitter*3/2)
	switch {
	case floor < q.floor-step:
		sunk = q.floor - floor
		q.floor = floor
	case floor > q.floor+step:
		q.floor = floor
	}
	a, b, c := q.least(2*riseWindow, 3*riseWindow), q.least(riseWindow, 2*riseWindow), q.least(0, riseWindow)
	rise := min(b-a, c-b)
	if rise < max(leastRise, jitter) {
		return floor, sunk
	}
	return c + min(rise/riseWindow, steepest)*(riseWindow+horizon), sunk
}

// least is the least offset of those from..to packets ago.
func (q *queue) least(from, to int) time.Duration {
	l := q.ago(from)
	for k := from + 1; k < to; k++ {
		l = min(l, q.ago(k))
	}
	return l
}

func (q *queue) ago(k int) time.Duration {
	return q.recent[(q.count-1-k+floorWindow)%floorWindow]
}
