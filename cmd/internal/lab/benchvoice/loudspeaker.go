package benchvoice

import "math"

// loudspeaker is one of a telephone: it has no bass, and what is loud is bent:
// by a cone that moves further out than in, and by an amplifier at its end.
type loudspeaker struct {
	bass       float64 // Hz, below which it is faint
	distortion float64 // dB by which what it adds is below what it plays
}

// play gives what it radiates, and how much of that a linear one would not have,
// in dB.
func (l loudspeaker) play(x signal) (signal, float64) {
	clean := highPass(x, l.bass)
	loud := active(clean)
	part := clean[len(clean)/8 : len(clean)/4] // is enough to find the drive by
	// The drive at which it distorts as much as wanted is between 0.001 and 10 of its limit.
	low, high := math.Log(1e-3), math.Log(10.)
	for range 16 {
		drive := (low + high) / 2
		if distortion(bend(part, math.Exp(drive)/loud), part) > l.distortion {
			low = drive
		} else {
			high = drive
		}
	}
	bent := bend(clean, math.Exp(low)/loud)
	below := distortion(bent, clean)
	return bent.scale(math.Sqrt(energy(clean) / max(energy(bent), 1e-20))), below
}

// distortion is by how many dB what is not linear is below what is.
func distortion(bent, clean signal) float64 {
	linear := square(project(bent, clean)) * energy(clean)
	return decibels(linear, energy(bent)-linear) // the two are orthogonal
}

// bend is the loudspeaker's curve, of no memory.
func bend(x signal, drive float64) signal {
	y := make(signal, len(x))
	for i, v := range x {
		v *= drive
		v += 0.05 * v * v
		y[i] = v / math.Sqrt(math.Sqrt(1+v*v*v*v))
	}
	return y
}

// project is how much of y is x: the gain of x that leaves least.
func project(y, x signal) float64 {
	var xy, xx float64
	for i, v := range x {
		xy, xx = xy+v*y[i], xx+v*v
	}
	return xy / max(xx, 1e-20)
}

// highPass is a Butterworth filter of the second order.
func highPass(x signal, freq float64) signal {
	w := 2 * math.Pi * freq / rate
	alpha, c := math.Sin(w)/math.Sqrt2, math.Cos(w)
	b := (1 + c) / 2 / (1 + alpha)
	a1, a2 := -2*c/(1+alpha), (1-alpha)/(1+alpha)
	y := make(signal, len(x))
	var x1, x2, y1, y2 float64
	for i, v := range x {
		y[i] = b*(v-2*x1+x2) - a1*y1 - a2*y2
		x2, x1, y2, y1 = x1, v, y1, y[i]
	}
	return y
}
