// Package denoise takes noise out of speech: what goes on at one level or changes
// slowly, as of fans and streets, and the rumble of wind. It allocates nothing after New.
//
// Frames of 20 ms overlap by half. Each bin is multiplied by the gain that makes
// the log-amplitude of the speech right on average (Ephraim and Malah, IEEE Trans. ASSP
// 33, 1985), from an a-priori SNR that is decided by the frame before (ASSP 32, 1984).
package denoise

import (
	"errors"
	"fmt"
	"math"
	"time"

	"offhook/media/dsp/biquad"
	"offhook/media/dsp/fourier"
)

// ErrConfig is returned (wrapped) for a Config that cannot be had.
var ErrConfig = errors.New("denoise: cannot be had")

// Config says how.
type Config struct {
	Rate      int     // samples a second, 8000 to 48000, in hundreds
	Reduction float64 // dB by which noise is made quieter, at most; 0 means 15
	HighPass  float64 // Hz below which nothing is kept; 0 means 80
}

// Suppressor is one microphone's.
type Suppressor struct {
	hop    int
	window []float32 // of both analysis and synthesis
	before []float32 // the last hop of input
	add    []float32 // what the frame before has of the next hop
	time   []float32
	t      *fourier.Transform
	bins   []complex64
	high   biquad.Section
	noise  *tracker
	gains  *gains
	power  []float32
}

// New makes one.
func New(c Config) (*Suppressor, error) {
	if c.Rate < 8000 || c.Rate > 48000 || c.Rate%100 != 0 {
		return nil, fmt.Errorf("%w: %d samples a second; 8000 to 48000 in hundreds can", ErrConfig, c.Rate)
	}
	if c.Reduction == 0 {
		c.Reduction = 15
	}
	if c.HighPass == 0 {
		c.HighPass = 80
	}
	if !(c.Reduction > 0 && c.Reduction <= 40) || !(c.HighPass > 0 && c.HighPass <= 400) {
		return nil, fmt.Errorf("%w: %g dB above %g Hz; 0 to 40 dB above 0 to 400 Hz can", ErrConfig, c.Reduction, c.HighPass)
	}
	high, err := (&biquad.Band{Kind: biquad.HighPass, Frequency: c.HighPass}).Section(c.Rate)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrConfig, err)
	}
	hop := c.Rate / 100
	t := fourier.New(fourier.Length(2 * hop))
	n := t.Bins()
	s := &Suppressor{
		hop: hop, window: make([]float32, 2*hop), before: make([]float32, hop), add: make([]float32, hop),
		time: make([]float32, t.Len()), t: t, bins: make([]complex64, n), power: make([]float32, n),
		high: high, noise: newTracker(n), gains: newGains(n, c.Reduction),
	}
	// The square root of a Hann window, twice: hops add up to 1.
	for i := range s.window {
		s.window[i] = float32(math.Sin(math.Pi * (float64(i) + 0.5) / float64(2*hop)))
	}
	return s, nil
}

// Block is how many samples are done at a time: 10 ms.
func (s *Suppressor) Block() int { return s.hop }

// Delay is by how much speech is later: 10 ms.
func (s *Suppressor) Delay() time.Duration { return 10 * time.Millisecond }

// Process takes the noise out of in, which is in -1..1 and a multiple of Block
// long; out is as long and may be in.
func (s *Suppressor) Process(out, in []float32) {
	for n := s.hop; len(in) >= n && len(out) >= n; in, out = in[n:], out[n:] {
		s.block(out[:n], in[:n])
	}
}

func (s *Suppressor) block(out, in []float32) {
	n := s.hop
	x := s.time
	for i, v := range s.before {
		x[i] = v * s.window[i]
	}
	copy(s.before, in)
	s.high.Process(s.before)
	for i, v := range s.before {
		x[n+i] = v * s.window[n+i]
	}
	clear(x[2*n:])
	s.t.Forward(s.bins, x)
	for i, b := range s.bins {
		s.power[i] = real(b)*real(b) + imag(b)*imag(b)
	}
	s.noise.take(s.power)
	for i, g := range s.gains.of(s.power, s.noise) {
		s.bins[i] = complex(g*real(s.bins[i]), g*imag(s.bins[i]))
	}
	s.t.Inverse(x, s.bins)
	for i := range out {
		out[i] = s.add[i] + x[i]*s.window[i]
		s.add[i] = x[n+i] * s.window[n+i]
	}
}
