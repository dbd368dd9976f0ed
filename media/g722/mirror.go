package g722

// The quadrature mirror filter is symmetric; tap is its first half (§3.2, §4.4).
// The taps with even index make one sum over a sample pair's first samples, the
// others, in reverse the same numbers, one over the second ones.
const (
	tap0, tap1, tap2, tap3, tap4, tap5         = 3, -11, -11, 53, 12, -156
	tap6, tap7, tap8, tap9, tap10, tap11       = 32, 362, -210, -805, 951, 3876
	taps                                       = 24
	past                                       = taps - 2 // samples kept before a pair
	block                                      = 160      // pairs filtered at a time
	bandLeast, bandMost                  int32 = -16384, 16383
)

// window is what the filter sees, oldest first.
type window = [taps]int32

func evens(x *window) int32 {
	return tap0*x[0] + tap2*x[2] + tap4*x[4] + tap6*x[6] + tap8*x[8] + tap10*x[10] +
		tap11*x[12] + tap9*x[14] + tap7*x[16] + tap5*x[18] + tap3*x[20] + tap1*x[22]
}

func odds(x *window) int32 {
	return tap1*x[1] + tap3*x[3] + tap5*x[5] + tap7*x[7] + tap9*x[9] + tap11*x[11] +
		tap10*x[13] + tap8*x[15] + tap6*x[17] + tap4*x[19] + tap2*x[21] + tap0*x[23]
}
