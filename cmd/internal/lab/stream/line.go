package stream

import (
	"container/heap"
	"context"
	"net/netip"
	"time"
)

// Fates decides what becomes of packet n of a direction, counted from 0: the
// delays with which its copies arrive, none if it is lost.
type Fates func(n uint64) []time.Duration

// ReportDelay asks a Fates for the delay of RTCP, which is never lost so that
// the fate of RTP depends on the packet's number alone.
const ReportDelay = ^uint64(0)

// parcel is something on its way: data as on the wire, or a packet yet to be
// protected.
type parcel struct {
	data    []byte
	packet  Packet
	from    netip.AddrPort
	control bool
	due     time.Time
	order   uint64
}

// line is one direction of the network: parcels go in, and come out when they
// are due.
type line struct {
	inbox   chan parcel
	fates   Fates
	count   uint64
	order   uint64
	waiting parcels
}

func newLine(fates Fates) *line {
	if fates == nil {
		fates = func(uint64) []time.Duration { return []time.Duration{0} }
	}
	return &line{inbox: make(chan parcel, 512), fates: fates}
}

// put never blocks: a full line loses, as a network does.
func (l *line) put(p parcel) {
	select {
	case l.inbox <- p:
	default:
	}
}

// post gives a parcel its fate; it reports false when the parcel is lost.
func (l *line) post(p parcel, now time.Time) bool {
	n := ReportDelay
	if !p.control {
		n = l.count
		l.count++
	}
	delays := l.fates(n)
	for _, delay := range delays {
		l.order++
		p.due, p.order = now.Add(delay), l.order
		heap.Push(&l.waiting, p)
	}
	return len(delays) > 0
}

// run hands parcels to enter as they come, and to leave when they are due. It
// calls idle when something else asks for the goroutine.
func (l *line) run(ctx context.Context, other <-chan Params, tick <-chan time.Time, enter, leave func(parcel), set func(Params), idle func()) {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		for len(l.waiting) > 0 && !l.waiting[0].due.After(time.Now()) {
			leave(heap.Pop(&l.waiting).(parcel))
		}
		if len(l.waiting) > 0 {
			timer.Reset(time.Until(l.waiting[0].due))
		}
		select {
		case <-ctx.Done():
			return
		case params := <-other:
			set(params)
		case <-tick:
			idle()
		case p := <-l.inbox:
			// What was agreed before the parcel came holds for it.
			for len(other) > 0 {
				set(<-other)
			}
			enter(p)
		case <-timer.C:
		}
	}
}

// parcels is a heap by due time; equal times keep their order.
type parcels []parcel

func (h parcels) Len() int { return len(h) }
func (h parcels) Less(i, j int) bool {
	if h[i].due.Equal(h[j].due) {
		return h[i].order < h[j].order
	}
	return h[i].due.Before(h[j].due)
}
func (h parcels) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *parcels) Push(x any)   { *h = append(*h, x.(parcel)) }
func (h *parcels) Pop() any {
	last := len(*h) - 1
	p := (*h)[last]
	(*h)[last] = parcel{}
	*h = (*h)[:last]
	return p
}
