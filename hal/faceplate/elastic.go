package faceplate

import "offhook/hal"

// elastic joins two clocks: a page puts blocks when it has them, the device
// takes a period when it is time. What is left after a read is the slack. Its
// least value over half a second says whether the page's clock is ahead or
// behind; then a stretch of about a pitch period is cut out or played twice,
// at the place where that is heard least, with a cross-fade.
type elastic struct {
	buf     []int16 // the first n are waiting
	n       int
	ms      int // samples a millisecond
	window  int // periods a judgement takes
	primed  bool
	seen    int // periods of this window
	least   int // slack of this window
	stretch int // -1: cut one, 1: repeat one, as soon as there is enough to do it
	fadeIn  int // samples still to fade in after silence
}

// In milliseconds.
const (
	elasticTarget = 20 // slack to start with
	elasticLow    = 2  // less at its least: stretch
	elasticHigh   = 25 // more at its least: cut
	elasticMost   = 80 // more: cut at once, down to the target
	elasticFade   = 4  // of a splice
	elasticWindow = 500
)

func newElastic(f hal.PCMFormat) *elastic {
	ms := f.SampleRate / 1000
	e := &elastic{buf: make([]int16, 400*ms), ms: ms, window: max(elasticWindow*ms/f.Period, 1)}
	e.reset()
	return e
}

func (e *elastic) reset() {
	e.n, e.primed, e.stretch = 0, false, 0
	e.startWindow()
}

func (e *elastic) startWindow() { e.seen, e.least = 0, len(e.buf) }

// put appends a block; what does not fit pushes out the oldest.
func (e *elastic) put(block []int16) {
	if over := e.n + len(block) - len(e.buf); over > 0 {
		e.drop(min(over, e.n))
		block = block[max(0, len(block)-len(e.buf)):]
	}
	e.n += copy(e.buf[e.n:], block)
}

func (e *elastic) drop(n int) {
	copy(e.buf, e.buf[n:e.n])
	e.n -= n
}

// read fills one period.
func (e *elastic) read(p []int16) {
	if !e.primed {
		if e.n < elasticTarget*e.ms+len(p) {
			clear(p)
			return
		}
		e.primed, e.fadeIn = true, elasticFade*e.ms
		e.startWindow()
	}
	e.adjust(len(p))
	if e.n < len(p) {
		e.runDry(p)
		return
	}
	copy(p, e.buf[:len(p)])
	e.drop(len(p))
	e.fade(p)
	e.judge()
}

// runDry plays the rest, faded out, and waits for the target again.
func (e *elastic) runDry(p []int16) {
	n := copy(p, e.buf[:e.n])
	clear(p[n:])
	fade := min(n, elasticFade*e.ms)
	for i := range fade {
		p[n-1-i] = int16(int(p[n-1-i]) * i / fade)
	}
	e.fade(p)
	e.n, e.primed = 0, false
}

func (e *elastic) fade(p []int16) {
	whole := elasticFade * e.ms
	for i := 0; i < len(p) && e.fadeIn > 0; i++ {
		p[i] = int16(int(p[i]) * (whole - e.fadeIn) / whole)
		e.fadeIn--
	}
}

func (e *elastic) judge() {
	e.least = min(e.least, e.n)
	if e.seen++; e.seen < e.window {
		return
	}
	switch {
	case e.least > elasticHigh*e.ms:
		e.stretch = -1
	case e.least < elasticLow*e.ms:
		e.stretch = 1
	}
	e.startWindow()
}

func (e *elastic) adjust(period int) {
	if slack := e.n - period; slack > elasticMost*e.ms {
		e.cut(slack - elasticTarget*e.ms)
	}
	if e.stretch == 0 || e.n <= 2*elasticFade*e.ms {
		return
	}
	lag := e.bestLag(min(10*e.ms, e.n-elasticFade*e.ms))
	if e.stretch < 0 {
		e.cut(lag)
	} else {
		e.repeat(lag)
	}
	e.stretch = 0
}

// bestLag is the distance from 4 ms up to most at which the sound is most
// like itself: a pitch period of a voice.
func (e *elastic) bestLag(most int) int {
	best, bestDiff := most, int(^uint(0)>>1)
	for lag := elasticFade * e.ms; lag <= most; lag++ {
		diff := 0
		for i := range elasticFade * e.ms {
			d := int(e.buf[i]) - int(e.buf[i+lag])
			diff += max(d, -d)
		}
		if diff < bestDiff {
			best, bestDiff = lag, diff
		}
	}
	return best
}

// cut takes n samples out at the front.
func (e *elastic) cut(n int) {
	fade := min(elasticFade*e.ms, e.n-n)
	for i := range fade {
		e.buf[i] = blend(e.buf[i], e.buf[i+n], i, fade)
	}
	copy(e.buf[fade:], e.buf[fade+n:e.n])
	e.n -= n
}

// repeat plays the first n samples twice.
func (e *elastic) repeat(n int) {
	fade := elasticFade * e.ms
	if e.n+n > len(e.buf) || n+fade > e.n {
		return
	}
	copy(e.buf[n+fade:], e.buf[fade:e.n]) // the second time, after the splice
	// Now buf[n:n+fade] is still the first time's continuation; what it fades
	// to is the start, buf[0:fade].
	for i := range fade {
		e.buf[n+i] = blend(e.buf[n+i], e.buf[i], i, fade)
	}
	e.n += n
}

func blend(from, to int16, i, n int) int16 {
	return int16((int(from)*(n-i) + int(to)*i) / n)
}
