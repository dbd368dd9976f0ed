// Package tune makes what the workbench's exchange plays: music, tones and a
// voice that says nothing. Everything is computed, 16-bit samples at 8000 Hz,
// and the same on every machine.
package tune

import (
	"math"
	"time"
)

// Rate is the sample rate in Hz.
const Rate = 8000

// samples converts a time.
func samples(d time.Duration) int { return int(d * Rate / time.Second) }

// mixer adds sounds up and brings them to 16 bits.
type mixer []float64

func newMixer(d time.Duration) mixer { return make(mixer, samples(d)) }

// pcm limits softly, so that chords never clip.
func (m mixer) pcm(gain float64) []int16 {
	out := make([]int16, len(m))
	for i, x := range m {
		out[i] = int16(math.Tanh(x*gain) * 30000)
	}
	return out
}

// normal brings the sound to a level in dBov.
func (m mixer) normal(level float64) []int16 {
	sum := 0.0
	for _, x := range m {
		sum += x * x
	}
	rms := math.Sqrt(sum / float64(len(m)))
	return m.pcm(math.Pow(10, level/20) * 32768 / 30000 / math.Max(rms, 1e-9))
}

// bell adds a struck, decaying note: two operators of frequency modulation. It
// wraps at the end, so that music can be looped.
func (m mixer) bell(at time.Duration, frequency, level float64, decay time.Duration) {
	length := min(samples(4*decay), len(m))
	start := samples(at)
	for i := range length {
		t := float64(i) / Rate
		envelope := math.Exp(-t/decay.Seconds()) * math.Min(1, t/0.004)
		index := 1.6 * math.Exp(-t/(0.35*decay.Seconds()))
		phase := 2 * math.Pi * frequency * t
		m[(start+i)%len(m)] += level * envelope * math.Sin(phase+index*math.Sin(2*phase))
	}
}

// pad adds a soft held note with a slow swell.
func (m mixer) pad(at, length time.Duration, frequency, level float64) {
	n, start := samples(length), samples(at)
	for i := range n {
		t := float64(i) / Rate
		swell := math.Sin(math.Pi * float64(i) / float64(n))
		shimmer := 1 + 0.12*math.Sin(2*math.Pi*4.7*t)
		tone := math.Sin(2*math.Pi*frequency*t) + 0.3*math.Sin(2*math.Pi*frequency*2.003*t)
		m[(start+i)%len(m)] += level * swell * swell * shimmer * tone
	}
}

// tone adds a sine with soft edges.
func (m mixer) tone(at, length time.Duration, frequency, level float64) {
	n, start := samples(length), samples(at)
	for i := range n {
		if start+i >= len(m) {
			return
		}
		edge := math.Min(1, math.Min(float64(i), float64(n-i))/40)
		m[start+i] += level * edge * math.Sin(2*math.Pi*frequency*float64(i)/Rate)
	}
}

// note is the frequency of a MIDI key.
func note(key int) float64 { return 440 * math.Pow(2, float64(key-69)/12) }

// Music is a calm piece of 16 bars that can be looped: 38.4 s.
func Music() []int16 {
	const beat = 600 * time.Millisecond
	// Chords as MIDI keys: Cmaj7 Am7 Fmaj7 G6, then Em7 Am7 Dm7 G7sus.
	chords := [][]int{
		{60, 64, 67, 71}, {57, 60, 64, 67}, {53, 57, 60, 64}, {55, 59, 62, 64},
		{52, 55, 59, 62}, {57, 60, 64, 67}, {50, 53, 57, 60}, {55, 60, 62, 65},
	}
	melody := []int{
		76, 0, 79, 76, 72, 0, 74, 76, 77, 0, 76, 72, 74, 0, 0, 71,
		79, 0, 83, 79, 76, 0, 72, 74, 77, 76, 74, 72, 74, 0, 0, 0,
		76, 0, 79, 76, 84, 0, 83, 79, 81, 0, 77, 76, 74, 0, 71, 74,
		79, 0, 76, 74, 72, 0, 76, 72, 69, 72, 74, 77, 72, 0, 0, 0,
	}
	m := newMixer(time.Duration(len(melody)) * beat)
	for bar := range len(melody) / 4 {
		at := time.Duration(bar) * 4 * beat
		chord := chords[bar%len(chords)]
		for _, key := range chord {
			m.pad(at, 5*beat, note(key), 0.10)
		}
		for step := range 8 { // a broken chord in quavers, up and down again
			position := []int{0, 1, 2, 3, 2, 3, 1, 2}[step]
			m.bell(at+time.Duration(step)*beat/2, note(chord[position]+12), 0.16, 350*time.Millisecond)
		}
	}
	for i, key := range melody {
		if key != 0 {
			m.bell(time.Duration(i)*beat, note(key), 0.42, 700*time.Millisecond)
		}
	}
	return m.pcm(0.8)
}

// Confirm is a rising pair of notes: done.
func Confirm() []int16 {
	m := newMixer(1200 * time.Millisecond)
	m.tone(100*time.Millisecond, 160*time.Millisecond, note(76), 0.5)
	m.tone(280*time.Millisecond, 160*time.Millisecond, note(79), 0.5)
	m.tone(460*time.Millisecond, 420*time.Millisecond, note(84), 0.5)
	return m.pcm(1)
}

// Unavailable is the special information tone (ITU-T E.180, three rising
// tones) and a voice that regrets.
func Unavailable() []int16 {
	m := newMixer(1300 * time.Millisecond)
	for i, frequency := range []float64{950, 1400, 1800} {
		m.tone(time.Duration(i)*330*time.Millisecond, 330*time.Millisecond, frequency, 0.3)
	}
	return append(m.pcm(1), Voice(2700*time.Millisecond, 3)...)
}
