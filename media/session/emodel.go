package session

import (
	"time"

	"offhook/media"
)

// impairment is a codec's part in the E-model: its equipment impairment Ie and
// its robustness against loss Bpl (ITU-T G.113 appendix I). What is wider than the
// narrow band has its figures on a scale of its own (appendix IV, for G.107.1, up to
// 129), which a report has no room for: R is at most 100 there (RFC 3611 §4.7.5). On
// the scale of the narrow band none of it is worse than G.711 with concealment, so
// that is what counts.
func impairment(f media.Format) (ie, bpl float64, known bool) {
	switch f.Encoding {
	case "PCMU", "PCMA", "G722", "L16", "OPUS":
		return 0, 25.1, true
	}
	return 0, 0, false
}

// ratings of a conversation by the E-model (ITU-T G.107); zero: none.
type ratings struct {
	r, listening, conversational float64
}

// rate gives R and MOS for a loss and a delay from mouth to ear. Everything else
// is G.107's default (R0 - Is = 93.2).
func rate(f media.Format, b burstFigures, delay time.Duration) ratings {
	ie, bpl, known := impairment(f)
	if !known || !b.known {
		return ratings{}
	}
	const best = 93.2
	percent := 100 * b.loss
	effective := ie + (95-ie)*percent/(percent/b.ratio+bpl) // G.107 (7-29)
	r := max(0, best-effective-delayImpairment(delay))
	return ratings{r: r, listening: mos(max(0, best-effective)), conversational: mos(r)}
}

// delayImpairment is Id of G.107 with its default echo, as straight lines: what
// the benchmark of the jitter buffer counts by too.
func delayImpairment(delay time.Duration) float64 {
	ms := float64(delay) / float64(time.Millisecond)
	return 0.024*ms + 0.11*max(0, ms-177.3)
}

// mos is G.107 annex B.
func mos(r float64) float64 {
	switch {
	case r <= 6.5: // below, the formula turns up again
		return 1
	case r >= 100:
		return 4.5
	}
	return 1 + 0.035*r + r*(r-60)*(100-r)*7e-6
}
