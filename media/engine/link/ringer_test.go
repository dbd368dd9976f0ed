package link

import (
	"testing"

	"offhook/media/engine"
	"offhook/media/tone"
)

// The board in a box found it: a bell of two seconds had more strokes than a list of
// this wire, and a telephone of one core rang until its watchdog bit.
func TestPatch_carries_every_ringer(t *testing.T) {
	for _, country := range tone.Countries() {
		tones, _ := tone.Plan(country)
		for _, style := range []tone.Style{tone.Bell, tone.Warble, tone.Chime} {
			ring := tone.Ringer(style, tones.RingBack.Parts)
			c := coder{}
			if c.patch(&engine.Patch{Tone: ring, Announce: ring, MusicTone: ring, Ring: true}); c.err != nil || len(c.buf) > maxMessage {
				t.Errorf("%s, %s, %d parts: %v, %d octets", country, style, len(ring.Parts), c.err, len(c.buf))
			}
		}
	}
}
