// Package ambient makes a loudspeaker louder where it is loud: by the noise that a
// microphone hears while nobody speaks, slowly and within a range. It sees the power of
// blocks, as dsp.Power has it. It allocates nothing.
//
// It must not answer its own echo. What the microphone hears counts as noise only
// while it is far above all that an echo of what was played of late can be; but it
// never is less than that noise, so the gain may fall whatever is played.
package ambient

import (
	"math"

	"offhook/media/dsp"
)

// Config says how.
type Config struct {
	Rate, Block int     // samples a second, and in each call of Process: up to 100 ms
	Range       float64 // dB: the most that it is made louder
	Quiet       float64 // dBov of noise up to which it stays as it is; 0 means -55
}

const (
	pace    = 3.0  // dB a second
	near    = 0.25 // dB from where it should be within which it stays
	echoFor = 0.6  // seconds that an echo may be late, of late sound cards
	// An echo may be 6 dB louder than what is played, and must be 10 dB below noise.
	farAbove  = 40.0
	speech    = 8.0 // times the floor: 9 dB above it is no noise
	above     = 2.0 // times the least of late: what noise is on average, at most
	memory    = 1.0 // seconds
	fullScale = 32768.0 * 32768.0
)

// Control is of one loudspeaker.
type Control struct {
	cfg    Config
	floor  dsp.Floor
	held   dsp.Hold
	noise  float64 // power
	gain   float64 // dB
	factor float64
}

// New makes one.
func New(c Config) *Control {
	if c.Quiet == 0 {
		c.Quiet = -55
	}
	return &Control{cfg: c, factor: 1}
}

// Process takes the power of what the microphone heard, and of what was played in
// the same time, and gives the factor for the loudspeaker.
func (c *Control) Process(heard, played float64) float64 {
	rate, took := float64(c.cfg.Rate), float64(c.cfg.Block)/float64(c.cfg.Rate)
	played = c.held.Take(played, c.cfg.Block, rate, echoFor)
	c.floor.Take(heard, c.cfg.Block, rate)
	least := c.floor.Power()
	if heard > farAbove*played && heard < speech*least {
		c.noise += (heard - c.noise) * min(1, took/memory)
	}
	c.noise = min(c.noise, above*least)
	wanted := 0.0
	if c.noise > 0 {
		wanted = min(max(10*math.Log10(c.noise/fullScale)-c.cfg.Quiet, 0), c.cfg.Range)
	}
	if d := wanted - c.gain; d > near || d < -near {
		c.gain += min(max(d, -pace*took), pace*took)
		c.factor = math.Pow(10, c.gain/20)
	}
	return c.factor
}

// Gain is by how much it is louder now, in dB.
func (c *Control) Gain() float64 { return c.gain }
