//go:build interop

package interop

import (
	"slices"
	"testing"
	"time"

	"offhook/media"
	"offhook/media/mediatest"
)

// piece is short enough to be whole where play-out moves what is around it.
const piece = 120 * time.Millisecond

// quieter is how much quieter than the whole a piece may be that is looked for.
const quieter = 10 // dB

// pieces is how like the voice the pieces of what was heard are, wherever in it
// they are found: the median of all, 0..1. It does not mind play-out that moves
// sound in time, which P.862 does.
func pieces(v mediatest.Speaker, heard media.Frame, rate int) float64 {
	heard = resampled(heard, rate, 8000)
	round := said(v, 8000)
	floor := mediatest.Level(heard) - quieter
	var found []float64
	for long := samples(piece, 8000); len(heard) >= long; heard = heard[long:] {
		if mediatest.Level(heard[:long]) < floor {
			continue
		}
		_, alike := mediatest.Delay(heard[:long], round, 8000)
		found = append(found, alike)
	}
	if len(found) == 0 {
		return 0
	}
	slices.Sort(found)
	return found[len(found)/2]
}

// TestPieces shows that sound is known again when it was moved, and that nothing
// that rows look for passes as such.
func TestPieces(t *testing.T) {
	voice := said(theirVoice, 8000)
	noise := slices.Clone(voice)
	for i := range noise {
		noise[i] = int16(int(noise[i])*i*7919%30000) / 2
	}
	swapped := slices.Clone(voice)
	for i, s := range swapped {
		swapped[i] = s<<8 | int16(uint16(s)>>8)
	}
	for _, c := range []struct {
		arrow string
		heard media.Frame
		rate  int
		least float64
		most  float64
	}{
		{"as it is -> alike", voice, 8000, 0.99, 1},
		{"20 ms taken out and put in -> alike", slices.Concat(voice[:9000], voice[9160:30000], voice[29840:]), 8000, 0.95, 1},
		{"wrong key -> not alike", noise, 8000, 0, 0.6},
		{"wrong byte order -> not alike", swapped, 8000, 0, 0.7},
		{"wrong rate -> not alike", voice, 12000, 0, 0.85},
		{"another voice -> not alike", said(ourVoice, 8000), 8000, 0, 0.8},
	} {
		got := pieces(theirVoice, c.heard, c.rate)
		told("%s: %.2f", c.arrow, got)
		if got < c.least || got > c.most {
			t.Errorf("%s: %.2f", c.arrow, got)
		}
	}
	for _, c := range codecCases(t) {
		rate := c.self.Formats()[0].SampleRate
		coded := c.coded(t, slices.Repeat(said(theirVoice, rate), 2))
		told("%s: %.3f", c.name, pieces(theirVoice, coded[len(coded)/4:len(coded)*3/4], rate))
	}

}
