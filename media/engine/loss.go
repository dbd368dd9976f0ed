package engine

import "offhook/media"

const (
	calming   = 0.7   // of the loss expected, with each report of less
	leastLoss = 0.005 // less than this is none
)

// lossWatch knows, and tells an encoder, how much of what it sends gets lost: at once when
// that is more, little by little when it is less, as loss comes in bursts.
type lossWatch struct {
	encoder  media.LossAware // nil if it does not care
	report   uint64          // the last that was heeded
	expected float64
}

// heed takes what the far end said in its last report.
func (w *lossWatch) heed(fraction float64, report uint64) {
	if report == w.report {
		return
	}
	w.report = report
	w.expected = max(fraction, w.expected*calming)
	if w.expected < leastLoss {
		w.expected = 0
	}
	if w.encoder != nil {
		w.encoder.ExpectLoss(w.expected)
	}
}
