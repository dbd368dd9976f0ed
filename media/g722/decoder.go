package g722

import (
	"fmt"

	"offhook/media"
)

type decoder struct {
	lower, upper   predictor
	lowers, uppers scale
	levels         []int32               // of the lower band's output
	drop           uint8                 // bits of an octet that are not sound
	line           [past + 2*block]int32 // of the bands' sums and differences in turn, oldest first
}

func newDecoder(r Rate) *decoder {
	d := &decoder{lowers: newLower(), uppers: newUpper(), levels: levels6[:]}
	switch r {
	case Rate56:
		d.levels, d.drop = levels5[:], 1
	case Rate48:
		d.levels, d.drop = levels4[:], 2
	}
	return d
}

// Samples is two an octet.
func (d *decoder) Samples(payload []byte) int { return 2 * len(payload) }

// Decode takes any octets. After a loss it goes on from where it was: the
// predictors and scale factors leak, so that they soon agree with the encoder's.
func (d *decoder) Decode(dst media.Frame, payload []byte) (int, error) {
	n := 2 * len(payload)
	if n == 0 || n > len(dst) {
		return 0, fmt.Errorf("%w: G.722 payload of %d bytes for a frame of %d samples", media.ErrPayload, len(payload), len(dst))
	}
	for len(payload) > 0 {
		pairs := min(len(payload), block)
		d.decode(dst[:2*pairs], payload[:pairs])
		dst, payload = dst[2*pairs:], payload[pairs:]
	}
	return n, nil
}

func (d *decoder) decode(dst media.Frame, payload []byte) {
	for i, code := range payload {
		low, high := d.decodeLower(code&63), d.decodeUpper(code>>6)
		d.line[past+2*i] = low + high
		d.line[past+2*i+1] = low - high
	}
	for i := range payload {
		x := (*window)(d.line[2*i:])
		dst[2*i] = int16(saturate(odds(x) >> 11))
		dst[2*i+1] = int16(saturate(evens(x) >> 11))
	}
	copy(d.line[:past], d.line[2*len(payload):])
}

// decodeLower decodes with all bits that are sound (INVQBL, LIMIT); the upper 4
// steer the feedback.
func (d *decoder) decodeLower(code uint8) int32 {
	scale := d.lowers.factor
	out := d.lower.estimate + scale*d.levels[code>>d.drop]>>15
	coarse := code >> 2 & 15
	diff := scale * levels4[coarse] >> 15 // INVQAL
	d.lowers.adapt(lowerSteps[coarse], lowerLimit, lowerShift)
	d.lower.update(diff)
	return min(max(out, bandLeast), bandMost)
}

func (d *decoder) decodeUpper(code uint8) int32 {
	scale := d.uppers.factor
	diff := scale * levels2[code&3] >> 15 // INVQAH
	out := d.upper.estimate + diff
	d.uppers.adapt(upperSteps[code&3], upperLimit, upperShift)
	d.upper.update(diff)
	return min(max(out, bandLeast), bandMost)
}
