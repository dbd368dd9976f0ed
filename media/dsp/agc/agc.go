// Package agc makes speech as loud as it should be, whoever speaks from wherever:
// slowly, by the level of the speech alone, so that pauses do not swell, with a
// limiter that adds no delay behind it. It allocates nothing after New.
package agc

import (
	"errors"
	"fmt"
	"math"

	"offhook/media/dsp/limiter"
)

// ErrConfig is returned (wrapped) for a Config that cannot be had.
var ErrConfig = errors.New("agc: cannot be had")

// Config says how.
type Config struct {
	Rate    int     // samples a second, 8000 to 48000, in hundreds
	Target  float64 // level of speech in dBov; 0 means -22
	Most    float64 // dB of gain, at most; 0 means 24
	Least   float64 // dB of gain, at least; 0 means -18
	Ceiling float64 // of a sample, in dB below full scale; 0 means 1
}

// Control is one microphone's.
type Control struct {
	block   int
	config  Config
	meter   meter
	gain    float64 // dB, as it is now
	factor  float32 // the same at the end of the last block
	held    bool
	limiter limiter.Limiter
}

// New makes one.
func New(c Config) (*Control, error) {
	if c.Rate < 8000 || c.Rate > 48000 || c.Rate%100 != 0 {
		return nil, fmt.Errorf("%w: %d samples a second; 8000 to 48000 in hundreds can", ErrConfig, c.Rate)
	}
	set := func(v *float64, otherwise float64) {
		if *v == 0 {
			*v = otherwise
		}
	}
	set(&c.Target, -22)
	set(&c.Most, 24)
	set(&c.Least, -18)
	set(&c.Ceiling, 1)
	switch {
	case !(c.Target >= -40 && c.Target <= -10):
		return nil, fmt.Errorf("%w: speech at %g dBov; -40 to -10 can", ErrConfig, c.Target)
	case !(c.Most >= 0 && c.Most <= 40) || !(c.Least <= 0 && c.Least >= -40):
		return nil, fmt.Errorf("%w: gains of %g to %g dB; -40..0 to 0..40 can", ErrConfig, c.Least, c.Most)
	case !(c.Ceiling > 0 && c.Ceiling <= 12):
		return nil, fmt.Errorf("%w: a ceiling %g dB below full scale; 0 to 12 can", ErrConfig, c.Ceiling)
	}
	return &Control{
		block: c.Rate / 100, config: c, meter: newMeter(), factor: 1,
		limiter: limiter.New(c.Rate, c.Rate/100, float32(math.Pow(10, -c.Ceiling/20))),
	}, nil
}

// Block is how many samples are done at a time: 10 ms.
func (c *Control) Block() int { return c.block }

// Gain is what speech is multiplied by now, in dB.
func (c *Control) Gain() float64 { return c.gain }

// Hold says whether what comes now is no speech of this side, as far as is known otherwise:
// what is left of an echo. The gain stays, and nothing is learned of it.
func (c *Control) Hold(held bool) { c.held = held }

// How fast the gain changes, in dB for each block in which somebody speaks. In
// pauses it stays.
const (
	upward   = 0.06 // 6 dB a second: a step is not heard as one
	downward = 0.25
	near     = 0.5 // dB from the target within which nothing is changed
)

// Process makes x, which is in -1..1 and a multiple of Block long, as loud as it
// should be.
func (c *Control) Process(x []float32) {
	for n := c.block; len(x) >= n; x = x[n:] {
		c.do(x[:n])
	}
}

func (c *Control) do(x []float32) {
	if c.held {
		c.amplify(x, c.factor)
		return
	}
	if speech, now := c.meter.take(x); now {
		wanted := min(max(c.config.Target-speech, c.config.Least), c.config.Most)
		switch d := wanted - c.gain; {
		case d > near:
			c.gain += min(upward, d)
		case d < -near:
			c.gain -= min(downward, -d)
		}
	}
	c.amplify(x, float32(math.Pow(10, c.gain/20)))
}

// amplify goes over to a factor.
func (c *Control) amplify(x []float32, to float32) {
	step := (to - c.factor) / float32(len(x))
	for i, v := range x {
		c.factor += step
		x[i] = v * c.factor
	}
	c.factor = to
	c.limiter.Process(x)
}
