package benchvoice

import (
	"math"
	"time"

	"offhook/media"
	"offhook/media/mediatest/fourier"
)

// rate is that of everything that is measured, in Hz.
const rate = 16000

// full is the largest sample.
const full = 32768

// signal is sound in -1..1 at rate.
type signal []float64

// samples are those of a time.
func samples(d time.Duration) int { return int(d * rate / time.Second) }

// span is a part of a scene.
type span struct{ from, to time.Duration }

func (s span) of(x signal) signal { return x[min(samples(s.from), len(x)):min(samples(s.to), len(x))] }

func (s span) long() time.Duration { return s.to - s.from }

// energy is the sum of squares.
func energy(x signal) (sum float64) {
	for _, v := range x {
		sum += v * v
	}
	return sum
}

// decibels is a ratio of energies, held to ±99 dB.
func decibels(a, b float64) float64 {
	return min(max(10*math.Log10((a+1e-20)/(b+1e-20)), -99), 99)
}

// active is the root mean square of what is spoken in 20 ms pieces that are at
// most 30 dB below the loudest.
func active(x signal) float64 {
	const piece = rate / 50
	var loudest, sum, n float64
	for i := 0; i+piece <= len(x); i += piece {
		loudest = max(loudest, energy(x[i:i+piece]))
	}
	for i := 0; i+piece <= len(x); i += piece {
		if e := energy(x[i : i+piece]); e > loudest/1000 {
			sum, n = sum+e, n+piece
		}
	}
	return math.Sqrt(sum / max(n, 1))
}

// scale multiplies in place.
func (x signal) scale(gain float64) signal {
	for i := range x {
		x[i] *= gain
	}
	return x
}

// add adds y in place.
func (x signal) add(y signal) signal {
	for i := range min(len(x), len(y)) {
		x[i] += y[i]
	}
	return x
}

// minus is x without y.
func (x signal) minus(y signal) signal {
	z := make(signal, min(len(x), len(y)))
	for i := range z {
		z[i] = x[i] - y[i]
	}
	return z
}

// later is x, so many samples later (sooner when negative), as long as before.
func (x signal) later(by int) signal {
	y := make(signal, len(x))
	for i := range y {
		if k := i - by; k >= 0 && k < len(x) {
			y[i] = x[k]
		}
	}
	return y
}

// frame is what a sound card makes of it.
func (x signal) frame() media.Frame {
	f := make(media.Frame, len(x))
	for i, v := range x {
		f[i] = int16(min(max(math.Round(v*full), -full), full-1))
	}
	return f
}

// heard is the signal of a sound card's samples.
func heard(f media.Frame) signal {
	x := make(signal, len(f))
	for i, v := range f {
		x[i] = float64(v) / full
	}
	return x
}

// convolve passes x through a response; what is after its end is left out.
func convolve(x, response signal) signal {
	t := fourier.New(fourier.Length(len(x) + len(response)))
	work := make([]complex128, t.Len())
	for i, v := range x {
		work[i] = complex(v, 0)
	}
	for i, v := range response {
		work[i] += complex(0, v)
	}
	t.Forward(work) // x in the even part of the spectrum, the response in the odd
	n := len(work)
	for i := 0; i <= n/2; i++ {
		j := (n - i) % n
		a, b := work[i], work[j]
		sum, difference := a+conjugate(b), a-conjugate(b)
		p := sum * difference / complex(0, 4)
		work[i], work[j] = p, conjugate(p)
	}
	t.Inverse(work)
	y := make(signal, len(x))
	for i := range y {
		y[i] = real(work[i])
	}
	return y
}

func conjugate(c complex128) complex128 { return complex(real(c), -imag(c)) }

// kernel is a low-pass that reads between samples: a sinc under a Hann window, in
// steps that are interpolated.
type kernel struct{ table []float64 }

const (
	kernelSide  = 24  // samples to each side
	kernelSteps = 512 // between two samples
)

// newKernel makes one that keeps what is below cut of the rate of what is read (0.5 or less).
func newKernel(cut float64) kernel {
	k := kernel{make([]float64, kernelSide*kernelSteps+2)}
	for i := range k.table {
		k.table[i] = sinc(float64(i)/kernelSteps, kernelSide, cut)
	}
	return k
}

// read is x at a place between its samples.
func (k kernel) read(x signal, at float64) (y float64) {
	first := int(math.Floor(at)) - kernelSide + 1
	for i := max(first, 0); i < min(first+2*kernelSide, len(x)); i++ {
		d := math.Abs(at-float64(i)) * kernelSteps
		n := int(d)
		y += x[i] * (k.table[n] + (d-float64(n))*(k.table[n+1]-k.table[n]))
	}
	return y
}

// sinc is a low-pass of cut under a Hann window, side samples to each side.
func sinc(d, side, cut float64) float64 {
	if math.Abs(d) >= side {
		return 0
	}
	window := 0.5 + 0.5*math.Cos(math.Pi*d/side)
	if d == 0 {
		return 2 * cut * window
	}
	return math.Sin(2*math.Pi*cut*d) / (math.Pi * d) * window
}

// resampled is x at another speed: step of its samples in one.
func (x signal) resampled(step float64) signal {
	y := make(signal, int(float64(len(x))/step))
	cut := 0.5
	if step > 1.01 {
		cut = 0.47 / step
	}
	k := newKernel(cut)
	for i := range y {
		y[i] = k.read(x, float64(i)*step)
	}
	return y
}
