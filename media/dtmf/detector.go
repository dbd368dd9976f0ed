// Package dtmf finds the digits of a keypad in sound (ITU-T Q.23, Q.24).
package dtmf

import (
	"time"

	"offhook/media"
	"offhook/media/dsp"
)

// Times, in blocks of 51 samples at 8 kHz: 6.4 ms. Two blocks are a window.
const (
	rate       = 8000
	blockSize  = 51
	windowSize = 2 * blockSize
	// A digit of 40 ms fills four windows whole; one of 23 ms reaches at most
	// three to three quarters.
	windowsOn = 4
	// An interruption of 10 ms spoils three windows, a pause of 40 ms six.
	windowsOff = 5
)

// Digit is a key that was pressed.
type Digit struct {
	Digit    rune // 0-9, *, #, A-D
	Duration time.Duration
}

// Detector finds digits of at least 40 ms, with 40 ms between them, at ±1.5 % of
// their frequencies, from 0 to -30 dBm0, with the upper tone up to 4 dB above and 8 dB
// below the lower one, and noise 15 dB below them. What is off by 3.5 %, or shorter
// than 23 ms, is none (Q.24, Annex A). One owner; 0 allocations.
type Detector struct {
	resampler *dsp.Resampler // nil at 8 kHz
	low       media.Frame    // room for what it makes

	bank   [8]resonator
	n      int // samples in this block
	energy float64
	last   block
	full   bool // last is one

	seen    rune // in the last window
	times   int  // in how many in turn
	drift   [2]float64
	level   [2]float64
	current rune // the digit that sounds; 0: none
	missed  int  // windows without it
	length  int  // windows since it began

	queue  [8]Digit
	queued int
}

var _ media.Sink = (*Detector)(nil)

// New makes a Detector of frames at a rate in Hz, of at most the longest length.
func New(sampleRate, longest int) *Detector {
	d := &Detector{bank: newBank()}
	if sampleRate != rate {
		d.resampler = dsp.NewResampler(sampleRate, rate)
		d.low = make(media.Frame, longest*rate/sampleRate+2)
	}
	return d
}

// WriteFrame takes sound. It never fails.
func (d *Detector) WriteFrame(f media.Frame) error {
	if d.resampler != nil {
		f = d.low[:d.resampler.Process(d.low, f)]
	}
	for _, s := range f {
		x := float64(s) / 32768
		d.energy += x * x
		for i := range d.bank {
			d.bank[i].step(x)
		}
		if d.n++; d.n == blockSize {
			d.block()
		}
	}
	return nil
}

// Next is the oldest digit that has ended, when there is one.
func (d *Detector) Next() (Digit, bool) {
	if d.queued == 0 {
		return Digit{}, false
	}
	first := d.queue[0]
	d.queued--
	copy(d.queue[:], d.queue[1:])
	return first, true
}

// Reset forgets what was heard.
func (d *Detector) Reset() {
	*d = Detector{resampler: d.resampler, low: d.low, bank: newBank()}
}

// block ends a block, and with it a window.
func (d *Detector) block() {
	var b block
	for i := range d.bank {
		b.tones[i] = d.bank[i].take()
	}
	b.energy = d.energy
	d.energy, d.n = 0, 0
	if d.full {
		d.window(judge(&d.last, &b))
	}
	d.last, d.full = b, true
}

// window takes what was found in one window.
func (d *Detector) window(v verdict) {
	if v.digit != 0 && v.digit == d.seen && d.steady(v) {
		d.times++
	} else {
		d.seen, d.times, d.drift = v.digit, 0, [2]float64{}
		if v.digit != 0 {
			d.times = 1
		}
	}
	d.level = v.level
	for i := range d.drift {
		d.drift[i] += v.drift[i]
	}
	switch {
	case d.current != 0 && v.digit == d.current:
		d.length += d.missed + 1
		d.missed = 0
	case d.current != 0:
		if d.missed++; d.missed >= windowsOff {
			d.end()
		}
	}
	if d.seen != 0 && d.seen != d.current && d.times >= windowsOn && d.inTune() {
		d.end()
		d.current, d.length, d.missed = d.seen, d.times, 0
	}
}

// steady tells whether the levels are about what they were: a key's are, a
// voice's seldom.
func (d *Detector) steady(v verdict) bool {
	for i := range v.level {
		if ratio := v.level[i] / d.level[i]; ratio > steadiness || ratio < 1/steadiness {
			return false
		}
	}
	return true
}

// inTune tells whether the frequencies are near enough, by the mean of the windows.
func (d *Detector) inTune() bool {
	for _, sum := range d.drift {
		if mean := sum / float64(d.times); mean > tuneLimit || mean < -tuneLimit {
			return false
		}
	}
	return true
}

// end tells of the digit that sounds, if one does. What nobody takes is lost.
func (d *Detector) end() {
	if d.current == 0 {
		return
	}
	if d.queued < len(d.queue) {
		// Half a block at each end of a digit is in no window.
		samples := (d.length + 1) * blockSize
		d.queue[d.queued] = Digit{d.current, time.Duration(samples) * time.Second / rate}
		d.queued++
	}
	d.current = 0
}
