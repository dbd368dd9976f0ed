package cn

import (
	"math"
	"time"

	"offhook/media"
)

// Detector tells whether a frame has voice in it, or anything that is worth
// sending. In doubt it has.
//
// It judges 10 ms at a time: by energy, against the least of the last seconds,
// and by spectrum, against a model of the noise: the model's inverse filter makes
// the noise white and small, and lets all else stick out. What is loud is always
// worth sending: it could be a tone, or music.
type Detector struct {
	size, at int // of a piece, in samples
	line     correlator
	now      correlation // of the piece

	noise, all correlation // slow means: of noise, and of everything
	model      model       // of noise
	floor      float64     // level of noise, dBov
	least      [windows]float64
	window, n  int
	smooth     float64 // level, dBov

	burst, hang int // pieces
	voice       bool
	speaks      bool // in the last frame, not counting what hangs over
}

const (
	windows = 3   // in each of which the least level is kept
	pieces  = 50  // in a window, of 10 ms: half a second
	above   = 8.0 // dB over the noise is voice; 10 ms of dull noise differ much
	lasting = 5.0 // over some 20 ms they differ less
	sticks  = 3.0 // dB over the noise, both made white by the inverse filter
	bias    = 1.5 // dB, of the least of many levels under their mean
	moved   = 3.0 // dB that the floor rises by to make the model out of date
	loud    = -35.0
	quiet   = -72.0 // dBov: below there is nothing to be heard

	longBurst  = 50 * time.Millisecond
	longHang   = 200 * time.Millisecond // over the pauses within words, and their quiet ends
	shortHang  = 60 * time.Millisecond
	pieceTime  = 10 * time.Millisecond
	noiseGain  = 0.05 // of a piece, in the mean of noise
	allGain    = 0.03
	smoothGain = 0.4
)

// NewDetector makes a Detector for a sample rate in Hz. Until it has heard some
// seconds, all that is not very quiet is voice to it.
func NewDetector(rate int) *Detector {
	d := &Detector{size: max(1, rate/100), floor: quiet, smooth: quiet, voice: true}
	d.model = d.noise.fit()
	for i := range d.least {
		d.least[i] = quiet
	}
	return d
}

// Voice takes the next frame, of any length, and tells whether it is to be sent.
func (d *Detector) Voice(f media.Frame) bool {
	voice := d.voice
	d.speaks = false
	for len(f) > 0 {
		n := min(len(f), d.size-d.at)
		d.line.add(&d.now, f[:n])
		if d.at += n; d.at == d.size {
			d.judge()
			voice = voice || d.voice
			d.at, d.now = 0, correlation{}
		}
		f = f[n:]
	}
	// A frame that ends a burst is still of it.
	return voice
}

// Speaks tells whether there was voice in the last frame itself: what is sent for
// a while after a word, because its end is quiet, may be noise already.
func (d *Detector) Speaks() bool { return d.speaks }

// judge decides on a piece.
func (d *Detector) judge() {
	for i := range d.now {
		d.now[i] /= float32(d.size)
	}
	level := decibel(d.now[0])
	d.track(level)
	stick := decibel(d.model.left(&d.now)) - decibel(d.model.left(&d.noise))
	speaks := level > loud || level > quiet &&
		(level > d.floor+above || d.smooth > d.floor+lasting || stick > sticks && level > d.floor)
	d.speaks = d.speaks || speaks
	blend(&d.all, &d.now, allGain)
	if !speaks {
		blend(&d.noise, &d.now, noiseGain)
		d.model = d.noise.fit()
	}
	d.hangOver(speaks)
}

// track finds the level of noise: the least in the last one to one and a half
// seconds, for in speech there are pauses. When it rises the noise is another,
// and what was heard of late is its model.
func (d *Detector) track(level float64) {
	d.smooth += smoothGain * (level - d.smooth)
	d.least[d.window] = min(d.least[d.window], d.smooth)
	if d.n++; d.n == pieces {
		d.n, d.window = 0, (d.window+1)%windows
		d.least[d.window] = d.smooth
	}
	floor := max(quiet, min(d.least[0], d.least[1], d.least[2])+bias)
	if floor > d.floor+moved {
		d.noise = d.all
		d.model = d.noise.fit()
	}
	d.floor = floor
}

// hangOver lets voice go on for a while: the end of a word is quiet. A click is
// none.
func (d *Detector) hangOver(speaks bool) {
	switch {
	case speaks:
		d.burst++
		if d.burst >= int(longBurst/pieceTime) {
			d.hang = int(longHang / pieceTime)
		} else {
			d.hang = max(d.hang, int(shortHang/pieceTime))
		}
	case d.hang > 0:
		d.burst = 0
		d.hang--
	default:
		d.burst = 0
	}
	d.voice = speaks || d.hang > 0
}

func blend(mean, c *correlation, gain float32) {
	for i := range mean {
		mean[i] += gain * (c[i] - mean[i])
	}
}

// decibel is the level of a mean square, in dBov.
func decibel(power float32) float64 {
	return 10 * math.Log10(float64(power)/(32768*32768)+1e-12)
}
