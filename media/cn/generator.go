package cn

import (
	"math"
	"time"

	"offhook/media"
)

// Generator makes noise after a description. A new description is taken up
// smoothly. It is a media.Source.
type Generator struct {
	random uint32
	target Noise
	fresh  bool    // nothing was heard yet
	slide  float32 // towards the target, each piece
	level  float32 // amplitude now
	order  int     // of the filter, now
	k      [MaxOrder]float32
	gain   float32 // of the excitation
	state  [MaxOrder + 1]float32
}

var _ media.Source = (*Generator)(nil)

const (
	piece    = 32                    // samples between changes
	smoothly = 50 * time.Millisecond // time constant of a change
)

// NewGenerator makes a Generator for a sample rate. It is silent until Set. The
// same seed makes the same noise.
func NewGenerator(rate int, seed uint32) *Generator {
	g := &Generator{random: seed*2654435761 | 1, target: Noise{Level: 127}, fresh: true}
	g.slide = float32(1 - math.Exp(-piece/(smoothly.Seconds()*float64(max(rate, 1)))))
	return g
}

// Set gives the description to follow.
func (g *Generator) Set(n Noise) {
	n.Order = min(max(n.Order, 0), MaxOrder)
	for i := range n.Reflection {
		if k := n.Reflection[i]; i >= n.Order || !(k > -1 && k < 1) {
			n.Reflection[i] = 0 // all are within ±1: the filter is stable
		}
	}
	g.target = n
	g.order = max(g.order, n.Order)
	if g.fresh {
		g.level, g.k, g.fresh = amplitude(n.Level), n.Reflection, false
	}
}

// ReadFrame fills f. It never fails.
func (g *Generator) ReadFrame(f media.Frame) error {
	for len(f) > 0 {
		n := min(len(f), piece)
		g.follow()
		for i := range f[:n] {
			f[i] = int16(max(-32768, min(32767, g.next())))
		}
		f = f[n:]
	}
	return nil
}

// follow goes a step towards the target. The filter's output has the energy of
// its input over the product of all 1-k².
func (g *Generator) follow() {
	g.level += g.slide * (amplitude(g.target.Level) - g.level)
	rest := float32(1)
	for i := range g.k[:g.order] {
		g.k[i] += g.slide * (g.target.Reflection[i] - g.k[i])
		rest *= 1 - g.k[i]*g.k[i]
	}
	g.gain = g.level * float32(math.Sqrt(float64(rest)))
}

// next is an all-pole lattice.
func (g *Generator) next() float32 {
	v := g.gain * g.white()
	for i := g.order - 1; i >= 0; i-- {
		v -= g.k[i] * g.state[i]
		g.state[i+1] = g.state[i] + g.k[i]*v
	}
	g.state[0] = v
	return v
}

// white is noise of unit energy: the sum of four even distributions of 1/12 each.
func (g *Generator) white() float32 {
	const sqrt3 = 1.7320508
	return sqrt3 * (g.even() + g.even() + g.even() + g.even())
}

// even is between -½ and ½ (xorshift).
func (g *Generator) even() float32 {
	g.random ^= g.random << 13
	g.random ^= g.random >> 17
	g.random ^= g.random << 5
	return float32(int32(g.random)) / (1 << 32)
}
