package cn

import (
	"math"
	"time"

	"offhook/media"
)

// Analyser describes the noise that it is shown: the last quarter of a second
// of it, about. It is a media.Sink.
type Analyser struct {
	rate    float64
	line    correlator
	mean    correlation
	samples float32 // that mean is of
}

var _ media.Sink = (*Analyser)(nil)

const memory = 250 * time.Millisecond

// NewAnalyser makes an Analyser for a sample rate.
func NewAnalyser(rate int) *Analyser { return &Analyser{rate: float64(max(rate, 1))} }

// WriteFrame takes noise: what a Detector says is no voice. It never fails.
func (a *Analyser) WriteFrame(f media.Frame) error {
	forget := float32(math.Exp(-float64(len(f)) / (memory.Seconds() * a.rate)))
	for i := range a.mean {
		a.mean[i] *= forget
	}
	a.samples = a.samples*forget + float32(len(f))
	a.line.add(&a.mean, f)
	return nil
}

// Reset forgets all that was shown.
func (a *Analyser) Reset() {
	a.line, a.mean, a.samples = correlator{}, correlation{}, 0
}

// Noise is the description.
func (a *Analyser) Noise() Noise {
	n := Noise{Level: 127}
	if a.samples == 0 || a.mean[0] <= 0 {
		return n
	}
	power := float64(a.mean[0]/a.samples) / (32768 * 32768)
	n.Level = uint8(math.Round(max(0, min(-10*math.Log10(power), 127))))
	m := a.mean.fit()
	n.Order = order
	copy(n.Reflection[:], m.reflection[:])
	return n
}
