//go:build interop || browser

package interop

import (
	"math"
	"time"

	"offhook/media"
	"offhook/media/mediatest"
)

// melody is a sequence of tones by which sound is known again: frequencies in
// Hz, each within a telephone's band.
type melody []float64

// Three that share no tone, so that one is never taken for another.
var (
	first  = melody{620, 1480, 940, 2260, 1130, 1810}
	second = melody{1700, 560, 2100, 820, 1340, 1030}
	far    = melody{700, 1950, 1240, 500, 1590, 880}
)

const (
	toneTime  = 160 * time.Millisecond
	stepTime  = 200 * time.Millisecond // from tone to tone
	toneLevel = -12.0                  // dB below a full-scale sine
	// audible is the level above which a tone is there, and apart how far it
	// must be above the others of its melody.
	audible = -35.0
	apart   = 12.0
)

// length of the melody.
func (m melody) length() time.Duration { return time.Duration(len(m)) * stepTime }

func samples(d time.Duration, rate int) int { return int(d * time.Duration(rate) / time.Second) }

// pcm is the melody's sound; 5 ms of rise and fall keep clicks away.
func (m melody) pcm(rate int) media.Frame {
	out := make(media.Frame, samples(m.length(), rate))
	n, edge := samples(toneTime, rate), float64(samples(5*time.Millisecond, rate))
	amplitude := 32767 * math.Pow(10, toneLevel/20)
	for i, f := range m {
		start := samples(time.Duration(i)*stepTime, rate)
		for k := range n {
			shape := min(1, min(float64(k), float64(n-k))/edge)
			out[start+k] = int16(amplitude * shape * math.Sin(2*math.Pi*f*float64(k)/float64(rate)))
		}
	}
	return out
}

// pause is between a melody and its repetition.
const pause = 300 * time.Millisecond

// round is the time from one melody to the next.
func (m melody) round() time.Duration { return m.length() + pause }

// repeated is the melody so often.
func (m melody) repeated(rate, times int) media.Frame {
	var out media.Frame
	for range times {
		out = append(append(out, m.pcm(rate)...), make(media.Frame, samples(pause, rate))...)
	}
	return out
}

// found is where and how loud a melody was.
type found struct {
	At   int     // sample of its start
	Gain float64 // dB, the mean of its tones over what was sent
	Like float64 // how much of its least pure tone is that tone, 0..1
}

// in looks for the melody where it came best: whole, and then loudest. Play-out may
// have stretched it: each tone must be there in the middle of its time, alone.
func (m melody) in(heard media.Frame, rate int) (found, bool) {
	step := samples(10*time.Millisecond, rate)
	best, well, at := found{Gain: -1000}, false, -1
	for start := 0; start+samples(m.length(), rate) <= len(heard); start += step {
		level, pure, ok := m.at(heard[start:], rate)
		one := found{Gain: level - toneLevel, Like: pure}
		if whole := one.check() == nil; ok && (whole && !well || whole == well && one.Gain > best.Gain) {
			best, well, at = one, whole, start
		}
	}
	if at < 0 {
		return found{}, false
	}
	from := max(0, at-samples(100*time.Millisecond, rate))
	to := min(len(heard), at+samples(m.length()+100*time.Millisecond, rate))
	lag, _ := mediatest.Delay(m.pcm(rate), heard[from:to], rate)
	best.At = from + samples(lag, rate)
	return best, true
}

// at reports whether the melody starts at the sound's start, its level, and how
// pure the least pure of its tones is. The tones are looked at one by one: play-out
// that follows the network moves one against the other, and that is no fault.
func (m melody) at(heard media.Frame, rate int) (level, pure float64, ok bool) {
	pure = 1
	for i, f := range m {
		from := samples(time.Duration(i)*stepTime+toneTime/4, rate)
		middle := heard[from : from+samples(toneTime/2, rate)]
		l := mediatest.ToneLevel(middle, rate, f)
		if l < audible {
			return 0, 0, false
		}
		for _, other := range m {
			if other != f && mediatest.ToneLevel(middle, rate, other) > l-apart {
				return 0, 0, false
			}
		}
		level += l / float64(len(m))
		pure = min(pure, purity(middle, l))
	}
	return level, pure, true
}

// purity is how much of a sound is a tone whose level in it is known.
func purity(f media.Frame, level float64) float64 {
	var all float64
	for _, s := range f {
		all += float64(s) * float64(s) / float64(len(f))
	}
	amplitude := 32768 * math.Pow(10, level/20)
	return min(1, math.Sqrt(amplitude*amplitude/2/all))
}

// trace is the loudest level of any of the melody's tones: what is left of it
// where it must not be.
func (m melody) trace(heard media.Frame, rate int) float64 {
	loudest := -127.0
	n := samples(40*time.Millisecond, rate)
	for start := 0; start+n <= len(heard); start += n {
		for _, f := range m {
			loudest = max(loudest, mediatest.ToneLevel(heard[start:start+n], rate, f))
		}
	}
	return loudest
}
