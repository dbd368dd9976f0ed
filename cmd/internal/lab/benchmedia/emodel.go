package benchmedia

import "time"

const (
	bestR     = 93.2                  // ITU-T G.107, all defaults
	baseDelay = 60 * time.Millisecond // of everything but the play-out buffer
	bpl       = 25.1                  // G.711 with concealment (ITU-T G.113, appendix I)
)

// Rating is R of the E-model at a mean play-out delay, with a share of the sound made up
// or left out. The effect of delay is the usual approximation of G.107's Id in two
// straight lines (Cole and Rosenbluth, 2001). R ends at 0, where nobody can talk.
func Rating(delay time.Duration, madeUp float64) float64 {
	d := float64(baseDelay+delay) / float64(time.Millisecond)
	id := 0.024 * d
	if d > 177.3 {
		id += 0.11 * (d - 177.3)
	}
	loss := 100 * madeUp
	return max(0, bestR-id-95*loss/(loss+bpl))
}
