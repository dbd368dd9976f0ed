package engine

import (
	"fmt"
	"slices"

	"offhook/media"
)

// switcher decodes payloads that carry their type before them.
type switcher struct {
	decoders [128]media.Decoder
	last     media.Decoder
	lost     int // packets before the next
}

var (
	_ media.Decoder   = (*switcher)(nil)
	_ media.GapAware  = (*switcher)(nil)
	_ media.Restarter = (*switcher)(nil)
)

// newDecoder is a decoder of all formats, and that of the first alone.
func newDecoder(formats []media.Format, cfg Config) (all, first media.Decoder, err error) {
	var s switcher
	for _, f := range slices.Backward(formats) {
		c, err := codec(f, cfg)
		if err != nil {
			return nil, nil, err
		}
		if first, err = c.NewDecoder(f); err != nil {
			return nil, nil, err
		}
		s.decoders[f.PayloadType&127] = first
	}
	if len(formats) == 1 {
		return first, first, nil
	}
	return &s, first, nil
}

// of is the decoder of a payload, nil for none.
func (s *switcher) of(payload []byte) media.Decoder {
	if len(payload) == 0 {
		return nil
	}
	return s.decoders[payload[0]&127]
}

// Lost is for who decodes the next payload: which one that is, it tells itself.
func (s *switcher) Lost(packets int) { s.lost += packets }

func (s *switcher) Decode(dst media.Frame, payload []byte) (int, error) {
	d := s.of(payload)
	if d == nil {
		return 0, fmt.Errorf("%w: of no payload type", media.ErrPayload)
	}
	if s.last != nil && s.last != d {
		s.lost = max(s.lost, stale)
	}
	if g, ok := d.(media.GapAware); ok && s.lost > 0 {
		g.Lost(s.lost)
	}
	s.last, s.lost = d, 0
	return d.Decode(dst, payload[1:])
}

// stale is how many packets a decoder is taken to have missed while another one
// decoded.
const stale = 1000

// Restart has all decoders begin anew.
func (s *switcher) Restart() {
	for _, d := range s.decoders {
		if r, ok := d.(media.Restarter); ok {
			r.Restart()
		}
	}
	s.last, s.lost = nil, 0
}

func (s *switcher) Samples(payload []byte) int {
	d := s.of(payload)
	if d == nil {
		return 0
	}
	return d.Samples(payload[1:])
}
