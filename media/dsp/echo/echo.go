// Package echo takes out of a microphone's sound what the loudspeaker plays.
//
// A linear filter in the frequency domain, in partitions, is adapted by a Kalman
// filter of each bin (Enzner and Vary, Signal Processing 86, 2006; Kuech, Mabande and
// Enzner, ICASSP 2014): its covariance says how well the echo path is known, so
// that no double-talk detector is needed. What the filter leaves is suppressed in
// each bin, with the noise if wanted, and comfort noise takes its place. It allocates
// nothing after New.
package echo

import (
	"errors"
	"fmt"
	"math"
	"time"
)

// ErrConfig is returned (wrapped) for a Config that cannot be had.
var ErrConfig = errors.New("echo: cannot be had")

// Config says how.
type Config struct {
	Rate  int           // samples a second: 8000, 16000 or 48000
	Block int           // samples in each call of Process: 5 or 10 ms
	Tail  time.Duration // of the echo path, with the delay of the device: 32 to 256 ms; 0 means 128
	Noise bool          // suppress noise in the same pass
	Late  time.Duration // after which the echo may begin, and is looked for: 0 to 500 ms
}

const (
	emphasis    = 0.9  // both sides are filtered by it: speech has little treble
	clipped     = 0.98 // of full scale
	powerMemory = 0.9  // a block
	onlyEcho    = 0.2  // of what is sent; if more, the near side speaks
)

// Canceller is one microphone's.
type Canceller struct {
	rate, block  int
	filter       *filter
	suppressor   *suppressor
	finder       *finder // nil: the echo is not late
	x, d, y, e   []float32
	y2, e2       []float32 // of the block that is learned from again
	far0, near0  float32   // last samples, for the emphasis
	out0, lin0   float32
	farPower     float32
	nearPower    float32
	errorPower   float32
	echoPower    float32
	bad          int // blocks in which the filter did harm
	harm         bool
	double       bool
	echoed       bool // there is echo
	sinceClipped int
}

// Meters say how it goes.
type Meters struct {
	ERL, ERLE  float32       // dB: the loss from loudspeaker to microphone, and what the linear filter adds to it
	Delay      time.Duration // of the echo
	DoubleTalk bool          // both sides speak
	Diverged   bool          // the filter did harm and is passed by
}

// New makes one.
func New(c Config) (*Canceller, error) {
	if c.Tail == 0 {
		c.Tail = 128 * time.Millisecond
	}
	switch {
	case c.Rate != 8000 && c.Rate != 16000 && c.Rate != 48000:
		return nil, fmt.Errorf("%w: %d samples a second; 8000, 16000 and 48000 can", ErrConfig, c.Rate)
	case c.Block != c.Rate/100 && c.Block != c.Rate/200:
		return nil, fmt.Errorf("%w: blocks of %d samples at %d a second; %d and %d can", ErrConfig, c.Block, c.Rate, c.Rate/200, c.Rate/100)
	case c.Tail < 32*time.Millisecond || c.Tail > 256*time.Millisecond:
		return nil, fmt.Errorf("%w: a tail of %v; 32 to 256 ms can", ErrConfig, c.Tail)
	case c.Late < 0 || c.Late > 500*time.Millisecond:
		return nil, fmt.Errorf("%w: an echo that begins after %v; 0 to 500 ms can", ErrConfig, c.Late)
	}
	late := int(c.Late * time.Duration(c.Rate) / time.Second / time.Duration(c.Block))
	f := newFilter(c.Block, int(c.Tail*time.Duration(c.Rate)/time.Second), late)
	v := func() []float32 { return make([]float32, c.Block) }
	k := &Canceller{rate: c.Rate, block: c.Block, filter: f, x: v(), d: v(), y: v(), e: v(), y2: v(), e2: v(),
		suppressor: newSuppressor(c.Block, c.Noise, f)}
	if late > 0 {
		k.finder = newFinder(late, c.Block, c.Rate, f.n)
		k.suppressor.finder = k.finder
	}
	return k, nil
}

// Delay is by how much the output is later: one block.
func (c *Canceller) Delay() time.Duration {
	return time.Duration(c.block) * time.Second / time.Duration(c.rate)
}

// Restart begins another call in the same room: it forgets the sound, and keeps
// what it knows of the echo path and of the noise. Only who calls Process may call it.
func (c *Canceller) Restart() {
	c.filter.restart()
	c.suppressor.restart()
	if c.finder != nil {
		c.finder.restart()
	}
	c.far0, c.near0, c.out0, c.lin0 = 0, 0, 0, 0
	c.farPower, c.nearPower, c.errorPower, c.echoPower = 0, 0, 0, 0
	c.bad, c.harm, c.double, c.echoed, c.sinceClipped = 0, false, false, false, 0
}

