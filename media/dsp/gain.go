package dsp

import (
	"math"
	"time"

	"offhook/media"
)

// Gain is a volume control without clicks: a new gain is reached by a ramp.
type Gain struct {
	step         float32 // change in one sample, at most
	gain, target float32
}

var _ media.Processor = (*Gain)(nil)

// NewGain makes a gain of 1 for frames at rate Hz; going from 0 to 1 takes ramp.
func NewGain(rate int, ramp time.Duration) *Gain {
	return &Gain{step: float32(1 / max(1, ramp.Seconds()*float64(rate))), gain: 1, target: 1}
}

// Set sets the gain as a factor, at least 0.
func (g *Gain) Set(factor float64) { g.target = float32(max(0, factor)) }

// SetDB sets the gain in dB.
func (g *Gain) SetDB(db float64) { g.Set(math.Pow(10, db/20)) }

// Jump sets the gain as a factor without a ramp, as before the first frame.
func (g *Gain) Jump(factor float64) { g.Set(factor); g.gain = g.target }

// Zero tells whether the gain is 0, and stays so.
func (g *Gain) Zero() bool { return g.gain == 0 && g.target == 0 }

// Process applies the gain; what does not fit is clipped.
func (g *Gain) Process(f media.Frame) {
	if g.gain == g.target && g.gain == 1 {
		return
	}
	for i, s := range f {
		switch {
		case g.gain < g.target:
			g.gain = min(g.target, g.gain+g.step*max(1, g.target))
		case g.gain > g.target:
			g.gain = max(g.target, g.gain-g.step*max(1, g.gain))
		}
		f[i] = clip(g.gain * float32(s))
	}
}

// clip rounds to the nearest sample.
func clip(x float32) int16 {
	if x >= 0 {
		return int16(min(x+0.5, 32767))
	}
	return int16(max(x-0.5, -32768))
}
