package engine

import (
	"errors"
	"slices"
	"testing"

	"offhook/media"
	"offhook/media/g711"
	"offhook/media/l16"
)

// gapped is a decoder that notes what it is told of losses.
type gapped struct {
	media.Decoder
	lost []int
}

func (g *gapped) Lost(packets int) { g.lost = append(g.lost, packets) }

func (g *gapped) Decode(dst media.Frame, payload []byte) (int, error) { return len(payload), nil }

// Who decodes next hears of the loss before it, and of what another one decoded.
func TestSwitcher_losses(t *testing.T) {
	one, two := &gapped{}, &gapped{}
	var s switcher
	s.decoders[8], s.decoders[96] = one, two
	frame := make(media.Frame, 160)
	decode := func(payloadType byte) {
		t.Helper()
		if n, err := s.Decode(frame, []byte{payloadType, 1, 2}); n != 2 || err != nil {
			t.Fatal(n, err)
		}
	}
	decode(8)
	s.Lost(2)
	s.Lost(1)
	decode(8)
	decode(8)
	s.Lost(5)
	decode(96)
	decode(8)
	if !slices.Equal(one.lost, []int{3, stale}) || !slices.Equal(two.lost, []int{stale}) {
		t.Errorf("told %v and %v", one.lost, two.lost)
	}
	for _, payload := range [][]byte{nil, {77, 1}} {
		if _, err := s.Decode(frame, payload); !errors.Is(err, media.ErrPayload) || s.Samples(payload) != 0 {
			t.Errorf("% x: %v", payload, err)
		}
	}
}

func TestNewDecoder(t *testing.T) {
	cfg := Config{Codecs: []media.Codec{g711.PCMU, g711.PCMA, l16.Narrow}}
	formats := append(append(g711.PCMA.Formats(), g711.PCMU.Formats()...), l16.Narrow.Formats()...)
	all, first, err := newDecoder(formats, cfg)
	if err != nil {
		t.Fatal(err)
	}
	if n := all.Samples([]byte{97, 0, 0, 0, 0}); n != 2 {
		t.Errorf("%d samples of L16", n)
	}
	if n := first.Samples(make([]byte, 160)); n != 160 {
		t.Errorf("%d samples of PCMA", n)
	}
	if alone, first, err := newDecoder(formats[:1], cfg); err != nil || alone != first {
		t.Errorf("%v, %v, %v", alone, first, err)
	}
	if _, _, err := newDecoder([]media.Format{{Encoding: "G729", ClockRate: 8000}}, cfg); err == nil {
		t.Error("a decoder of what there is none of")
	}
}
