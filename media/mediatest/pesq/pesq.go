// Package pesq judges speech by ITU-T P.862, the perceptual evaluation of speech
// quality: what a listener would give in a test, predicted from what was said and what
// was heard of it. P.862.1 maps it to MOS-LQO; P.862.2 is for speech up to 7 kHz.
//
// What was said is compared with what was heard as hearing does, by the loudness
// of critical bands, after levels and delays, which may change, were made the same.
package pesq

import (
	"errors"
	"fmt"
	"math"

	"offhook/media"
)

var (
	// ErrRate is the error for sample rates that the standard does not have.
	ErrRate = errors.New("pesq: speech must be sampled at 8000 or 16000 Hz")
	// ErrShort is the error for less than a quarter of a second.
	ErrShort = errors.New("pesq: speech is shorter than 250 ms")
	// ErrSilent is the error for sound in which no speech is found.
	ErrSilent = errors.New("pesq: no speech found in the reference")
)

// Score is a verdict.
type Score struct {
	Raw float64 // of P.862, -0.5 (bad) to 4.5
	MOS float64 // MOS-LQO, 1 (bad) to about 4.5
}

// NarrowBand judges telephone speech by P.862 and P.862.1. Both are at rate Hz, 8000
// or 16000; they should be about as long as one another, 8 s or more, with pauses.
func NarrowBand(reference, degraded media.Frame, rate int) (Score, error) {
	d, err := newDimensions(rate)
	if err != nil {
		return Score{}, err
	}
	raw, err := d.compare(reference, degraded, handset)
	return Score{Raw: raw, MOS: mapped(raw, 1.4945, 4.6607)}, err
}

// WideBand judges speech of 50 to 7000 Hz by P.862.2. Both are at 16000 Hz.
func WideBand(reference, degraded media.Frame) (Score, error) {
	d, err := newDimensions(16000)
	if err != nil {
		return Score{}, err
	}
	raw, err := d.compare(reference, degraded, headphones)
	return Score{Raw: raw, MOS: mapped(raw, 1.3669, 3.8224)}, err
}

// mapped is the logistic function of P.862.1 and P.862.2.
func mapped(raw, slope, offset float64) float64 {
	return 0.999 + 4/(1+math.Exp(offset-slope*raw))
}

// dimensions are the sizes of everything at a sample rate.
type dimensions struct {
	rate  int
	block int // of the envelopes: 4 ms
	span  int // of the fine alignment: 64 ms
	frame int // of the hearing model: 32 ms, every 16 ms
	lead  int // silence before and after each signal: 75 blocks
	tail  int // silence after that: 320 ms

	power, loudness float64 // calibration: Sp, Sl
	bands           []band
	input           []section // of the alignment
}

func newDimensions(rate int) (*dimensions, error) {
	d := &dimensions{rate: rate, block: rate / 250, loudness: 0.1866055}
	d.span, d.frame, d.lead, d.tail = 16*d.block, 8*d.block, leadBlocks*d.block, rate*320/1000
	switch rate {
	case 8000:
		d.power, d.bands, d.input = 2.764344e-5, narrowBands(), input8[:]
	case 16000:
		d.power, d.bands, d.input = 6.910853e-6, wideBands[:], input16[:]
	default:
		return nil, fmt.Errorf("%w, not %d", ErrRate, rate)
	}
	return d, nil
}

// leadBlocks are the blocks of silence before and after each signal, and how far
// utterances are looked for beyond where they are.
const leadBlocks = 75

// compare is P.862 from samples to the raw score; ear is the filter that both are heard through.
func (d *dimensions) compare(reference, degraded media.Frame, ear func(*signal)) (float64, error) {
	if min(len(reference), len(degraded)) < d.rate/4 {
		return 0, ErrShort
	}
	longest := max(len(reference), len(degraded)) + 2*d.lead
	ref, deg := d.signal(reference), d.signal(degraded)
	for _, s := range []*signal{ref, deg} {
		if !s.level(longest) {
			return 0, ErrSilent
		}
		ear(s)
	}
	utterances := newAligner(ref, deg).utterances()
	if len(utterances) == 0 {
		return 0, ErrSilent
	}
	ref.extend(longest)
	deg.extend(longest)
	m := &model{dimensions: d, ref: ref, deg: deg, utterances: utterances}
	return m.score(), nil
}
