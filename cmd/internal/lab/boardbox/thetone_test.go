package boardbox

import (
	"math"
	"slices"
	"testing"
	"time"

	"offhook/media"
)

func TestClearest(t *testing.T) {
	whole := sine(toneHz, time.Second)
	holes := slices.Clone(whole)
	for at := range holes {
		if at/800%8 == 0 { // 50 ms of each 400
			holes[at] = 0
		}
	}
	quiet := slices.Clone(whole)
	for i := range quiet {
		quiet[i] /= 4
	}
	for _, c := range []struct {
		name  string
		heard media.Frame
		clear bool
		off   float64 // from the level of the whole
	}{
		{"the tone -> clear, at its level", whole, true, 0},
		{"with holes -> clear between them", holes, true, 0},
		{"a quarter of it -> clear, 12 dB less", quiet, true, -12},
		{"the other -> not clear", sine(otherHz, time.Second), false, math.Inf(-1)},
		{"silence -> not clear", make(media.Frame, rate), false, math.Inf(-1)},
	} {
		t.Run(c.name, func(t *testing.T) {
			want, _ := clearest(whole)
			tone, other := clearest(c.heard)
			if got := tone-other > toneClear; got != c.clear {
				t.Errorf("clear: %v, %.1f over %.1f dB", got, tone, other)
			}
			if c.clear && math.Abs(tone-want-c.off) > 0.3 {
				t.Errorf("%.1f dB off, want %.1f", tone-want, c.off)
			}
		})
	}
}
