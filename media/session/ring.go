package session

import (
	"sync/atomic"

	"offhook/media/jitter"
)

const (
	ringSize   = 64 // packets; a power of two
	packetSize = 1500
)

// ring passes packets from the receiving goroutine to the engine's thread:
// one producer, one consumer, no lock, no allocation.
type ring struct {
	slots [ringSize]slot
	head  atomic.Uint32 // next to be written; the producer's
	tail  atomic.Uint32 // next to be read; the consumer's
}

type slot struct {
	packet jitter.Packet
	buffer [packetSize]byte
}

// free is the slot to write next, nil when the ring is full.
func (r *ring) free() *slot {
	head := r.head.Load()
	if head-r.tail.Load() == ringSize {
		return nil
	}
	return &r.slots[head%ringSize]
}

// push makes the slot that free gave visible to the consumer.
func (r *ring) push() { r.head.Add(1) }

// next is the oldest packet, nil when there is none. It is valid until pop.
func (r *ring) next() *jitter.Packet {
	tail := r.tail.Load()
	if r.head.Load() == tail {
		return nil
	}
	return &r.slots[tail%ringSize].packet
}

func (r *ring) pop() { r.tail.Add(1) }
