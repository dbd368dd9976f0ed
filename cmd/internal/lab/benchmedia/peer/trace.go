package peer

import (
	"cmp"
	"context"
	"errors"
	"net/netip"
	"slices"
	"time"
)

// Trace is what is to be sent when.
type Trace struct {
	Packets []Packet
	PTime   time.Duration
	Mark    *Mark // at least as long as the packets
}

func (t *Trace) samples() int { return int(t.PTime * rate / time.Second) }

// call calls a program, plays the packets to it, and listens to what it plays.
func (t *Trace) call(ctx context.Context, to netip.AddrPort) (Heard, error) {
	c, err := newCall(to)
	if err != nil {
		return Heard{}, err
	}
	l, err := openLine()
	if err != nil {
		return Heard{}, errors.Join(err, c.conn.Close())
	}
	if l.remote, err = c.invite(ctx, l.port(), t.PTime); err != nil {
		return Heard{}, errors.Join(err, c.conn.Close(), l.conn.Close())
	}
	zero := time.Now().Add(settle)
	back := make(chan Heard, 1)
	go func() { back <- l.receive(zero) }()
	arrival, err := l.send(ctx, zero, t)
	err = errors.Join(err, c.bye(ctx), l.conn.Close())
	h := <-back
	h.Arrival = arrival
	return h, err
}

// order is the packets in the order in which they arrive.
func (t *Trace) order() (order []int) {
	for i, p := range t.Packets {
		if p.Arrival >= 0 {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(t.Packets[a].Arrival, t.Packets[b].Arrival) })
	return order
}
