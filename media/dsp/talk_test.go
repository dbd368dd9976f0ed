package dsp_test

import (
	"math"
	"testing"
	"time"

	"offhook/media"
	"offhook/media/dsp"
)

func TestLevel_talk(t *testing.T) {
	const rate, frame = 8000, 20 * time.Millisecond
	loud, quiet := sine(rate, 400, 4634, frame), sine(rate, 100, 46, frame) // -20 and -60 dBov
	silence := make(media.Frame, len(loud))
	for _, test := range []struct {
		name          string
		on, off       media.Frame
		speech, noise float64
		known         bool
	}{
		{"speech over noise", loud, quiet, -20, -60, true},
		{"speech and digital silence", loud, silence, -20, dsp.Silence, true},
		{"a tone is no speech", loud, loud, 0, 0, false},
		{"nor is noise", quiet, quiet, 0, 0, false},
		{"nothing", silence, silence, 0, 0, false},
	} {
		l := dsp.NewLevel(rate, time.Second)
		for i := range 500 {
			f := test.on
			if i/40%2 == 1 {
				f = test.off
			}
			_ = l.WriteFrame(f)
		}
		speech, noise, known := l.Talk()
		if known != test.known || known && (math.Abs(speech-test.speech) > 0.5 || math.Abs(noise-test.noise) > 1 && noise > -90 || test.noise == dsp.Silence && noise > -80) {
			t.Errorf("%s: speech %.1f, background %.1f dBov, %t", test.name, speech, noise, known)
		}
	}
	l := dsp.NewLevel(rate, time.Second)
	if n := testing.AllocsPerRun(100, func() { _ = l.WriteFrame(loud) }); n > 0 {
		t.Errorf("%.0f allocations", n)
	}
}
