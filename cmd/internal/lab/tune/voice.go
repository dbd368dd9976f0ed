package tune

import (
	"math"
	"math/rand/v2"
	"time"
)

// vowel is where the first three resonances of a mouth are, in Hz.
type vowel [3]float64

// vowels are a, e, i, o, u of a grown man, roughly.
var vowels = [...]vowel{{730, 1090, 2440}, {530, 1840, 2480}, {270, 2290, 3010}, {570, 840, 2410}, {300, 870, 2240}}

// resonance is a digital resonator of two poles.
type resonance struct{ a, b, c, y1, y2 float64 }

func (r *resonance) tune(frequency, bandwidth float64) {
	radius := math.Exp(-math.Pi * bandwidth / Rate)
	r.c = -radius * radius
	r.b = 2 * radius * math.Cos(2*math.Pi*frequency/Rate)
	r.a = 1 - r.b - r.c
}

func (r *resonance) step(x float64) float64 {
	y := r.a*x + r.b*r.y1 + r.c*r.y2
	r.y2, r.y1 = r.y1, y
	return y
}

// Voice is speech-like: syllables of glottal pulses and breath through the
// resonances of vowels, with sentence melody and pauses. It has the spectrum,
// the rhythm and the silences that an echo canceller or a jitter buffer is made
// for, and no words.
func Voice(length time.Duration, seed uint64) []int16 {
	random := rand.New(rand.NewPCG(seed, 0x0ff400c))
	total := samples(length)
	var out mixer
	for word := 0; len(out) < total; word++ {
		for range 2 + random.IntN(4) {
			out = syllable(out, random, word)
		}
		pause := 60 + random.IntN(120)
		if word%4 == 3 {
			pause = 380 + random.IntN(300)
		}
		out = append(out, make([]float64, samples(time.Duration(pause)*time.Millisecond))...)
	}
	return out[:total].normal(-20)
}

// syllable appends a consonant's breath and a vowel that glides to the next.
func syllable(out mixer, random *rand.Rand, word int) mixer {
	from, to := vowels[random.IntN(len(vowels))], vowels[random.IntN(len(vowels))]
	n := samples(time.Duration(130+random.IntN(110)) * time.Millisecond)
	breath := n / (3 + random.IntN(5))
	pitch := 125 - 6*float64(word%4) + 18*random.Float64()
	var mouth [3]resonance
	phase, before := 0.0, 0.0
	for i := range n {
		at := float64(i) / float64(n)
		for k := range mouth {
			mouth[k].tune(from[k]+(to[k]-from[k])*at, 60+40*float64(k))
		}
		phase += pitch * (1 + 0.08*math.Sin(math.Pi*at)) / Rate
		source := 0.0
		if phase >= 1 { // a pulse of the glottis
			phase--
			source = 9
		}
		source += 0.08 * random.NormFloat64()
		if i < breath {
			source = 0.9 * random.NormFloat64()
		}
		sound := mouth[0].step(source) + 0.6*mouth[1].step(source) + 0.25*mouth[2].step(source)
		radiated := sound - 0.95*before // lips pass on the change of pressure
		before = sound
		out = append(out, radiated*math.Sin(math.Pi*math.Min(1, at*1.02)))
	}
	return out
}
