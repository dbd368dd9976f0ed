package benchmedia

import (
	"math"

	"offhook/media"
)

const (
	appendixFrame   = 80  // samples: 10 ms
	appendixHistory = 390 // samples
	appendixDelay   = 30  // samples, so that the last sound before a loss can still be changed
	shortestLag     = 40
	longestLag      = 120
)

// appendix1 is a concealer of the class of ITU-T G.711 Appendix I, re-built from its
// description: pitch periods are repeated, more of them after each 10 ms, overlapping
// by a quarter of one, at full level for 10 ms and 20 % less after each 10 ms more.
// It hands out sound 3.75 ms late.
type appendix1 struct {
	history [appendixHistory]float64 // what is heard, up to what is handed out next
	said    [appendixHistory]float64 // what was heard before the loss
	loop    [appendixHistory]float64 // of that what is repeated: its last periods
	lag     int
	periods int
	at      int // in the periods
	erased  int // frames in a row
}

// received is 10 ms of sound.
func (a *appendix1) received(f media.Frame) {
	fresh := make([]float64, len(f))
	for i, s := range f {
		fresh[i] = float64(s)
	}
	if a.erased > 0 {
		n := min(a.lag/4+(a.erased-1)*32, appendixFrame)
		tail := make([]float64, n)
		a.repeat(tail)
		gain := a.gain(a.erased)
		for i := range tail {
			t := float64(i+1) / float64(n+1)
			fresh[i] = (1-t)*gain*tail[i] + t*fresh[i]
		}
		a.erased = 0
	}
	a.hand(fresh, f)
}

// gain is that at the beginning of a lost frame, counted from 0.
func (a *appendix1) gain(frame int) float64 {
	return math.Max(0, math.Min(1, 1-0.2*float64(frame-1)))
}

// lost makes up 10 ms of sound.
func (a *appendix1) lost(f media.Frame) {
	made := make([]float64, len(f))
	switch {
	case a.erased == 0:
		a.said = a.history
		a.lag, a.periods, a.at = a.pitch(), 1, 0
		a.overlap()
		a.history = a.loop // the end of what was heard flows into its repetition
		a.repeat(made)
	case a.erased < 3:
		tail := make([]float64, a.lag/4)
		at := a.at
		a.repeat(tail)
		a.periods++
		a.at = at % a.lag
		a.overlap()
		a.repeat(made)
		for i, s := range tail {
			t := float64(i+1) / float64(len(tail)+1)
			made[i] = (1-t)*s + t*made[i]
		}
	default:
		a.repeat(made)
	}
	from, to := a.gain(a.erased), a.gain(a.erased+1)
	for i := range made {
		made[i] *= from + (to-from)*float64(i)/float64(len(made))
	}
	a.erased++
	a.hand(made, f)
}

// pitch is the lag at which the last 20 ms repeat best.
func (a *appendix1) pitch() int {
	const window = 160
	last := a.history[appendixHistory-window:]
	best, lag := -1.0, longestLag
	for l := shortestLag; l <= longestLag; l++ {
		before := a.history[appendixHistory-window-l:][:window]
		var xy, yy float64
		for i, x := range last {
			xy += x * before[i]
			yy += before[i] * before[i]
		}
		if c := xy / math.Sqrt(yy+1); c > best {
			best, lag = c, l
		}
	}
	return lag
}

// overlap lets the end of the periods flow into their beginning.
func (a *appendix1) overlap() {
	a.loop = a.said
	q := a.lag / 4
	end := a.loop[appendixHistory-q:]
	before := a.loop[appendixHistory-q-a.periods*a.lag:][:q]
	for i := range end {
		t := float64(i+1) / float64(q+1)
		end[i] = (1-t)*end[i] + t*before[i]
	}
}

func (a *appendix1) repeat(out []float64) {
	length := a.periods * a.lag
	for i := range out {
		out[i] = a.loop[appendixHistory-length+a.at]
		if a.at++; a.at == length {
			a.at = 0
		}
	}
}

// hand puts sound behind the history, and hands out as much.
func (a *appendix1) hand(sound []float64, out media.Frame) {
	n := len(sound)
	copy(a.history[:], a.history[n:])
	copy(a.history[appendixHistory-n:], sound)
	for i := range out {
		x := a.history[appendixHistory-n-appendixDelay+i]
		out[i] = int16(math.Round(math.Max(-32768, math.Min(32767, x))))
	}
}

// rest is what is not handed out yet.
func (a *appendix1) rest() media.Frame {
	out := make(media.Frame, appendixDelay)
	for i := range out {
		out[i] = int16(a.history[appendixHistory-appendixDelay+i])
	}
	return out
}
