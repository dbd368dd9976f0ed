package engine

import (
	"slices"
	"testing"
)

type aware struct{ told []float64 }

func (a *aware) ExpectLoss(fraction float64) { a.told = append(a.told, fraction) }

func TestLossWatch(t *testing.T) {
	type report struct {
		number uint64
		loss   float64
	}
	for _, test := range []struct {
		name    string
		reports []report
		want    []float64
	}{
		{"no report: the encoder keeps its own guess", []report{{0, 0}, {0, 0}}, nil},
		{"no loss", []report{{0, 0}, {1, 0}, {1, 0}}, []float64{0}},
		{"once a report", []report{{1, 0.1}, {1, 0.1}, {1, 0.1}}, []float64{0.1}},
		{"up at once", []report{{1, 0.1}, {2, 0.5}}, []float64{0.1, 0.5}},
		{"down little by little", []report{{1, 0.5}, {2, 0}, {3, 0.3}}, []float64{0.5, 0.35, 0.3}},
		{"down to none", []report{{1, 0.007}, {2, 0}}, []float64{0.007, 0}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var a aware
			w := lossWatch{encoder: &a}
			for _, r := range test.reports {
				w.heed(r.loss, r.number)
			}
			if !slices.Equal(a.told, test.want) {
				t.Errorf("told %v, want %v", a.told, test.want)
			}
		})
	}
	var none lossWatch
	none.heed(0.5, 1)
}
