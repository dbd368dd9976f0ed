package benchvoice

import (
	"math"
	"math/rand/v2"
	"time"
)

const soundSpeed = 343.0 // m/s

// place is a point in a room, in metres.
type place struct{ x, y, z float64 }

// room is a box whose walls all reflect alike.
type room struct {
	size   place
	rt     time.Duration // until a sound has fallen by 60 dB
	jitter uint64        // seed of how uneven the walls are
}

// reflection is what a wall gives back of a pressure, by Eyring's formula.
func (r room) reflection() float64 {
	s := r.size
	volume, walls := s.x*s.y*s.z, 2*(s.x*s.y+s.y*s.z+s.x*s.z)
	// RT = 24 ln(10) V / (-c S ln(1-absorption)); a pressure is the root of an energy.
	return math.Exp(-12 * math.Ln10 * volume / (soundSpeed * walls * r.rt.Seconds()))
}

// response is from a place to another by the image method (Allen and Berkley,
// J. Acoust. Soc. Am. 65, 1979), tail long. The pressure 1 m away is 1.
func (r room) response(from, to place, tail time.Duration) signal {
	h := make(signal, samples(tail))
	b := r.reflection()
	far := float64(len(h)) / rate * soundSpeed
	rng := rand.New(rand.NewPCG(r.jitter, 0x1a9e))
	span := func(side float64) int { return int(far/(2*side)) + 1 }
	nx, ny, nz := span(r.size.x), span(r.size.y), span(r.size.z)
	for i := -nx; i <= nx; i++ {
		for j := -ny; j <= ny; j++ {
			for k := -nz; k <= nz; k++ {
				for mirror := range 8 {
					px, py, pz := mirror&1, mirror>>1&1, mirror>>2&1
					d := math.Sqrt(square(image(from.x, r.size.x, i, px)-to.x) + square(image(from.y, r.size.y, j, py)-to.y) + square(image(from.z, r.size.z, k, pz)-to.z))
					order := abs(i-px) + abs(i) + abs(j-py) + abs(j) + abs(k-pz) + abs(k)
					if order > 0 { // no wall is a mirror: flutter would be heard
						d += 0.05 * (rng.Float64() - 0.5) * min(float64(order), 4)
					}
					arrive(h, d, math.Pow(b, float64(order)))
				}
			}
		}
	}
	return block(h)
}

// image is where a source is seen along one side.
func image(at, side float64, n, mirror int) float64 {
	return (1-2*float64(mirror))*at + 2*float64(n)*side
}

// arrive adds a sound from d metres away.
func arrive(h signal, d, strength float64) {
	const side = 8
	at := d / soundSpeed * rate
	if at > float64(len(h)+side) {
		return
	}
	gain := strength / max(d, 0.05)
	first := int(math.Floor(at)) - side + 1
	for k := max(first, 0); k < min(first+2*side, len(h)); k++ {
		h[k] += gain * sinc(at-float64(k), side, 0.5)
	}
}

// block takes out what is below 20 Hz, of which the method makes too much.
func block(h signal) signal {
	const pole = 1 - 2*math.Pi*20/rate
	var x1, y1 float64
	for i, x := range h {
		y1 = x - x1 + pole*y1
		x1, h[i] = x, y1
	}
	return h
}

func square(x float64) float64 { return x * x }

func abs(n int) int { return max(n, -n) }
