package mediatest

import (
	"math"
	"math/rand/v2"
	"time"

	"offhook/media"
)

// Voice makes sound like speech: syllables of voiced sound with a moving pitch
// and formants, hisses between them, and pauses. The same seed gives the same
// sound. Its level is -22 dBov over all, pauses included.
func Voice(rate int, duration time.Duration, seed uint64) media.Frame {
	v := &voice{rate: float64(rate), rng: rand.New(rand.NewPCG(seed, 0x5eed))}
	out := make(media.Frame, int(duration*time.Duration(rate)/time.Second))
	raw := make([]float64, len(out))
	var sum float64
	for i := 0; i < len(raw); {
		i += v.syllable(raw[i:])
	}
	for _, x := range raw {
		sum += x * x
	}
	gain := 32768 * math.Pow(10, -22.0/20) / math.Sqrt(sum/float64(len(raw))+1e-9)
	for i, x := range raw {
		out[i] = clip(gain * x)
	}
	return out
}

type voice struct {
	rate  float64
	rng   *rand.Rand
	phase float64
	forms [4]resonator
	tilt  float64
	count int
}

// vowels are first formants in Hz, of common vowels.
var vowels = [...][4]float64{
	{270, 2290, 3010, 3400}, {530, 1840, 2480, 3400}, {660, 1720, 2410, 3500}, {730, 1090, 2440, 3400},
	{570, 840, 2410, 3300}, {300, 870, 2240, 3300}, {640, 1190, 2390, 3400}, {490, 1350, 1690, 3300},
}

// syllable writes a hiss, a vowel and sometimes a pause, and returns the samples used.
func (v *voice) syllable(out []float64) int {
	n := 0
	if v.rng.Float64() < 0.5 {
		n += v.hiss(out, v.between(0.04, 0.09))
	}
	n += v.vowel(out[n:], v.between(0.10, 0.26))
	v.count++
	pause := v.between(0, 0.05)
	if v.count%(5+v.rng.IntN(5)) == 0 {
		pause = v.between(0.25, 0.6)
	}
	return min(len(out), n+1+int(pause*v.rate))
}

func (v *voice) between(lo, hi float64) float64 { return lo + v.rng.Float64()*(hi-lo) }

func (v *voice) vowel(out []float64, seconds float64) int {
	n := min(len(out), int(seconds*v.rate))
	from, to := vowels[v.rng.IntN(len(vowels))], vowels[v.rng.IntN(len(vowels))]
	f0, f1 := v.between(95, 180), v.between(85, 190)
	level := v.between(0.6, 1.2)
	for i := range n {
		t := float64(i) / float64(max(1, n))
		if i%32 == 0 {
			for k := range v.forms {
				v.forms[k].tune(from[k]+t*(to[k]-from[k]), 60+40*float64(k), v.rate)
			}
		}
		x := v.pulse(f0 + t*(f1-f0) + 2*math.Sin(30*t))
		x += 0.02 * v.rng.NormFloat64()
		y := 0.0
		for k := range v.forms {
			y += v.forms[k].filter(x) * [...]float64{1, 0.5, 0.25, 0.1}[k]
		}
		env := math.Pow(math.Sin(math.Pi*math.Min(1, t+0.02)), 0.6)
		out[i] = level * env * y
	}
	return n
}

// pulse is the glottal source: a train of short, softened pulses.
func (v *voice) pulse(f0 float64) float64 {
	v.phase += f0 / v.rate
	x := 0.0
	if v.phase >= 1 {
		v.phase -= 1
		x = math.Sqrt(v.rate / 8000 * 60)
	}
	v.tilt += 0.45 * (x - v.tilt)
	return v.tilt
}

func (v *voice) hiss(out []float64, seconds float64) int {
	n := min(len(out), int(seconds*v.rate))
	var f resonator
	f.tune(math.Min(v.between(2000, 5500), 0.42*v.rate), 900, v.rate)
	for i := range n {
		env := math.Sin(math.Pi * float64(i) / float64(n))
		out[i] = 0.02 * env * f.filter(v.rng.NormFloat64())
	}
	return n
}

// resonator is a two-pole filter of unit gain at its peak, about.
type resonator struct{ a1, a2, gain, y1, y2 float64 }

func (r *resonator) tune(freq, bandwidth, rate float64) {
	if freq > 0.48*rate {
		r.gain = 0
		return
	}
	p := math.Exp(-math.Pi * bandwidth / rate)
	w := 2 * math.Pi * freq / rate
	r.a1, r.a2 = 2*p*math.Cos(w), -p*p
	r.gain = (1 - p) * math.Sqrt(1-2*p*math.Cos(2*w)+p*p)
}

func (r *resonator) filter(x float64) float64 {
	y := r.gain*x + r.a1*r.y1 + r.a2*r.y2
	r.y2, r.y1 = r.y1, y
	return y
}

func clip(x float64) int16 {
	return int16(math.Round(math.Max(-32768, math.Min(32767, x))))
}
