package measure

import (
	"math"
	"time"

	"offhook/media/dsp/echo"
)

// Cancelled is what a canceller reaches.
type Cancelled struct {
	Curve        []Point       // dB that the filter took out, each quarter of a second
	Linear, Sent float64       // the same of the last third, and what was taken out in all
	Within       time.Duration // until the filter took out what it does later, less 3 dB; 0: never
	Known        bool          // there was something to take out
}

const blocks = 25 // of 10 ms, in a point

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
	var heard, linear, sent, all, allSent float64
	many := len(near) / n
	for i := range many {
		floats(x, far[i*n:])
		floats(d, near[i*n:])
		power := energy(d)
		c.Process(d, d, x, left)
		heard += power
		linear += energy(left)
		if 3*i >= 2*many {
			all += power
			allSent += energy(d)
			sent += energy(left)
		}
		if (i+1)%blocks == 0 {
			out.Curve = append(out.Curve, Point{float64(10 * (i + 1)), tenth(less(heard, linear))})
			heard, linear = 0, 0
		}
	}
	out.Linear, out.Sent, out.Known = less(all, sent), less(all, allSent), all > 0
	for _, p := range out.Curve {
		if out.Known && p.DB >= out.Linear-3 {
			out.Within = time.Duration(p.At) * time.Millisecond
			break
		}
	}
	return out, nil
}

func floats(to []float32, from []int16) {
	for i := range to {
		to[i] = float32(from[i]) * (1.0 / full)
	}
}

// less is by how many dB; what is left of little is no measure.
func less(of, left float64) float64 { return 10 * math.Log10((of+1e-9)/(left+1e-9)) }

// Babble is noise that is like speech to a canceller: as its spectrum on average, in
// syllables, with pauses. Its level is -24 dBFS, as that of a caller.
func Babble(rate int, length time.Duration) []int16 {
	out := make([]int16, samples(rate, length))
	x, power := make([]float64, len(out)), 0.0
	// Speech falls by 6 dB an octave above 500 Hz, and has nothing below 150.
	fall, floor := 3000/float64(rate+3000), 940/float64(rate+940)
	seed := uint32(1)
	var low, high float64
	for i := range x {
		seed = seed*1664525 + 1013904223
		low += fall * (float64(int32(seed)) - low)
		high += floor * (low - high)
		if i%(2*rate) < rate*37/20 { // else breath is drawn
			syllable := math.Sin(math.Pi * 4 * float64(i) / float64(rate))
			x[i] = (low - high) * syllable * syllable
			power += x[i] * x[i]
		}
	}
	const level = 0.0631 * full
	scale := level / math.Sqrt(power/float64(len(x)))
	for i, v := range x {
		out[i] = int16(max(min(v*scale, full-1), -full))
	}
	return out
}
