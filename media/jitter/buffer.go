package jitter

import (
	"time"

	"offhook/media"
)

// Buffer is the play-out buffer of one stream.
type Buffer struct {
	cfg     Config
	store   *store
	scratch media.Frame
	fifo    media.Frame
	n       int
	started bool
	next    int64
	highest int64
	count   Counters
}

// New makes a Buffer; all memory is taken here.
func New(cfg Config) *Buffer {
	return &Buffer{cfg: cfg, store: newStore(), scratch: make(media.Frame, 5760), fifo: make(media.Frame, 16384)}
}

// Put gives the buffer a packet. The payload is copied.
func (b *Buffer) Put(p *Packet) {
	if !b.started {
		b.started, b.next, b.highest = true, int64(p.Sequence), int64(p.Sequence)
	}
	seq := b.highest + int64(int16(p.Sequence-uint16(b.highest)))
	if seq < b.next {
		b.count.Late++
		return
	}
	b.highest = max(b.highest, seq)
	b.count.Received++
	b.store.put(seq, int64(p.Timestamp), p.Payload, p.Arrival)
}

// Skip says that a sequence number was received and held no sound of the stream.
func (b *Buffer) Skip(sequence uint16) { b.Put(&Packet{Sequence: sequence}) }

// Get fills dst with the next sound; now is the time at which it is asked.
func (b *Buffer) Get(dst media.Frame, now time.Duration) Playout {
	for b.n < len(dst) && b.started && b.next <= b.highest {
		if p := b.store.at(b.next); p != nil {
			if n, err := b.cfg.Decoder.Decode(b.scratch, b.store.payload(p)); err == nil {
				b.n += copy(b.fifo[b.n:], b.scratch[:n])
			}
		}
		b.next++
	}
	if b.n < len(dst) {
		clear(dst)
		return Empty
	}
	copy(dst, b.fifo[:len(dst)])
	b.n = copy(b.fifo, b.fifo[len(dst):b.n])
	return Played
}

// Counters are the figures so far.
func (b *Buffer) Counters() Counters { return b.count }
