package engine

import (
	"errors"
	"fmt"
	"time"

	"offhook/media"
	"offhook/media/dsp/agc"
	"offhook/media/dsp/denoise"
	"offhook/media/dsp/echo"
)

// HandsFree is what is done to the microphone while a Patch is HandsFree. The
// zero HandsFree is nothing.
//
// The echo path must be one: what goes on for longer than Tail, or begins later than
// Late, is not taken out, and the less the further the microphone's clock is from the
// loudspeaker's.
type HandsFree struct {
	Echo  bool          // take out what the loudspeaker plays
	Tail  time.Duration // of the echo path, 32 to 256 ms; 0 means 128
	Late  time.Duration // after which the echo may begin: it is looked for; 0 to 500 ms
	Noise bool          // take out noise
	Gain  bool          // have speech as loud as it should be
}

// none tells whether nothing is to be done.
func (h HandsFree) none() bool { return !h.Echo && !h.Noise && !h.Gain }

// Fits tells by its error why this cannot be had of a device.
func (h HandsFree) Fits(rate, period int) error {
	_, err := newCleaner(h, rate, period)
	return err
}

const (
	cleanRamp = 20 * time.Millisecond // to what is cleaned, and back
	// mostGain is what speech from across a room is raised by, in dB: what is left
	// of the echo is raised with it.
	mostGain  = 12
	fullScale = 32768
)

// cleaner is what a microphone's sound goes through while both hands are free. It
// stays from call to call, and knows the room already in the second.
type cleaner struct {
	echo  *echo.Canceller     // nil, as all others: it is not wanted
	noise *denoise.Suppressor // where no canceller does it in the same pass
	gain  *agc.Control
	block int     // at the rate that it works at
	band  *narrow // nil: that is the device's
	wet   fade    // how much of what comes out is cleaned
	far   []float32
	near  []float32

	noisy  bool // noise is taken out, by whomever
	meters meters
	shown  shown
}

// newCleaner makes one, nil when there is nothing to do.
func newCleaner(h HandsFree, rate, period int) (*cleaner, error) {
	if h.none() {
		return nil, nil
	}
	c := &cleaner{block: rate / 100, wet: newFade(rate, cleanRamp), noisy: h.Noise}
	if h.Echo && !h.Gain && period == rate/200 {
		c.block = period
	}
	if rate%100 != 0 || period%c.block != 0 {
		return nil, fmt.Errorf("engine: hands-free works on blocks of 10 ms, periods of %d samples at %d Hz are none: have periods of 10 or 20 ms", period, rate)
	}
	if rate > wideband && rate%wideband == 0 {
		c.band = newNarrow(rate, c.block)
		c.block /= rate / wideband
		rate = wideband
	}
	c.far, c.near = make([]float32, c.block), make([]float32, c.block)
	c.meters.perSecond = rate / c.block
	c.forget()
	var err error
	if h.Echo {
		var failed error
		c.echo, failed = echo.New(echo.Config{Rate: rate, Block: c.block, Tail: h.Tail, Late: h.Late, Noise: h.Noise})
		err = errors.Join(err, failed)
	} else if h.Noise {
		var failed error
		c.noise, failed = denoise.New(denoise.Config{Rate: rate})
		err = errors.Join(err, failed)
	}
	if h.Gain {
		var failed error
		c.gain, failed = agc.New(agc.Config{Rate: rate, Most: mostGain})
		err = errors.Join(err, failed)
	}
	if err != nil {
		return nil, fmt.Errorf("engine: hands-free: %w", err)
	}
	return c, nil
}

// begin is for a call that begins: what was played before it has no echo in it.
func (c *cleaner) begin() {
	c.wet.cut()
	c.forget()
	if c.echo != nil {
		c.echo.Restart()
	}
}

// process cleans a period of captured sound; played is the one before it.
func (c *cleaner) process(captured, played media.Frame) {
	if c.band != nil {
		c.band.process(c, captured, played)
		return
	}
	for n := c.block; len(captured) >= n && len(played) >= n; captured, played = captured[n:], played[n:] {
		c.clean(captured[:n], played[:n])
		for i, v := range c.near {
			s := float32(captured[i])
			captured[i] = whole(s + c.wet.next()*(v*fullScale-s))
		}
	}
}

// clean leaves in near what captured is when it is clean.
func (c *cleaner) clean(captured, played media.Frame) {
	floats(c.near, captured)
	before := power(c.near)
	if c.echo != nil {
		floats(c.far, played)
		c.echo.Process(c.near, c.near, c.far, nil)
	}
	if c.noise != nil {
		c.noise.Process(c.near, c.near)
	}
	c.measure(before, power(c.near))
	if c.gain != nil {
		c.gain.Hold(c.echo != nil && c.echo.OnlyEcho())
		c.gain.Process(c.near)
	}
}

func floats(to []float32, from media.Frame) {
	for i, s := range from {
		to[i] = float32(s) * (1.0 / fullScale)
	}
}

// whole is the nearest sample.
func whole(v float32) int16 {
	switch {
	case v >= 32767:
		return 32767
	case v <= -32768:
		return -32768
	case v < 0:
		return int16(v - 0.5)
	}
	return int16(v + 0.5)
}

// cleanse cleans what was captured while the set has a cleaner. One that it has no
// more leaves without a click before another begins.
func (e *Engine) cleanse(set *set) {
	if e.cleaner == nil {
		if e.cleaner = set.cleaner; e.cleaner == nil {
			return
		}
		e.cleaner.begin()
	}
	c := e.cleaner
	c.wet.to(c == set.cleaner)
	c.process(e.capture, e.playback)
	if c.wet.silent() {
		e.cleaner = nil
	}
}

// unhand finds the cleaner of a patch: it is made once for a device. The mutex is held.
func (e *Engine) unhand(p *Patch) {
	switch {
	case !p.HandsFree && len(p.Streams) == 0: // nobody hears the microphone
		e.cleaning = nil
	case !p.HandsFree:
		e.cleaning = e.way(p.Route).clean
	case e.known == nil:
		e.known, _ = newCleaner(e.cfg.HandsFree, e.cfg.SampleRate, e.cfg.Period) // New has tried it
		fallthrough
	default:
		e.cleaning = e.known
	}
}
