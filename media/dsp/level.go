// Package dsp is signal processing on frames: level, gain, resampling,
// concealment and time stretching. Nothing here allocates after its New.
package dsp

import (
	"math"
	"time"

	"offhook/media"
)

// Silence is the level reported for digital silence, in dBov.
const Silence = -127.0

// Level is a meter: the power of what it was shown, smoothed, in dBov
// (RFC 6464: 0 is the power of a full-scale square wave).
type Level struct {
	rate  float64
	tau   float64
	power float64
	keep  float64 // of it, by a frame of
	size  int     // samples
	talk  talk
}

// NewLevel makes a meter for frames at rate Hz with the given time constant.
func NewLevel(rate int, smoothing time.Duration) *Level {
	return &Level{rate: float64(rate), tau: max(smoothing.Seconds(), 1e-3)}
}

// WriteFrame shows the meter a frame. It never fails.
func (l *Level) WriteFrame(f media.Frame) error {
	if len(f) == 0 {
		return nil
	}
	if len(f) != l.size {
		l.keep, l.size = math.Exp(-float64(len(f))/(l.rate*l.tau)), len(f)
	}
	p := Power(f)
	l.power = l.keep*l.power + (1-l.keep)*p
	l.talk.take(p, len(f), l.rate)
	return nil
}

// DB is the level now, in dBov, not below Silence.
func (l *Level) DB() float64 { return decibels(l.power) }

// FrameLevel is the level of one frame alone, in dBov.
func FrameLevel(f media.Frame) float64 { return decibels(Power(f)) }

// Power is the mean square of a frame's samples.
func Power(f media.Frame) float64 {
	if len(f) == 0 {
		return 0
	}
	n, sum := float64(len(f)), uint64(0)
	for ; len(f) >= 4; f = f[4:] {
		a, b, c, d := int32(f[0]), int32(f[1]), int32(f[2]), int32(f[3])
		sum += uint64(uint32(a*a + b*b)) // 1<<31 at most
		sum += uint64(uint32(c*c + d*d))
	}
	for _, s := range f {
		sum += uint64(int32(s) * int32(s))
	}
	return float64(sum) / n
}

func decibels(power float64) float64 {
	if power <= 0 {
		return Silence
	}
	return max(10*math.Log10(power/(32768.0*32768.0)), Silence)
}
