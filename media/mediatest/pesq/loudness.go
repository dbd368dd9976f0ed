package pesq

import "math"

// loudness is Zwicker's law for a band (P.862 §10.2.6).
type loudness struct{ threshold, exponent, scale float64 }

func newLoudness(b band, scale float64) loudness {
	rise := 1.0 // below 4 Bark loudness grows faster
	if b.centre < 4 {
		rise = min(6/(b.centre+2), 2)
	}
	exponent := 0.23 * math.Pow(rise, 0.15)
	return loudness{b.threshold, exponent, scale * math.Pow(b.threshold/0.5, exponent)}
}

func (l loudness) of(power float64) float64 {
	if power <= l.threshold {
		return 0
	}
	return l.scale * (math.Pow(0.5+0.5*power/l.threshold, l.exponent) - 1)
}

// disturbance is how different the loudness of two frames is, and how much of it was
// added: that is more annoying than what was taken away (P.862 §10.2.7 to 10.2.10).
func (e *ears) disturbance(ref, deg []float64) (symmetric, added float64) {
	for b := range ref {
		r, d := e.loud[b].of(ref[b]), e.loud[b].of(deg[b])
		masked := 0.25 * min(r, d)
		switch diff := d - r; {
		case diff > masked:
			e.difference[b] = diff - masked
		case diff < -masked:
			e.difference[b] = diff + masked
		default:
			e.difference[b] = 0
		}
	}
	symmetric = e.norm(2)
	for b := range ref {
		e.difference[b] *= asymmetry(ref[b], deg[b])
	}
	return symmetric, e.norm(1)
}

// asymmetry is how annoying a difference is by what was there before.
func asymmetry(ref, deg float64) float64 {
	h := math.Pow((deg+50)/(ref+50), 1.2)
	if h < 3 {
		return 0
	}
	return min(h, 12)
}

// norm is the Lp norm of the difference over the bands, weighted by their widths.
func (e *ears) norm(p float64) float64 {
	var sum, widths float64
	for b := 1; b < len(e.difference); b++ {
		w := e.bands[b].width
		v := math.Abs(e.difference[b]) * w
		if p == 2 {
			v *= v
		}
		sum += v
		widths += w
	}
	return math.Pow(sum/widths, 1/p) * widths
}
