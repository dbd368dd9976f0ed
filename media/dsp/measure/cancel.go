package measure

import (
	"math"
	"time"

	"offhook/media/dsp/echo"
)

// Moment is what a canceller did in a quarter of a second.
type Moment struct {
	At     time.Duration // its end
	Echo   float64       // dBFS of what the microphone heard
	Linear float64       // dB that the filter took out
	Sent   float64       // and all that was, with the suppressor
}

// Cancelled is what a canceller reaches.
type Cancelled struct {
	Moments      []Moment
	Linear, Sent float64       // dB, of the last third
	Within       time.Duration // until the filter took out what it does later, less 3 dB; 0: never
	Known        bool          // there was something to take out
}

const moment = 250 * time.Millisecond

// Cancel has a canceller work on what was played and what the microphone heard of it
// while nobody spoke, both from the same sample on.
func Cancel(rate int, far, near []int16, tail, late time.Duration) (Cancelled, error) {
	n := rate / 100
	c, err := echo.New(echo.Config{Rate: rate, Block: n, Tail: tail, Late: late})
	if err != nil {
		return Cancelled{}, err
	}
	var out Cancelled
	x, d, left := make([]float32, n), make([]float32, n), make([]float32, n)
	var heard, linear, sent float64
	blocks := int(moment / (10 * time.Millisecond))
	for i := 0; (i+1)*n <= min(len(far), len(near)); i++ {
		for k := range n {
			x[k], d[k] = float32(far[i*n+k])*(1.0/full), float32(near[i*n+k])*(1.0/full)
		}
		heard += energy(d)
		c.Process(d, d, x, left)
		linear += energy(left)
		sent += energy(d)
		if (i+1)%blocks > 0 {
			continue
		}
		out.Moments = append(out.Moments, Moment{At: time.Duration(i+1) * 10 * time.Millisecond,
			Echo: dBFS(heard / float64(blocks*n) * full * full), Linear: less(heard, linear), Sent: less(heard, sent)})
		heard, linear, sent = 0, 0, 0
	}
	out.sum()
	return out, nil
}

func less(of, left float64) float64 { return 10 * math.Log10((of+1e-9)/(left+1e-9)) }

// sum takes the means of the last third, and looks for when they were near.
func (c *Cancelled) sum() {
	last := c.Moments[len(c.Moments)*2/3:]
	for _, m := range last {
		c.Linear += m.Linear / float64(len(last))
		c.Sent += m.Sent / float64(len(last))
		c.Known = c.Known || m.Echo > silentBelow
	}
	for _, m := range c.Moments {
		if c.Known && m.Linear >= c.Linear-3 {
			c.Within = m.At
			return
		}
	}
}

// Babble is noise that is like speech to a canceller: as its spectrum on average, in
// syllables, with pauses. Its level is -24 dBFS, as that of a caller.
func Babble(rate int, length time.Duration) []int16 {
	out := make([]int16, samples(rate, length))
	seed := uint32(1)
	var low, high float64
	// Speech falls by 6 dB an octave above 500 Hz, and has nothing below 150.
	fall, floor := 1-math.Exp(-2*math.Pi*500/float64(rate)), 1-math.Exp(-2*math.Pi*150/float64(rate))
	x, power := make([]float64, len(out)), 0.0
	for i := range x {
		seed = seed*1664525 + 1013904223
		low += fall * (float64(seed>>8)/(1<<23) - 1 - low)
		high += floor * (low - high)
		at := float64(i) / float64(rate)
		syllable := math.Sin(math.Pi * 4 * at)
		if math.Mod(at, 2) > 1.7 { // for breath
			syllable = 0
		}
		x[i] = (low - high) * syllable * syllable
		power += x[i] * x[i]
	}
	scale := full * math.Pow(10, -24.0/20) / math.Sqrt(power/float64(len(x))+1e-30)
	for i, v := range x {
		out[i] = int16(max(min(v*scale, full-1), -full))
	}
	return out
}
