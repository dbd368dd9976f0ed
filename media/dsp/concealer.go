package dsp

import (
	"math"
	"time"

	"offhook/media"
)

// What ITU-T P.862 finds best, on several voices with 3 to 10 % of the packets lost.
const (
	concealHold = 10 * time.Millisecond // before the fade
	concealFade = 50 * time.Millisecond // then down to silence (G.711 Appendix I: 20 % in 10 ms)
	steepest    = 0.6                   // from a period to the next, of sound that dies away
	fitWindow   = 7 * time.Millisecond  // the end of the sound, that its repetition must fit
	voicedAbove = 0.4                   // correlation
	noiseLag    = 8 * time.Millisecond  // at least, of what has no pitch: a shorter loop would hum
	maxPeriods  = 3                     // repeated in turn, against a buzz,
	morePeriods = 20 * time.Millisecond // one more each time
	mergeTime   = 3 * time.Millisecond
)

// Concealer makes up lost sound by repeating the last pitch period, and later
// more of them, in the manner of G.711 Appendix I, but without its delay: what was heard
// is not touched again, the seam is made in what is made up. Sound that was dying away goes on so.
type Concealer struct {
	rate    int
	pitch   Pitch
	history media.Frame // the last sound, newest last
	source  media.Frame // history at the beginning of the loss
	active  bool
	lag     int // pitch period
	periods int // repeated by the segment that is being played
	follow  int // and by the next one
	at      int // index into source
	made    int // samples since the beginning of the loss
	gain    float32
	hold    int     // samples before the fade
	decay   float32 // of gain till then, a factor per sample
	slope   float32 // of gain after it, per sample
	step    float32 // difference at the seam, taken away in seam samples
	seam    int
}

// NewConcealer makes a Concealer for sound at rate Hz.
func NewConcealer(rate int) *Concealer {
	p := NewPitch(rate)
	n := maxPeriods*p.Max + p.Max/4 + 1
	return &Concealer{rate: rate, pitch: p, history: make(media.Frame, n), source: make(media.Frame, n)}
}

// History is how much of the past the concealer uses, in samples.
func (c *Concealer) History() int { return len(c.history) }

// Active reports whether a loss is being concealed.
func (c *Concealer) Active() bool { return c.active }

// Silent reports whether the concealment has faded out.
func (c *Concealer) Silent() bool { return c.active && c.gain == 0 }

// Observe shows sound that is played as it is, and ends a concealment. To hear
// the end smoothed, Merge the frame first.
func (c *Concealer) Observe(f media.Frame) {
	c.active = false
	c.remember(f)
}

func (c *Concealer) remember(f media.Frame) {
	if len(f) >= len(c.history) {
		copy(c.history, f[len(f)-len(c.history):])
		return
	}
	n := copy(c.history, c.history[len(f):])
	copy(c.history[n:], f)
}

// Conceal fills dst with what may have followed.
func (c *Concealer) Conceal(dst media.Frame) {
	if !c.active {
		c.begin()
	}
	for i := range dst {
		dst[i] = clip(c.sample())
	}
	c.remember(dst)
}

// Fade makes the concealment that is going on silent within d.
func (c *Concealer) Fade(d time.Duration) {
	c.hold = 0
	c.slope = max(c.slope, c.gain/float32(max(1, c.samples(d))))
}

// Merge blends the beginning of f, the first sound after a loss, with the end
// of the concealment. It is short: what was received is better than what is made up.
func (c *Concealer) Merge(f media.Frame) {
	if !c.active {
		return
	}
	n := min(c.samples(mergeTime), len(f))
	for i := range f[:n] {
		t := float32(i+1) / float32(n+1)
		f[i] = clip((1-t)*c.sample() + t*float32(f[i]))
	}
	c.active = false
}

func (c *Concealer) samples(d time.Duration) int {
	return int(d * time.Duration(c.rate) / time.Second)
}

func (c *Concealer) begin() {
	copy(c.source, c.history)
	n := len(c.source)
	c.lag = c.period()
	c.periods, c.follow = 1, 1
	c.active, c.made, c.gain = true, 0, 1
	c.hold = c.samples(concealHold)
	c.decay = c.dying()
	c.slope = 1 / float32(c.samples(concealFade))
	c.at = n - c.lag
	c.seam = max(1, c.lag/4)
	c.step = float32(c.source[n-1]) - float32(c.source[c.at-1])
}

// period is what to repeat: a pitch period, or what fits best of a noise.
func (c *Concealer) period() int {
	window := c.samples(fitWindow)
	at := len(c.source) - window
	lag, corr := c.pitch.Before(c.source, at, window, c.pitch.Min, c.pitch.Max)
	if corr < voicedAbove {
		lag, _ = c.pitch.Before(c.source, at, window, c.samples(noiseLag), c.pitch.Max)
	}
	return lag
}

// dying is by how much less a sample is than the one before it, if the last period was less
// than the one before that; 1 if not.
func (c *Concealer) dying() float32 {
	n := len(c.source)
	last, before := Power(c.source[n-c.lag:]), Power(c.source[n-2*c.lag:n-c.lag])
	ratio := math.Sqrt((last + math.SmallestNonzeroFloat32) / (before + math.SmallestNonzeroFloat32))
	return float32(math.Pow(min(max(ratio, steepest), 1), 1/float64(c.lag)))
}

func (c *Concealer) sample() float32 {
	if c.gain == 0 {
		return 0
	}
	n, overlap := len(c.source), max(1, c.lag/4)
	if c.at == n-overlap {
		c.follow = max(c.periods, c.wanted())
	}
	v := float32(c.source[c.at])
	if over := c.at - (n - overlap); over >= 0 { // flow into the next segment
		t := float32(over+1) / float32(overlap+1)
		v = (1-t)*v + t*float32(c.source[c.at-c.follow*c.lag])
	}
	if c.made < c.seam {
		v += c.step * float32(c.seam-c.made) / float32(c.seam+1)
	}
	v *= c.gain
	c.made++
	if c.at++; c.at == n {
		c.periods = c.follow
		c.at = n - c.periods*c.lag
	}
	if c.made > c.hold {
		c.gain = max(0, c.gain-c.slope)
	} else {
		c.gain *= c.decay
	}
	return v
}

// wanted is how many periods to repeat by now.
func (c *Concealer) wanted() int {
	return min(maxPeriods, 1+c.made/c.samples(morePeriods))
}
