package g722

// band is one half of the spectrum, in the state that the coder and the decoder
// of a stream share as long as nothing is lost: the adaptive predictor, and the
// step size of the adaptive quantiser (block 3).
type band struct {
	predictor
	log    int32 // NB: logarithm to the base 2 of the step size, 2048 for 1
	factor int32 // DET: the step size
}

func newLower() band { return band{factor: 32} }
func newUpper() band { return band{factor: 8} }

const (
	lowerLimit, upperLimit = 18432, 22528 // of log
	lowerShift, upperShift = 8, 10
)

// adapt takes a step of the logarithm, which leaks, and computes the factor of
// the next difference (LOGSCL and SCALEL, LOGSCH and SCALEH).
func (b *band) adapt(step, limit int32, shift uint) {
	log := min(max(b.log*127>>7+step, 0), limit)
	b.log = log
	b.factor = powers[log>>6&31] << (uint32(log) >> 11) >> shift << 2
}

// codeLower codes with 6 bits, of which the upper 4 steer the feedback, so that
// a decoder that misses the others goes the same way.
func (b *band) codeLower(x int32) uint8 {
	diff := saturate(x - b.estimate) // SUBTRA
	sign := diff >> 31
	code := lowerCodes[sign&1][interval(diff^sign, b.factor)&31]
	b.followLower(code >> 2)
	return code
}

// interval is how many decision levels a magnitude reaches (QUANTL): level i is
// decisions[i]*scale>>12. They rise, so that five halvings of the 30 find it;
// which half is as random as speech, so there is no branch to be guessed.
func interval(magnitude, scale int32) int32 {
	reach := (magnitude+1)<<12 - 1 // magnitude >= level, unshifted
	i := 15 &^ ((reach - decisions[15]*scale) >> 31)
	i += 7 &^ ((reach - decisions[(i+7)&31]*scale) >> 31)
	i += 4 &^ ((reach - decisions[(i+4)&31]*scale) >> 31)
	i += 2 &^ ((reach - decisions[(i+2)&31]*scale) >> 31)
	i += 1 &^ ((reach - decisions[(i+1)&31]*scale) >> 31)
	return i
}

// followLower takes the upper 4 bits of a code (INVQAL and blocks 3, 4).
func (b *band) followLower(coarse uint8) {
	d := b.factor * levels4[coarse&15] >> 15
	b.adapt(lowerSteps[coarse&15], lowerLimit, lowerShift)
	b.update(d)
}

func (b *band) codeUpper(x int32) uint8 {
	diff := saturate(x - b.estimate) // SUBTRA
	sign := diff >> 31
	small := (diff ^ sign - upperDecision*b.factor>>12) >> 31 // QUANTH
	code := upperCodes[sign&1][1+small]
	b.followUpper(code)
	return code
}

// followUpper takes a code and returns its difference (INVQAH and blocks 3, 4).
func (b *band) followUpper(code uint8) int32 {
	d := b.factor * levels2[code&3] >> 15
	b.adapt(upperSteps[code&3], upperLimit, upperShift)
	b.update(d)
	return d
}

// decodeLower decodes with all bits that are sound, but for drop (INVQBL, LIMIT).
func (b *band) decodeLower(code uint8, levels *[64]int32, drop uint8) int32 {
	out := b.estimate + b.factor*levels[code>>(drop&7)&63]>>15
	b.followLower(code >> 2)
	return clip(out)
}

func (b *band) decodeUpper(code uint8) int32 {
	estimate := b.estimate
	return clip(estimate + b.followUpper(code))
}

// clip holds a band's sample to its 15 bits (LIMIT).
func clip(x int32) int32 { return min(max(x, -16384), 16383) }
