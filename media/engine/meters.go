package engine

import (
	"math"
	"sync/atomic"
	"time"

	"offhook/media"
)

// meters measure what a cleaner does: sums in each block, figures once a second.
type meters struct {
	perSecond, blocks int
	both, alone       int     // blocks in which both sides spoke, in which there was nothing but echo
	since             int     // blocks since there was something else
	far, near, left   float64 // powers of the latter
	before, after     float32 // the least power of a block, as it came and as it left
	knew              bool    // the path of the echo, in this call
}

// shown are figures for other goroutines: bits of numbers, and of none.
type shown struct {
	canceller                                   atomic.Int32
	erl, erle, delay, doubleTalk, noise, raised atomic.Uint64
}

// cancellers are the states of one by their numbers.
func cancellers() [4]string { return [...]string{"", "learning", "converged", "lost"} }

const (
	noCanceller = iota
	learning
	converged
	lost
)

const (
	leastAlone   = 0.15    // of a second's blocks: less of the echo alone tells nothing
	aftermath    = 15      // blocks in which powers still have what was said before
	leastFar     = 1e-6    // power of what is played, by sample, that has an echo
	audibleNoise = 2.5e-10 // power of noise, by sample, that can be taken out: -96 dBov
)

// forget is for a call that begins.
func (c *cleaner) forget() {
	c.meters = meters{perSecond: c.meters.perSecond, before: 1, after: 1}
	s := &c.shown
	s.canceller.Store(noCanceller)
	for _, v := range []*atomic.Uint64{&s.erl, &s.erle, &s.delay, &s.doubleTalk, &s.noise, &s.raised} {
		show(v, math.NaN())
	}
}

func show(to *atomic.Uint64, v float64) { to.Store(math.Float64bits(v)) }

// measure sums up a block.
func (c *cleaner) measure(before, after float32) {
	m := &c.meters
	m.before, m.after = min(m.before, before), min(m.after, after)
	if c.echo != nil {
		far, near, left := c.echo.Powers()
		m.since++
		switch {
		case c.echo.DoubleTalk():
			m.both++
			m.since = 0
		case !c.echo.OnlyEcho():
			m.since = 0
		case m.since > aftermath && far > leastFar*float32(c.block):
			m.alone++
			m.far, m.near, m.left = m.far+float64(far), m.near+float64(near), m.left+float64(left)
		}
	}
	if m.blocks++; m.blocks == m.perSecond {
		c.publish()
	}
}

// publish lays out the figures of a second. What it told nothing of stays as it was.
func (c *cleaner) publish() {
	m, s := &c.meters, &c.shown
	if c.echo != nil {
		known, heard := !c.echo.Lost(), float64(m.alone) >= leastAlone*float64(m.blocks)
		m.knew = m.knew || known && heard // silence is no proof
		state := int32(learning)
		switch {
		case m.knew && known:
			state = converged
		case m.knew:
			state = lost
		}
		s.canceller.Store(state)
		show(&s.doubleTalk, 100*float64(m.both)/float64(m.blocks))
		if heard {
			show(&s.erl, 10*math.Log10(m.far/m.near))
			show(&s.erle, max(10*math.Log10(m.near/m.left), 0))
		}
		if heard && known {
			show(&s.delay, float64(c.echo.EchoDelay())/float64(time.Millisecond))
		}
	}
	if c.noisy && m.before > audibleNoise*float32(c.block) {
		show(&s.noise, 10*math.Log10(float64(m.before)/float64(m.after)))
	}
	if c.gain != nil {
		show(&s.raised, c.gain.Gain())
	}
	c.meters = meters{perSecond: m.perSecond, before: 1, after: 1, knew: m.knew, since: m.since}
}

// figures are the last ones; any goroutine.
func (c *cleaner) figures() media.HandsFree {
	s := &c.shown
	figure := func(of *atomic.Uint64) media.Measured { return media.Figure(math.Float64frombits(of.Load())) }
	return media.HandsFree{
		Canceller: cancellers()[s.canceller.Load()],
		ERL:       figure(&s.erl), ERLE: figure(&s.erle), Delay: figure(&s.delay), DoubleTalk: figure(&s.doubleTalk),
		Noise: figure(&s.noise), Gain: figure(&s.raised),
	}
}

// power is that of a block.
func power(x []float32) (sum float32) {
	for _, v := range x {
		sum += v * v
	}
	return sum
}
