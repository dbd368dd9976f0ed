package jitter_test

import (
	"slices"
	"testing"
	"time"

	"offhook/media"
	"offhook/media/jitter"
	"offhook/media/mediatest"
)

// gapAware notes what it is told of gaps, as {packets decoded before, missing}.
type gapAware struct {
	ramp
	decoded int
	gaps    [][2]int
}

var _ media.GapAware = (*gapAware)(nil)

func (g *gapAware) Decode(dst media.Frame, p []byte) (int, error) {
	g.decoded++
	return g.ramp.Decode(dst, p)
}

func (g *gapAware) Lost(packets int) { g.gaps = append(g.gaps, [2]int{g.decoded, packets}) }

// rampGaps codes ramps, and decodes them by a gapAware.
type rampGaps struct{ decoder *gapAware }

func (rampGaps) Formats() []media.Format { return []media.Format{narrow()} }

func (rampGaps) NewEncoder(media.Format) (media.Encoder, error) { return &rampEncoder{}, nil }

func (c rampGaps) NewDecoder(media.Format) (media.Decoder, error) { return c.decoder, nil }

type rampEncoder struct{ at int }

func (e *rampEncoder) Encode(dst []byte, f media.Frame) (int, error) {
	n := copy(dst, rampPayload(e.at, len(f)))
	e.at += len(f)
	return n, nil
}

// A decoder hears of each packet that it does not get, and of no other: not of
// one that comes late, or in another order.
func TestGaps(t *testing.T) {
	for name, c := range map[string]struct {
		edit func(n int, p *jitter.Packet) bool
		want [][2]int
	}{
		"all there":     {func(int, *jitter.Packet) bool { return true }, nil},
		"two lost":      {func(n int, _ *jitter.Packet) bool { return n != 20 && n != 21 }, [][2]int{{20, 2}}},
		"twice one":     {func(n int, _ *jitter.Packet) bool { return n != 20 && n != 30 }, [][2]int{{20, 1}, {29, 1}}},
		"a little late": {func(n int, p *jitter.Packet) bool { p.Arrival += 10 * ms * boolean(n == 20); return true }, nil},
		"a pause":       {func(n int, p *jitter.Packet) bool { p.Arrival += 60 * ms * boolean(n >= 20); return true }, nil},
		"no sense in one": {func(n int, p *jitter.Packet) bool {
			if n == 20 {
				p.Payload = []byte{1}
			}
			return true
		}, [][2]int{{21, 1}}},
		"another source": {func(n int, p *jitter.Packet) bool { p.SSRC += uint32(boolean(n >= 20)); return true }, [][2]int{{20, 1000}}},
	} {
		t.Run(name, func(t *testing.T) {
			d := &gapAware{}
			_, err := mediatest.Call{Codec: rampGaps{d}, Speech: make(media.Frame, 8000), Edit: c.edit}.Run()
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(d.gaps, c.want) {
				t.Errorf("told of %v, should be %v", d.gaps, c.want)
			}
		})
	}
}

func boolean(b bool) time.Duration {
	if b {
		return 1
	}
	return 0
}
