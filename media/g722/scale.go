package g722

// scale is the adaptive step size of a band's quantiser (block 3).
type scale struct {
	log    int32 // NB: logarithm to the base 2, 2048 for 1
	factor int32 // DET
}

const (
	lowerLimit, upperLimit = 18432, 22528 // of log
	lowerShift, upperShift = 8, 10
)

// adapt takes a step of the logarithm, which leaks, and computes the factor of
// the next difference (LOGSCL and SCALEL, LOGSCH and SCALEH).
func (s *scale) adapt(step, limit int32, shift uint) {
	log := min(max(s.log*127>>7+step, 0), limit)
	s.log = log
	s.factor = powers[log>>6&31] << (uint32(log) >> 11) >> shift << 2
}

func newLower() scale { return scale{factor: 32} }
func newUpper() scale { return scale{factor: 8} }
