package engine

import (
	"math/bits"
	"sync/atomic"

	"offhook/media"
)

// pipe carries samples between the engine's thread and a goroutine that may
// wait for a disk: one writer, one reader, nobody waits.
type pipe struct {
	samples media.Frame // a power of two
	head    atomic.Uint32
	tail    atomic.Uint32
	lost    atomic.Uint32 // samples that did not fit
}

// newPipe makes room for at least so many samples.
func newPipe(samples int) *pipe {
	return &pipe{samples: make(media.Frame, 1<<bits.Len(uint(max(samples, 2)-1)))}
}

// held is how many samples wait, room how many more fit.
func (p *pipe) held() int { return int(p.head.Load() - p.tail.Load()) }
func (p *pipe) room() int { return len(p.samples) - p.held() }

// push takes all of f, or nothing.
func (p *pipe) push(f media.Frame) bool {
	if p.room() < len(f) {
		p.lost.Add(uint32(len(f)))
		return false
	}
	at := int(p.head.Load()) & (len(p.samples) - 1)
	n := copy(p.samples[at:], f)
	copy(p.samples, f[n:])
	p.head.Add(uint32(len(f)))
	return true
}

// pushPair takes two channels in turn, all or nothing.
func (p *pipe) pushPair(left, right media.Frame) bool {
	n := min(len(left), len(right))
	if p.room() < 2*n {
		p.lost.Add(uint32(2 * n))
		return false
	}
	at, mask := int(p.head.Load()), len(p.samples)-1
	for i := range n {
		p.samples[(at+2*i)&mask], p.samples[(at+2*i+1)&mask] = left[i], right[i]
	}
	p.head.Add(uint32(2 * n))
	return true
}

// pull fills what it can of f.
func (p *pipe) pull(f media.Frame) int {
	n := min(len(f), p.held())
	at := int(p.tail.Load()) & (len(p.samples) - 1)
	first := copy(f[:n], p.samples[at:])
	copy(f[first:n], p.samples)
	p.tail.Add(uint32(n))
	return n
}
