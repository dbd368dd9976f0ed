package engine

import (
	"time"

	"offhook/media"
)

const (
	streamRamp = 5 * time.Millisecond // of a stream that begins or ends to be heard
	noiseRamp  = 10 * time.Millisecond
)

// fade lets sound begin and end without a click. It is silent at first.
type fade struct {
	rate         float64
	gain, target float32
	step         float32 // of gain, each sample
}

func newFade(rate int, ramp time.Duration) fade {
	return fade{rate: float64(rate), step: float32(1 / max(1, ramp.Seconds()*float64(rate)))}
}

// to says whether sound is to be heard.
func (f *fade) to(heard bool) {
	f.target = 0
	if heard {
		f.target = 1
	}
}

// cut is for sound that nobody gets: what follows begins with a ramp.
func (f *fade) cut() { f.gain = 0 }

// silent reports whether nothing is heard, nor is going to be.
func (f *fade) silent() bool { return f.gain == 0 && f.target == 0 }

// steady reports whether process would change nothing.
func (f *fade) steady() bool { return f.gain == f.target && f.gain == 1 }

// next is the gain of the next sample.
func (f *fade) next() float32 {
	if f.gain < f.target {
		f.gain = min(f.target, f.gain+f.step)
	} else if f.gain > f.target {
		f.gain = max(f.target, f.gain-f.step)
	}
	return f.gain
}

func (f *fade) process(frame media.Frame) {
	if f.steady() {
		return
	}
	for i, s := range frame {
		if f.gain < f.target {
			f.gain = min(f.target, f.gain+f.step)
		} else {
			f.gain = max(f.target, f.gain-f.step)
		}
		frame[i] = int16(f.gain * float32(s))
	}
}

// tail brings a sum that has lost a part down to where it is without it.
type tail struct {
	value, step float32
}

// drop tells of a part that was at value last.
func (t *tail) drop(value int16, samples int) {
	t.value += float32(value)
	t.step = max(t.value, -t.value) / float32(max(1, samples))
}

func (t *tail) add(mix []int32) {
	for i := range mix {
		if t.value == 0 {
			return
		}
		if t.value > 0 {
			t.value = max(0, t.value-t.step)
		} else {
			t.value = min(0, t.value+t.step)
		}
		mix[i] += int32(t.value)
	}
}
