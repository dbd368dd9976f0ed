package mediatest

import (
	"math"

	"offhook/media"
)

const (
	barkWindow = 0.032 // s
	barkBands  = 16
	// Below this, in dBov of a band, nothing is heard.
	barkQuiet = -75
)

// Bark compares sound by the loudness of its critical bands, as hearing does more
// than by its waveform: the Bark spectral distortion (Wang, Sekey and Gersho, 1992),
// without masking. It is no ITU-T P.862, and gives no MOS: it ranks.
type Bark struct {
	n                           int
	band                        []int // of each bin, -1: none
	window                      []float64
	work                        []complex128
	distance, loudness          float64
	saidLoudness, heardLoudness [barkBands]float64
}

// NewBark makes a Bark for sound at rate Hz.
func NewBark(rate int) *Bark {
	n := 1
	for n < int(barkWindow*float64(rate)) {
		n *= 2
	}
	b := &Bark{n: n, band: make([]int, n/2), window: make([]float64, n), work: make([]complex128, n)}
	for i := range b.window {
		b.window[i] = 0.5 - 0.5*math.Cos(2*math.Pi*(float64(i)+0.5)/float64(n))
	}
	for k := range b.band {
		// Traunmüller's approximation of the Bark scale.
		f := float64(k) * float64(rate) / float64(n)
		b.band[k] = int(26.81*f/(1960+f) - 0.53)
		if f < 100 || f > 3800 || b.band[k] >= barkBands {
			b.band[k] = -1
		}
	}
	return b
}

// Window is how many samples are compared at a time.
func (b *Bark) Window() int { return b.n }

// Add compares a window of what was said with what was heard of it.
func (b *Bark) Add(said, heard media.Frame) {
	b.loud(said, &b.saidLoudness)
	b.loud(heard, &b.heardLoudness)
	for i, l := range b.saidLoudness {
		d := l - b.heardLoudness[i]
		b.distance += d * d
		b.loudness += l * l
	}
}

// Distortion is that of all windows so far: 0 for the same sound, 1 for silence
// in place of it.
func (b *Bark) Distortion() float64 {
	if b.loudness == 0 {
		return 0
	}
	return b.distance / b.loudness
}

// loud is the loudness of each band in sones, but for a factor.
func (b *Bark) loud(f media.Frame, out *[barkBands]float64) {
	for i := range b.work {
		b.work[i] = complex(b.window[i]*float64(f[i])/32768, 0)
	}
	fft(b.work)
	*out = [barkBands]float64{}
	for k, band := range b.band {
		if band >= 0 {
			re, im := real(b.work[k]), imag(b.work[k])
			out[band] += re*re + im*im
		}
	}
	for i := range out {
		level := 10*math.Log10(out[i]/float64(b.n)+1e-12) - barkQuiet
		out[i] = 0
		if level > 0 { // twice as loud with each 10 dB (Stevens)
			out[i] = math.Exp2(level/10) - 1
		}
	}
}
