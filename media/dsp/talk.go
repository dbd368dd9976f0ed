package dsp

import "time"

// Floor is what is heard in the pauses of speech: the least power of the last
// seconds, two to four. The zero Floor has heard nothing.
type Floor struct {
	_               [0]func() // nobody compares it: code that would is large
	fast            float64   // power, smoothed
	lowest, earlier float64   // of this window, and of the one before
	seen, windows   int       // samples of this window; windows, at most 2
}

const (
	talkWindow    = 2 * time.Second
	talkSmoothing = 50 * time.Millisecond
	talkAbove     = 10      // times the background: 10 dB
	talkLeast     = 3.4e+03 // power of -55 dBov
)

// Take notes n samples of a mean power at rate Hz.
func (f *Floor) Take(power float64, n int, rate float64) {
	if f.seen == 0 && f.windows == 0 {
		f.fast, f.lowest, f.earlier = power, power, power
	}
	f.fast += (power - f.fast) * min(1, float64(n)/(rate*talkSmoothing.Seconds()))
	f.lowest = min(f.lowest, f.fast)
	if f.seen += n; float64(f.seen) >= rate*talkWindow.Seconds() {
		f.earlier, f.lowest, f.seen, f.windows = f.lowest, f.fast, 0, min(f.windows+1, 2)
	}
}

// Power is the floor, as Power of a frame.
func (f *Floor) Power() float64 { return min(f.lowest, f.earlier) }

// talk tells speech from what is heard in its pauses: it is well above that.
// What goes on at one level, as a tone, is neither.
type talk struct {
	floor          Floor
	speech, spoken float64 // energy, and of how many samples
}

// take notes n samples of a mean power at rate Hz.
func (t *talk) take(power float64, n int, rate float64) {
	t.floor.Take(power, n, rate)
	if power > talkLeast && power > talkAbove*t.floor.Power() {
		t.speech, t.spoken = t.speech+power*float64(n), t.spoken+float64(n)
	}
}

// Talk is the level of the speech so far, and of the background in its pauses of
// late, both in dBov; false while there was not enough of either.
func (l *Level) Talk() (speech, noise float64, known bool) {
	t := &l.talk
	if t.floor.windows == 0 || t.spoken < l.rate/2 {
		return Silence, Silence, false
	}
	return decibels(t.speech / t.spoken), decibels(t.floor.Power()), true
}
