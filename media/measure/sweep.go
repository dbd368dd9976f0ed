// Package measure finds out how a microphone hears the loudspeaker beside it: how
// late, how loud, for how long, how clipped and distorted, and how much of it
// an echo canceller takes out. It computes; who plays and records is elsewhere.
//
// What is played is a sine whose frequency rises exponentially. By that the response
// comes out with what the loudspeaker distorts apart, before it: each harmonic is a
// response of its own at an earlier time (Farina, AES convention 108, 2000).
package measure

import (
	"errors"
	"fmt"
	"math"
	"time"

	"offhook/media/dsp/fourier"
)

// ErrConfig is returned (wrapped) for what cannot be measured with.
var ErrConfig = errors.New("measure: cannot be had")

const (
	// Listen is for how long after the sweep an echo is waited for.
	Listen = 750 * time.Millisecond

	sweepLong = 600 * time.Millisecond // both fit the longest transform at 48 kHz
	fadeIn    = 20 * time.Millisecond  // nothing jumps, neither cone nor listener
	fadeOut   = 10 * time.Millisecond
	lowest    = 100.0 // Hz, at which it begins
	highest   = 20000.0
	bandEdge  = 0.455 // of the rate: cards have filters above
	full      = 32768
)

// Prober measures with one sweep, as often as it is heard.
type Prober struct {
	rate  int
	sweep []int16
	gap   int // samples that are listened to afterwards
	last  float64

	t       *fourier.Transform
	inverse []complex64 // makes a response of what is heard
	window  []float32   // the weight that each bin has in it
	ideal   float64     // energy of the response of a wire
	time    []float32
	bins    []complex64
	takes   takes
}

// New makes a Prober whose sweep peaks at so many dB of full scale: -40 to -3.
func New(rate int, level float64) (*Prober, error) {
	if rate != 8000 && rate != 16000 && rate != 48000 || !(level >= -40 && level <= -3) {
		return nil, fmt.Errorf("%w: a sweep of %g dB at %d samples a second: -40 to -3 can, at 8000, 16000 and 48000", ErrConfig, level, rate)
	}
	p := &Prober{rate: rate, gap: samples(rate, Listen), last: min(bandEdge*float64(rate), highest)}
	p.sweep = p.sine(math.Pow(10, level/20))
	n := fourier.Length(len(p.sweep) + p.gap)
	p.t = fourier.New(n)
	p.time, p.bins = make([]float32, n), make([]complex64, p.t.Bins())
	p.inverse, p.window = make([]complex64, p.t.Bins()), make([]float32, p.t.Bins())
	p.invert()
	return p, nil
}

func samples(rate int, d time.Duration) int { return int(d * time.Duration(rate) / time.Second) }

// Sweep is what to play; Length is how many samples to record from its first one on.
func (p *Prober) Sweep() []int16 { return p.sweep }

// Length is how long a take is.
func (p *Prober) Length() int { return len(p.sweep) + p.gap }

// octaves is the natural logarithm of the span of frequencies.
func (p *Prober) octaves() float64 { return math.Log(p.last / lowest) }

// sine fades at both ends; how it does is in the spectrum that is divided by.
func (p *Prober) sine(amplitude float64) []int16 {
	out := make([]int16, samples(p.rate, sweepLong))
	long := float64(len(out)) / float64(p.rate)
	in, end := float64(samples(p.rate, fadeIn)), float64(samples(p.rate, fadeOut))
	for i := range out {
		s := float64(i) / float64(p.rate)
		phase := 2 * math.Pi * lowest * long / p.octaves() * (math.Exp(s/long*p.octaves()) - 1)
		fade := min(1, float64(i)/in, float64(len(out)-1-i)/end)
		out[i] = int16(math.Round(full * amplitude * math.Sin(fade*math.Pi/2) * math.Sin(phase)))
	}
	return out
}

// invert divides by the sweep where it has power. The band begins and ends softly: an
// edge would be heard as a tail that no room has.
func (p *Prober) invert() {
	p.spectrum(p.sweep)
	perBin := float64(p.rate) / float64(p.t.Len())
	for k, x := range p.bins {
		f := float64(k) * perBin
		w := rise(f, 130, 300) * rise(-f, -p.last*0.98, -p.last*0.85)
		power := float64(real(x))*float64(real(x)) + float64(imag(x))*float64(imag(x))
		if w == 0 || power == 0 {
			continue
		}
		p.inverse[k] = complex(float32(w*float64(real(x))/power), float32(-w*float64(imag(x))/power))
		p.window[k] = float32(w)
		p.ideal += 2 * w * w
	}
	p.ideal /= float64(p.t.Len())
}

// rise goes from 0 at from to 1 at to.
func rise(x, from, to float64) float64 {
	at := min(max((x-from)/(to-from), 0), 1)
	return 0.5 - 0.5*math.Cos(math.Pi*at)
}

// spectrum transforms samples, at the beginning of silence, into bins.
func (p *Prober) spectrum(s []int16) {
	for i, v := range s[:min(len(s), len(p.time))] {
		p.time[i] = float32(v) * (1.0 / full)
	}
	clear(p.time[min(len(s), len(p.time)):])
	p.t.Forward(p.bins, p.time)
}

// respond makes the response of what was heard: what came before the sweep is at the end.
func (p *Prober) respond(captured []int16) []float32 {
	p.spectrum(captured)
	for k, y := range p.bins {
		p.bins[k] = y * p.inverse[k]
	}
	h := make([]float32, p.t.Len())
	p.t.Inverse(h, p.bins)
	return h
}
