package g722

import (
	"fmt"

	"offhook/media"
)

type encoder struct {
	lower, upper band
	line         line // of samples
}

func newEncoder() *encoder { return &encoder{lower: newLower(), upper: newUpper()} }

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
		e.line.load(frame[:2*pairs])
		for i := range left[:pairs] {
			low, high := e.line.split(i)
			left[i] = e.upper.codeUpper(high)<<6 | e.lower.codeLower(low)
		}
		e.line.keep(pairs)
		left, frame = left[pairs:], frame[2*pairs:]
	}
	return n, nil
}
