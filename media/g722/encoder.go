package g722

import (
	"fmt"

	"offhook/media"
)

type encoder struct {
	lower, upper   predictor
	lowers, uppers scale
	line           [past + 2*block]int32 // of samples, oldest first
}

func newEncoder() *encoder { return &encoder{lowers: newLower(), uppers: newUpper()} }

// Encode codes pairs of samples.
func (e *encoder) Encode(dst []byte, frame media.Frame) (int, error) {
	n := len(frame) / 2
	if len(frame)%2 != 0 {
		return 0, fmt.Errorf("g722: a frame of %d samples: they are coded in pairs", len(frame))
	}
	if len(dst) < n {
		return 0, fmt.Errorf("g722: %d bytes of room for %d samples", len(dst), len(frame))
	}
	for left := dst[:n]; len(left) > 0; {
		pairs := min(len(left), block)
		e.encode(left[:pairs], frame[:2*pairs])
		left, frame = left[pairs:], frame[2*pairs:]
	}
	return n, nil
}

func (e *encoder) encode(dst []byte, frame media.Frame) {
	for i, s := range frame {
		e.line[past+i] = int32(s)
	}
	for i := range dst {
		x := (*window)(e.line[2*i:])
		a, b := evens(x), odds(x)
		low := min(max((a+b)>>14, bandLeast), bandMost)
		high := min(max((b-a)>>14, bandLeast), bandMost)
		dst[i] = e.codeUpper(high)<<6 | e.codeLower(low)
	}
	copy(e.line[:past], e.line[len(frame):])
}

// codeLower is the lower band: 6 bits, of which the upper 4 steer the feedback,
// so that a decoder that misses the others goes the same way.
func (e *encoder) codeLower(x int32) uint8 {
	scale := e.lowers.factor
	diff := saturate(x - e.lower.estimate) // SUBTRA
	sign := diff >> 31
	code := lowerCodes[sign&1][interval(diff^sign, scale)]
	coarse := code >> 2
	d := scale * levels4[coarse&15] >> 15 // INVQAL
	e.lowers.adapt(lowerSteps[coarse&15], lowerLimit, lowerShift)
	e.lower.update(d)
	return code
}

// interval is how many decision levels a magnitude reaches (QUANTL): level i is
// decisions[i]*scale>>12. They rise, so that five halvings find it.
func interval(magnitude, scale int32) int32 {
	reach := (magnitude+1)<<12 - 1 // magnitude >= level, unshifted
	var i int32
	for step := int32(16); step > 0; step >>= 1 {
		if j := i + step; j < int32(len(decisions)) && decisions[j]*scale <= reach {
			i = j
		}
	}
	return i
}

func (e *encoder) codeUpper(x int32) uint8 {
	scale := e.uppers.factor
	diff := saturate(x - e.upper.estimate) // SUBTRA
	sign := diff >> 31
	large := 0
	if diff^sign >= upperDecision*scale>>12 { // QUANTH
		large = 1
	}
	code := upperCodes[sign&1][large]
	d := scale * levels2[code&3] >> 15 // INVQAH
	e.uppers.adapt(upperSteps[code&3], upperLimit, upperShift)
	e.upper.update(d)
	return code
}
