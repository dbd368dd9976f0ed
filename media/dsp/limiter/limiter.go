// Package limiter keeps samples below a ceiling. It adds no delay: it sees a block
// as a whole, so that the gain is down before the peak, and comes back slowly.
package limiter

import "math"

// Limiter is of one sound.
type Limiter struct {
	ceiling float32
	gain    float32
	release float32 // how much of the way back to 1 is made in a block
	down    int     // samples in which the gain falls: 1 ms
}

const releaseTime = 0.15 // seconds

// New makes one for blocks of so many samples. The ceiling is a factor of full scale.
func New(rate, block int, ceiling float32) Limiter {
	return Limiter{ceiling: ceiling, gain: 1, down: max(1, rate/1000),
		release: float32(1 - math.Exp(-float64(block)/float64(rate)/releaseTime))}
}

// Process limits a block.
func (l *Limiter) Process(x []float32) {
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
		steps = min(l.down, len(x))
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
