package agc

import "math"

// meter knows how loud speech is, and when there is some: what is well above what
// is heard in pauses. What goes on at one level is no speech.
type meter struct {
	lowest, earlier float64 // power: least of this window, and of the one before
	fast            float64 // power, smoothed
	blocks          int     // of this window
	windows         int     // ended, at most 2
	speech          float64 // dBov
	heard           int     // blocks of speech, at most enough
}

const (
	windowLong = 200  // blocks: 2 s
	above      = 8.0  // times the background: 9 dB
	audible    = 3e-7 // power of -65 dBov: what is fainter is no speech
	enough     = 100  // blocks of speech in which the level is still being learned
	firstWords = 8    // blocks of speech before the level is believed
)

func newMeter() meter { return meter{fast: -1} }

// take notes a block; now says whether somebody speaks in it and the level is known.
func (m *meter) take(x []float32) (speech float64, now bool) {
	var sum float32
	for _, v := range x {
		sum += v * v
	}
	power := float64(sum)/float64(len(x)) + 1e-12
	if m.fast < 0 {
		m.fast, m.lowest, m.earlier = power, power, power
	}
	m.fast += (power - m.fast) / 5
	m.lowest = min(m.lowest, m.fast)
	if m.blocks++; m.blocks == windowLong {
		m.earlier, m.lowest, m.blocks, m.windows = m.lowest, m.fast, 0, min(m.windows+1, 2)
	}
	if power < audible || power < above*min(m.lowest, m.earlier) {
		return m.speech, false
	}
	m.learn(10 * math.Log10(power))
	return m.speech, m.heard >= firstWords
}

// learn follows the loud parts of words quickly and lets the level fall slowly: it
// is that of vowels, not of what is between them.
func (m *meter) learn(level float64) {
	if m.heard == 0 {
		m.speech = level
	}
	m.heard = min(m.heard+1, enough)
	long := float64(m.heard) // the first words count at once
	if level > m.speech {
		m.speech += (level - m.speech) / min(long, 25)
	} else {
		m.speech += (level - m.speech) / min(long, 200)
	}
}