// Process takes the echo of far, which is played in the same step, out of near
// (the microphone), and writes out. Linear, when not nil, gets what the linear
// filter alone leaves, without delay. All are of Block samples in -1..1; out may be near.
func (c *Canceller) Process(out, near, far, linear []float32) {
	n := c.block
	if len(out) < n || len(near) < n || len(far) < n || (linear != nil && len(linear) < n) {
		return
	}
	c.emphasize(near[:n], far[:n])
	f := c.filter
	f.estimate(c.y, c.x)
	for i, d := range c.d {
		c.e[i] = d - c.y[i]
	}
	c.weigh()
	f.adapt(c.e, c.sinceClipped > 0)
	if f.doubtful && c.suppressor.lost {
		c.learnAgain()
	}
	if c.harm {
		copy(c.e, c.d)
	}
	if linear != nil {
		c.lin0 = deemphasize(linear[:n], c.e, c.lin0)
	}
	c.echoed = c.suppressor.process(c.d, c.e, c.y, c.harm)
	c.double = c.echoed && c.suppressor.near > 0.5
	f.coherent(c.suppressor)
	c.follow()
	c.out0 = deemphasize(out[:n], c.d, c.out0)
}

// learnAgain takes a block twice while the path is looked for: it is found in nine
// tenths of the time. What is sent has gone by.
func (c *Canceller) learnAgain() {
	c.filter.predict(c.y2)
	for i, d := range c.d {
		c.e2[i] = d - c.y2[i]
	}
	c.filter.repeat(c.e2)
}

func (c *Canceller) emphasize(near, far []float32) {
	loud := false
	for i := range near {
		d, x := near[i], far[i]
		if !(d > -4 && d < 4) { // no number, or none of sound
			d = 0
		}
		if !(x > -4 && x < 4) {
			x = 0
		}
		loud = loud || d > clipped || d < -clipped
		c.d[i], c.near0 = d-emphasis*c.near0, d
		c.x[i], c.far0 = x-emphasis*c.far0, x
	}
	c.sinceClipped = max(c.sinceClipped-1, 0)
	if loud {
		c.sinceClipped = 2
	}
}

func deemphasize(to, from []float32, last float32) float32 {
	for i, v := range from {
		last = v + emphasis*last
		to[i] = last
	}
	if last < 1e-15 && last > -1e-15 {
		return 0
	}
	return last
}

// weigh compares what came in with what is left: a filter that makes it louder
// is passed by, and forgotten if that goes on.
func (c *Canceller) weigh() {
	mix := func(to *float32, v []float32) { *to = powerMemory**to + (1-powerMemory)*(square(v)+1e-12) }
	mix(&c.farPower, c.x)
	mix(&c.nearPower, c.d)
	mix(&c.errorPower, c.e)
	mix(&c.echoPower, c.y)
	c.harm = !(c.errorPower < 1.2*c.nearPower)
	switch {
	case !(c.errorPower < 1e3):
		c.errorPower, c.echoPower = c.nearPower, 0
		c.filter.forget()
		c.bad = 0
	case c.harm:
		if c.bad++; c.bad >= 30 {
			c.filter.shrink()
			c.bad = 0
		}
	default:
		c.bad = max(c.bad-1, 0)
	}
}

// follow moves the filter to where the echo was found, when it is not where that
// can be learned, or is learned badly.
func (c *Canceller) follow() {
	if c.finder == nil || c.finder.found < 0 {
		return
	}
	f := c.filter
	within := f.parts * f.hops * 2 / 3
	if c.suppressor.lost {
		within /= 2
	}
	if at := c.finder.found; at < f.lag || at > f.lag+within {
		f.move(max(at-ahead, 0))
		c.suppressor.lose()
	}
}

// OnlyEcho says whether what came out last is no near speech, but what may be left
// of an echo. Only who calls Process may ask.
func (c *Canceller) OnlyEcho() bool { return c.echoed && c.suppressor.near < onlyEcho }

// Meters are the present ones; only who calls Process may ask.
func (c *Canceller) Meters() Meters {
	at := (c.filter.lag + c.filter.peak()*c.filter.hops) * c.block
	db := func(a, b float32) float32 { return float32(10 * math.Log10(float64(a+1e-12)/float64(b+1e-12))) }
	return Meters{ERL: db(c.farPower, c.nearPower), ERLE: max(db(c.nearPower, c.errorPower), 0),
		Delay: time.Duration(at) * time.Second / time.Duration(c.rate), DoubleTalk: c.double, Diverged: c.harm}
}

func square(v []float32) (sum float32) {
	for _, x := range v {
		sum += x * x
	}
	return sum
}
