package app

import (
	"testing"

	"offhook/media"
)

func TestEchoFigures(t *testing.T) {
	for _, c := range []struct {
		arrow string
		given media.HandsFree
		want  string
	}{
		{"nothing is done -> nothing is said", media.HandsFree{}, ""},
		{"nothing was heard yet", media.HandsFree{Canceller: "learning"}, "learning"},
		{"all is known", media.HandsFree{Canceller: "converged", ERL: media.Figure(4.25), ERLE: media.Figure(31), Delay: media.Figure(12), DoubleTalk: media.Figure(0), Noise: media.Figure(14), Gain: media.Figure(-3)},
			"31 dB, 12 ms, ERL 4.3 dB, double talk 0 %, noise -14 dB, gain -3 dB"},
		{"noise alone", media.HandsFree{Noise: media.Figure(9.5)}, "noise -9.5 dB"},
	} {
		if got := echoFigures(c.given); got != c.want {
			t.Errorf("%s: %q, want %q", c.arrow, got, c.want)
		}
	}
}
