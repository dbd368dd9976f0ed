package engine

import (
	"math"
	"slices"
	"sync/atomic"
	"time"

	"offhook/media"
	"offhook/media/jitter"
)

// published are figures that the engine's thread lays out for others.
type published struct {
	late, concealed, expanded, accelerated, delay atomic.Int64
	recovered                                     atomic.Int64
	discarded                                     atomic.Int64
	levelSent, levelReceived                      atomic.Uint64
}

// figures are those of several jitter buffers.
type figures struct {
	late, discarded                             uint64
	concealed, recovered, expanded, accelerated time.Duration
}

func (f *figures) add(c jitter.Counters) {
	f.late += c.Late
	f.discarded += c.Discarded + c.Duplicate
	f.concealed += c.Concealed
	f.recovered += c.Recovered
	f.expanded += c.Expanded
	f.accelerated += c.Accelerated
}

// forget keeps the figures of receivers that a new plan has no more.
func (l *leg) forget(next *plan) {
	if l.current == nil {
		return
	}
	for _, r := range l.current.receivers {
		if !slices.Contains(next.receivers, r) {
			l.gone.add(r.buffer.Counters())
		}
	}
}

func (l *leg) publish() {
	l.published.levelSent.Store(math.Float64bits(l.levels.sent.DB()))
	l.published.levelReceived.Store(math.Float64bits(l.levels.received.DB()))
	if l.current == nil {
		return
	}
	sum := l.gone
	for _, r := range l.current.receivers {
		sum.add(r.buffer.Counters())
	}
	l.published.late.Store(int64(sum.late))
	l.published.discarded.Store(int64(sum.discarded))
	l.published.concealed.Store(int64(sum.concealed))
	l.published.recovered.Store(int64(sum.recovered + l.repeated))
	l.published.expanded.Store(int64(sum.expanded))
	l.published.accelerated.Store(int64(sum.accelerated))
	delay := l.active.buffer.Counters().Delay
	l.published.delay.Store(int64(delay))
	l.stream.Played(sum.late, delay)
	if speech, noise, known := l.levels.received.Talk(); known {
		l.stream.Heard(speech, noise)
	}
}

// stats joins the network's figures and the sound's: any goroutine.
func (l *leg) stats() media.Stats {
	s := l.stream.Stats()
	p := &l.published
	s.Late = uint64(p.late.Load())
	s.Discarded += uint64(p.discarded.Load())
	s.Concealed, s.Expanded = time.Duration(p.concealed.Load()), time.Duration(p.expanded.Load())
	s.Recovered = time.Duration(p.recovered.Load())
	s.Accelerated, s.PlayoutDelay = time.Duration(p.accelerated.Load()), time.Duration(p.delay.Load())
	s.LevelSent, s.LevelReceived = math.Float64frombits(p.levelSent.Load()), math.Float64frombits(p.levelReceived.Load())
	if plan := l.plan.Load(); plan != nil {
		s.Encoding = plan.spec.Send.Encoding
	}
	return s
}
