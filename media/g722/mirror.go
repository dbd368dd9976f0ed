package g722

import "offhook/media"

// The quadrature mirror filter is symmetric; tap is its first half (G.722 §3.1,
// §4.4). The taps with even index make one sum, over every other sample, those
// with odd index, the same numbers in reverse, one over the rest.
const (
	tap0, tap1, tap2, tap3, tap4, tap5   = 3, -11, -11, 53, 12, -156
	tap6, tap7, tap8, tap9, tap10, tap11 = 32, 362, -210, -805, 951, 3876

	taps  = 24
	past  = taps - 2 // samples kept before a pair
	block = 160      // pairs filtered at a time
)

// line is what the filter runs over, oldest first.
type line [past + 2*block]int32

// window is what it sees at a time.
type window = [taps]int32

func evens(x *window) int32 {
	return tap0*x[0] + tap2*x[2] + tap4*x[4] + tap6*x[6] + tap8*x[8] + tap10*x[10] +
		tap11*x[12] + tap9*x[14] + tap7*x[16] + tap5*x[18] + tap3*x[20] + tap1*x[22]
}

func odds(x *window) int32 {
	return tap1*x[1] + tap3*x[3] + tap5*x[5] + tap7*x[7] + tap9*x[9] + tap11*x[11] +
		tap10*x[13] + tap8*x[15] + tap6*x[17] + tap4*x[19] + tap2*x[21] + tap0*x[23]
}

// load puts a block of samples behind the past ones.
func (l *line) load(frame media.Frame) {
	x := l[past : past+len(frame)]
	for i, s := range frame {
		x[i] = int32(s)
	}
}

// split is pair i in two bands.
func (l *line) split(i int) (low, high int32) {
	x := (*window)(l[2*i:])
	a, b := evens(x), odds(x)
	return clip((b + a) >> 14), clip((b - a) >> 14)
}

// join is two bands as pair i; their sums and differences lie in turn.
func (l *line) join(i int) (first, second int16) {
	x := (*window)(l[2*i:])
	return int16(saturate(odds(x) >> 11)), int16(saturate(evens(x) >> 11))
}

// put lays pair i of two bands down for join.
func (l *line) put(i int, low, high int32) {
	x := (*[2]int32)(l[past+2*i:])
	x[0], x[1] = low+high, low-high
}

// keep goes on after a block of pairs.
func (l *line) keep(pairs int) { copy(l[:past], l[2*pairs:2*pairs+past]) }
