package denoise

import "math"

// gains are of each bin, by the minimum mean square error of the log-amplitude.
type gains struct {
	gain  []float32
	clean []float32 // power of speech in the frame before, by that of noise
	least float32
	curve [lsaSteps + 1]float32
}

const (
	decided  = 0.95  // how much of the a-priori SNR is the frame before's
	leastSNR = 0.003 // -25 dB
	most     = 1e4   // a-posteriori SNR that counts
	lsaSteps = 320
	lsaMost  = 10.0
)

func newGains(bins int, reduction float64) *gains {
	g := &gains{gain: make([]float32, bins), clean: make([]float32, bins), least: float32(math.Pow(10, -reduction/20))}
	for i := range g.curve {
		g.curve[i] = float32(math.Exp(0.5 * exponentialIntegral(max(float64(i), 0.02)*lsaMost/lsaSteps)))
	}
	return g
}

// of gives the gain of each bin for a frame of these powers.
func (g *gains) of(power []float32, noise *tracker) []float32 {
	// Plain comparisons: min and max of floats are calls on ARM.
	for i, p := range power {
		posterior := p / noise.power[i]
		if posterior > most {
			posterior = most
		}
		prior := decided * g.clean[i]
		if posterior > 1 {
			prior += (1 - decided) * (posterior - 1)
		}
		if prior < leastSNR {
			prior = leastSNR
		}
		gain := prior / (1 + prior)
		if v := gain * posterior; v < lsaMost {
			at := v * (lsaSteps / lsaMost)
			k := int(at)
			gain *= g.curve[k] + (at-float32(k))*(g.curve[k+1]-g.curve[k])
		}
		if gain > 1 {
			gain = 1
		}
		g.clean[i] = gain * gain * posterior
		// Where there is no speech the floor is left, and no tones that come and go.
		if gain > g.least {
			gain = g.least + noise.speech[i]*(gain-g.least)
		} else {
			gain = g.least
		}
		g.gain[i] = gain
	}
	return g.gain
}

// exponentialIntegral is E1(x) for x > 0: by its series, and by its continued
// fraction (Abramowitz and Stegun 5.1.11 and 5.1.22).
func exponentialIntegral(x float64) float64 {
	if x <= 1 {
		const gamma = 0.57721566490153286
		sum, term := -gamma-math.Log(x), -1.0
		for n := 1.0; n < 30; n++ {
			term *= -x / n
			sum += term / n
		}
		return sum
	}
	f := 0.0
	for n := 40.0; n > 0; n-- {
		f = n / (1 + n/(x+f))
	}
	return math.Exp(-x) / (x + f)
}
