package mediatest

import (
	"math"
	"math/rand/v2"
	"time"

	"offhook/media"
)

// Speaker is a voice that says sentences without a meaning: syllables of stops,
// fricatives, nasals, liquids and vowels with formants that flow from one to the next, a melody that
// falls over each sentence, and pauses. It is near enough to speech for ITU-T P.862.
type Speaker struct {
	Pitch float64 // mean, in Hz: about 110 of a man, 200 of a woman
	Tract float64 // factor of all formants: 1 of a man, 1.17 of a woman
	Pace  float64 // syllables in a second, about 4.5
	Seed  uint64
}

// Speakers are two men and two women.
func Speakers() []Speaker {
	return []Speaker{{105, 1, 4.2, 1}, {195, 1.16, 4.6, 2}, {135, 1.05, 5, 3}, {225, 1.2, 4, 4}}
}

// Say speaks for so long, at rate Hz and -26 dBov, pauses included.
func (s Speaker) Say(rate int, duration time.Duration) media.Frame {
	m := mouth{Speaker: s, rate: float64(rate), rng: rand.New(rand.NewPCG(s.Seed, 0xface))}
	m.out = make([]float64, 0, samples(duration, rate))
	for len(m.out) < cap(m.out) {
		m.sentence()
	}
	var sum float64
	for _, x := range m.out {
		sum += x * x
	}
	gain := 32768 * math.Pow(10, -26.0/20) / math.Sqrt(sum/float64(len(m.out))+1e-12)
	f := make(media.Frame, len(m.out))
	for i, x := range m.out {
		f[i] = clip(gain * x)
	}
	return f
}

// sound is a state of the mouth: formants in Hz, and how loud voice and noise are.
type sound struct {
	formants            [3]float64
	voice, hiss, breath float64
	centre              float64 // of the hiss, Hz
	seconds             float64
}

var (
	spokenVowels = [...][3]float64{
		{270, 2290, 3010}, {390, 1990, 2550}, {530, 1840, 2480}, {660, 1720, 2410}, {730, 1090, 2440},
		{570, 840, 2410}, {440, 1020, 2240}, {300, 870, 2240}, {640, 1190, 2390}, {490, 1350, 1690},
	}
	glides = [...]sound{
		{formants: [3]float64{350, 1100, 2500}, voice: 0.5, seconds: 0.06}, {formants: [3]float64{340, 1150, 1550}, voice: 0.5, seconds: 0.06},
		{formants: [3]float64{300, 700, 2200}, voice: 0.45, seconds: 0.05}, {formants: [3]float64{280, 2200, 2900}, voice: 0.45, seconds: 0.05},
	}
	nasals = [...]sound{
		{formants: [3]float64{250, 1000, 2150}, voice: 0.32, seconds: 0.07}, {formants: [3]float64{250, 1450, 2400}, voice: 0.32, seconds: 0.065},
	}
	fricatives = [...]sound{
		{formants: [3]float64{300, 1700, 2600}, hiss: 0.30, centre: 4800, seconds: 0.10}, {formants: [3]float64{300, 1800, 2400}, hiss: 0.35, centre: 2700, seconds: 0.10},
		{formants: [3]float64{300, 1000, 2300}, hiss: 0.07, centre: 3400, seconds: 0.08}, {formants: [3]float64{280, 1600, 2600}, voice: 0.25, hiss: 0.10, centre: 4500, seconds: 0.07},
		{formants: [3]float64{450, 1400, 2500}, breath: 0.5, seconds: 0.06},
	}
	// loci are where the formants of stops begin: of lips, teeth and palate.
	loci = [...][3]float64{{250, 900, 2200}, {250, 1750, 2650}, {250, 2000, 2350}}
)

// mouth is a Speaker speaking.
type mouth struct {
	Speaker
	rate float64
	rng  *rand.Rand
	out  []float64

	was            sound
	phase, shimmer float64
	melody         float64 // pitch now, Hz
	flow           float64 // of the sample before
	tube           [5]resonance
	hiss           resonance
}

func (m *mouth) between(lo, hi float64) float64 { return lo + m.rng.Float64()*(hi-lo) }

// sentence says some syllables, and is silent for a moment.
func (m *mouth) sentence() {
	count := 4 + m.rng.IntN(9)
	for i := range count {
		fall := 1.18 - 0.36*float64(i)/float64(count)
		m.syllable(m.Pitch * fall * m.between(0.92, 1.1))
	}
	m.move(sound{formants: m.was.formants, seconds: 0.04}, m.Pitch*0.78)
	m.hold(sound{formants: m.was.formants, seconds: m.between(0.25, 0.7)}, m.Pitch)
}

func (m *mouth) syllable(pitch float64) {
	pace := 4.5 / m.Pace
	m.onset(pitch, pace)
	loud := m.between(0.7, 1.1)
	v := sound{formants: spokenVowels[m.rng.IntN(len(spokenVowels))], voice: loud, breath: 0.02, seconds: 0.045}
	m.move(v, pitch)
	v.seconds = m.between(0.05, 0.15) * pace
	m.hold(v, pitch*m.between(0.94, 1.1))
	if m.rng.IntN(3) == 0 { // a diphthong
		v.formants, v.seconds = spokenVowels[m.rng.IntN(len(spokenVowels))], 0.08*pace
		v.voice *= 0.8
		m.move(v, pitch)
	}
	if m.rng.IntN(3) == 0 {
		m.onset(pitch*0.97, pace*0.8)
	}
}

