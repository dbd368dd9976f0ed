package agc

import "math"

// limiter keeps samples below a ceiling. It sees a block as a whole, so that the
// gain is down before the peak, and comes back slowly.
type limiter struct {
	ceiling float32
	gain    float32
	release float32 // how much of the way back to 1 is made in a block
}

const releaseTime = 0.15 // seconds

func newLimiter(rate int, ceiling float32) limiter {
	return limiter{ceiling: ceiling, gain: 1, release: float32(1 - math.Exp(-0.01/releaseTime))}
}

func (l *limiter) process(x []float32) {
	var peak float32
	for _, v := range x {
		peak = max(peak, v, -v)
	}
	to := l.gain + l.release*(1-l.gain)
	if peak*to > l.ceiling {
		to = l.ceiling / peak
	}
	if to == 1 && l.gain == 1 {
		return
	}
	// Down at once, within 1 ms, up by the whole block.
	steps := len(x)
	if to < l.gain {
		steps = max(1, len(x)/10)
	}
	step := (to - l.gain) / float32(steps)
	for i, v := range x {
		if i < steps {
			l.gain += step
		} else {
			l.gain = to
		}
		// A peak in the first millisecond comes before the gain is down.
		x[i] = min(max(v*l.gain, -l.ceiling), l.ceiling)
	}
	l.gain = to
}
