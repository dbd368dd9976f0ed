package faceplate

import (
	"time"

	"offhook/hal"
	"offhook/hal/faceplate/internal/wire"
)

// peer is the page that has the sound, as the audio device sees it.
type peer struct {
	sync   bool
	pair   int   // how many periods make a message
	period int   // samples
	mic    *ring // page's reader -> ReadPeriod
	out    *ring // ReadPeriod and WritePeriod -> page's writer
	wake   chan struct{}
}

// What a ring holds: a page's microphone comes in blocks of at most 40 ms; the
// way out holds two seconds of the shortest periods, clock messages included.
const (
	micBlocks = 256
	outBlocks = 800
)

func newPeer(f hal.PCMFormat, sync bool, wake chan struct{}) *peer {
	most := max(f.Period, f.SampleRate*40/1000)
	pair := 1
	if !sync && periodTime(f) < 10*time.Millisecond {
		pair = 2
	}
	return &peer{sync: sync, pair: pair, period: f.Period, mic: newRing(micBlocks, most), out: newRing(outBlocks, f.Period), wake: wake}
}

// send queues a block for the page without ever waiting.
func (p *peer) send(a wire.Audio) {
	p.out.push(a)
	select {
	case p.wake <- struct{}{}:
	default: // the writer is awake
	}
}

// pending says whether there is enough for a message; the writer's side.
func (p *peer) pending() bool { return p.out.tail.Load()-p.out.head.Load() >= uint64(p.pair) }

// take encodes the next message.
func (p *peer) take(dst []byte) []byte {
	b := p.out.peek()
	dst = wire.AppendAudio(dst, *b)
	p.out.pop()
	for range p.pair - 1 {
		dst = wire.ExtendAudio(dst, p.out.peek().Samples)
		p.out.pop()
	}
	return dst
}

// broken says that a page in sync mode was too slow: it must learn it rather
// than get a stream with a hole.
func (p *peer) broken() bool { return p.sync && (p.out.dropped.Load() > 0 || p.mic.dropped.Load() > 0) }

// periodTime is the length of a period.
func periodTime(f hal.PCMFormat) time.Duration {
	return time.Duration(f.Period) * time.Second / time.Duration(f.SampleRate)
}