// onset says a consonant.
func (m *mouth) onset(pitch, pace float64) {
	var c sound
	switch m.rng.IntN(8) {
	case 0:
		c = glides[m.rng.IntN(len(glides))]
	case 1:
		c = nasals[m.rng.IntN(len(nasals))]
	case 2, 3:
		c = fricatives[m.rng.IntN(len(fricatives))]
	case 4:
		return // a vowel follows a vowel
	default:
		m.stop(pitch, pace)
		return
	}
	hold := c.seconds * pace
	c.seconds = 0.03
	m.move(c, pitch)
	c.seconds = hold
	m.hold(c, pitch)
}

// stop closes the mouth, and opens it with a burst.
func (m *mouth) stop(pitch, pace float64) {
	place := m.rng.IntN(len(loci))
	c := sound{formants: loci[place], centre: [...]float64{1200, 3600, 1900}[place], seconds: 0.02}
	if m.rng.IntN(2) == 0 {
		c.voice = 0.05
	}
	m.move(c, pitch)
	c.seconds = 0.055 * pace
	m.hold(c, pitch)
	voiced := c.voice > 0
	c.hiss, c.seconds = 0.4, 0.008
	m.hold(c, pitch)
	c.hiss = 0
	if !voiced {
		c.breath, c.voice, c.seconds = 0.25, 0, 0.03
		m.hold(c, pitch)
	}
}

// hold goes on with a sound.
func (m *mouth) hold(s sound, pitch float64) {
	m.was = s
	m.move(s, pitch)
}

// move glides to a sound and a pitch within the sound's time.
func (m *mouth) move(to sound, pitch float64) {
	if m.melody == 0 {
		m.melody, m.was = pitch, to
	}
	from, start := m.was, m.melody
	n := int(to.seconds * m.rate)
	for i := range n {
		t := float64(i+1) / float64(n)
		if i%16 == 0 {
			m.tune(mix(from, to, t))
		}
		m.melody = start + t*(pitch-start)
		if len(m.out) < cap(m.out) {
			m.out = append(m.out, m.sample(mix(from, to, t)))
		}
	}
	m.was = to
}

func mix(a, b sound, t float64) sound {
	lin := func(x, y float64) float64 { return x + t*(y-x) }
	s := sound{voice: lin(a.voice, b.voice), hiss: lin(a.hiss, b.hiss), breath: lin(a.breath, b.breath), centre: b.centre}
	for i := range s.formants {
		s.formants[i] = lin(a.formants[i], b.formants[i])
	}
	if b.centre == 0 {
		s.centre = a.centre
	}
	return s
}

// tune sets the resonances: those of the sound, and two higher ones that never change.
func (m *mouth) tune(s sound) {
	for i, f := range s.formants {
		m.tube[i].tune(f*m.Tract, [...]float64{60, 80, 130}[i], m.rate)
	}
	m.tube[3].tune(3500*m.Tract, 200, m.rate)
	m.tube[4].tune(4500*m.Tract, 300, m.rate)
	m.hiss.tune(math.Min(math.Max(s.centre, 500), 0.45*m.rate), 1000, m.rate)
}

func (m *mouth) sample(s sound) float64 {
	noise := m.rng.NormFloat64()
	flow := m.glottis()
	x := s.voice*(flow-0.75*m.flow) + 0.06*s.breath*noise // lips radiate what is high better
	m.flow = flow
	for i := range m.tube {
		x = m.tube[i].filter(x)
	}
	return x + 0.2*s.hiss*m.hiss.filter(noise)
}

// glottis is the change of the flow through the vocal folds (Rosenberg's pulse), with a little unsteadiness.
func (m *mouth) glottis() float64 {
	const opening, closing = 0.4, 0.18 // of the period
	m.phase += m.melody / m.rate
	if m.phase >= 1 {
		m.phase += 0.01*m.rng.NormFloat64() - 1
		m.phase = max(m.phase, 0)
		m.shimmer = 1 + 0.04*m.rng.NormFloat64()
	}
	breath := 0.03 * m.rng.NormFloat64()
	switch p := m.phase; {
	case p < opening:
		return m.shimmer * (0.45*math.Sin(math.Pi*p/opening) + breath)
	case p < opening+closing:
		return -m.shimmer * math.Sin(math.Pi/2*(p-opening)/closing)
	}
	return breath * m.shimmer / 2
}

// resonance is a formant: a two-pole filter of gain 1 at 0 Hz.
type resonance struct{ a, b, c, y1, y2 float64 }

func (r *resonance) tune(freq, bandwidth, rate float64) {
	if freq > 0.47*rate { // not there at this rate
		r.a, r.b, r.c = 1, 0, 0
		return
	}
	r.c = -math.Exp(-2 * math.Pi * bandwidth / rate)
	r.b = 2 * math.Exp(-math.Pi*bandwidth/rate) * math.Cos(2*math.Pi*freq/rate)
	r.a = 1 - r.b - r.c
}

func (r *resonance) filter(x float64) float64 {
	y := r.a*x + r.b*r.y1 + r.c*r.y2
	r.y2, r.y1 = r.y1, y
	return y
}
