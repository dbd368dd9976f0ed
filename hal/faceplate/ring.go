package faceplate

import (
	"sync/atomic"

	"offhook/hal/faceplate/internal/wire"
)

// ring hands blocks of sound from one goroutine to one other without a lock
// and without allocating.
type ring struct {
	blocks     []wire.Audio
	head, tail atomic.Uint64 // the consumer's and the producer's end
	dropped    atomic.Uint64
}

func newRing(blocks, samples int) *ring {
	r := &ring{blocks: make([]wire.Audio, blocks)}
	for i := range r.blocks {
		r.blocks[i].Samples = make([]int16, samples)
	}
	return r
}

// push copies a into the ring; false when there is no room.
func (r *ring) push(a wire.Audio) bool {
	tail := r.tail.Load()
	b := &r.blocks[tail%uint64(len(r.blocks))]
	if tail-r.head.Load() >= uint64(len(r.blocks)) || len(a.Samples) > cap(b.Samples) {
		r.dropped.Add(1)
		return false
	}
	b.Kind, b.Number, b.Mic = a.Kind, a.Number, a.Mic
	b.Samples = append(b.Samples[:0], a.Samples...)
	r.tail.Store(tail + 1)
	return true
}

// peek is the oldest block, the consumer's until it calls pop; nil when empty.
func (r *ring) peek() *wire.Audio {
	head := r.head.Load()
	if head == r.tail.Load() {
		return nil
	}
	return &r.blocks[head%uint64(len(r.blocks))]
}

func (r *ring) pop() { r.head.Add(1) }
