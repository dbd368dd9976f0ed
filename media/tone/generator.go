package tone

import (
	"math"
	"time"

	"offhook/media"
)

const (
	ramp     = 5 * time.Millisecond // of a tone's beginning and end
	sineBits = 10
	sineSize = 1 << sineBits
	depth    = 0.9 // of modulation
)

// Generator plays cadences. Phases run on from part to part, and every
// beginning and end is a ramp, so that nothing clicks. One owner; 0 allocations.
type Generator struct {
	rate   int
	sine   [sineSize + 1]float32
	cad    Cadence
	next   Cadence
	change bool // next is to be taken up as soon as the old sound has faded

	part, round int
	left        int  // samples of this step; negative: without end
	sounding    bool // in the On of a part with frequencies
	done        bool

	phase, step [4]uint32
	beat, pulse uint32 // of the modulation; pulse 0: none
	level       float32
	env, slope  float32
}

var _ media.Source = (*Generator)(nil)

// NewGenerator makes a silent generator for frames at rate Hz.
func NewGenerator(rate int) *Generator {
	g := &Generator{rate: rate, done: true}
	for i := range g.sine {
		g.sine[i] = float32(math.Sin(2 * math.Pi * float64(i) / sineSize))
	}
	g.slope = float32(1 / (ramp.Seconds() * float64(rate)))
	return g
}

// Set begins a cadence, after what sounds now has faded in at most 5 ms. The
// zero Cadence is silence.
func (g *Generator) Set(c Cadence) { g.next, g.change, g.done = c, true, false }

// Done reports whether nothing more will sound.
func (g *Generator) Done() bool { return g.done && g.env == 0 }

// ReadFrame fills f; after the end of the cadence with silence. It never fails.
func (g *Generator) ReadFrame(f media.Frame) error {
	for i := range f {
		f[i] = g.sample()
	}
	return nil
}

func (g *Generator) sample() int16 {
	if g.change && g.env == 0 {
		g.begin()
	}
	g.advance()
	target := float32(0)
	if g.sounding && !g.change {
		target = 1
	}
	switch {
	case g.env < target:
		g.env = min(g.env+g.slope, 1)
	case g.env > target:
		g.env = max(g.env-g.slope, 0)
	}
	if g.env == 0 {
		return 0
	}
	var sum float32
	for k := range g.phase {
		if g.step[k] == 0 {
			continue
		}
		sum += g.look(g.phase[k])
		g.phase[k] += g.step[k]
	}
	if g.pulse != 0 {
		// At its peak the sum is what it is without modulation.
		sum *= (1 + depth*g.look(g.beat)) / (1 + depth)
		g.beat += g.pulse
	}
	return int16(max(-32767, min(32767, sum*g.level*g.env)))
}

func (g *Generator) look(phase uint32) float32 {
	i := phase >> (32 - sineBits)
	frac := float32(phase<<sineBits>>8) * (1.0 / (1 << 24))
	return g.sine[i] + frac*(g.sine[i+1]-g.sine[i])
}

func (g *Generator) begin() {
	g.cad, g.change = g.next, false
	g.part, g.round = -1, 0
	g.left, g.done, g.sounding = 0, g.cad.Zero(), false
	g.level = float32(32767 * math.Pow(10, g.cad.LevelDB/20))
	g.phase, g.beat = [4]uint32{}, 0
}

// advance steps through the cadence by one sample.
func (g *Generator) advance() {
	if g.done || g.change || g.left < 0 {
		return
	}
	// Parts of no length are passed over, but at most one round of them a sample.
	for range 2*len(g.cad.Parts) + 1 {
		if g.left != 0 || g.done {
			break
		}
		g.turn()
	}
	if g.left > 0 {
		g.left--
	}
}

// turn goes to the next step: from On to Off, or from Off to the next part's On.
func (g *Generator) turn() {
	if g.part >= 0 && g.sounding {
		if off := g.cad.Parts[g.part].Off; off > 0 {
			g.sounding, g.left = false, g.samples(off)
			return
		}
	}
	g.part++
	if g.part == len(g.cad.Parts) {
		g.part = max(0, min(g.cad.Loop, len(g.cad.Parts)-1))
		g.round++
		if g.cad.Repeat > 0 && g.round >= g.cad.Repeat {
			g.done, g.sounding = true, false
			return
		}
	}
	p := g.cad.Parts[g.part]
	g.tune(p.Freqs)
	g.pulse = g.increment(p.Mod)
	g.left = g.samples(p.On)
	if p.On == 0 {
		g.left = -1
	}
}

// tune takes up frequencies; one that stays keeps its phase.
func (g *Generator) tune(freqs [4]float64) {
	g.sounding = freqs != [4]float64{}
	if !g.sounding {
		return
	}
	for k, f := range freqs {
		g.step[k] = g.increment(f)
	}
}

// increment is the phase's, a sample.
func (g *Generator) increment(freq float64) uint32 {
	return uint32(int64(freq / float64(g.rate) * (1 << 32)))
}

func (g *Generator) samples(d time.Duration) int {
	return int(d * time.Duration(g.rate) / time.Second)
}
