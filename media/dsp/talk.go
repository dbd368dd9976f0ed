package dsp

import "time"

// talk tells speech from what is heard in its pauses, by the power of frames: the
// background is the least of the last seconds, and speech what is well above it.
// What goes on at one level, as a tone, is neither.
type talk struct {
	fast            float64 // power, smoothed
	lowest, earlier float64 // of this window, and of the one before
	seen, windows   int     // samples of this window; windows, at most 2
	speech, spoken  float64 // energy, and of how many samples
}

const (
	talkWindow    = 2 * time.Second
	talkSmoothing = 50 * time.Millisecond
	talkAbove     = 10      // times the background: 10 dB
	talkLeast     = 3.4e+03 // power of -55 dBov
)

// take notes n samples of a mean power at rate Hz.
func (t *talk) take(power float64, n int, rate float64) {
	if t.seen == 0 && t.windows == 0 {
		t.fast, t.lowest, t.earlier = power, power, power
	}
	t.fast += (power - t.fast) * min(1, float64(n)/(rate*talkSmoothing.Seconds()))
	t.lowest = min(t.lowest, t.fast)
	if t.seen += n; float64(t.seen) >= rate*talkWindow.Seconds() {
		t.earlier, t.lowest, t.seen, t.windows = t.lowest, t.fast, 0, min(t.windows+1, 2)
	}
	if power > talkLeast && power > talkAbove*t.background() {
		t.speech, t.spoken = t.speech+power*float64(n), t.spoken+float64(n)
	}
}

func (t *talk) background() float64 { return min(t.lowest, t.earlier) }

// Talk is the level of the speech so far, and of the background in its pauses of
// late, both in dBov; false while there was not enough of either.
func (l *Level) Talk() (speech, noise float64, known bool) {
	t := &l.talk
	if t.windows == 0 || t.spoken < l.rate/2 {
		return Silence, Silence, false
	}
	return decibels(t.speech / t.spoken), decibels(t.background()), true
}
