package engine

import (
	"fmt"
	"slices"
	"time"

	"offhook/media"
	"offhook/media/dsp"
	"offhook/media/jitter"
	"offhook/media/session"
)

// receiver turns packets into the device's samples. It takes all formats of
// one clock and sample rate, so that the far end may change between them from
// packet to packet (RFC 3264 §6.1) without a gap.
type receiver struct {
	formats   []media.Format
	buffer    *jitter.Buffer
	resampler *dsp.Resampler
	labelled  []byte      // room for a payload behind its type, when there are several
	chunk     media.Frame // as decoded
	fifo      media.Frame // as the device wants it
	n         int
}

// group sorts formats into those that one receiver takes, in their order.
func group(formats []media.Format) [][]media.Format {
	var groups [][]media.Format
next:
	for _, f := range formats {
		f.PTime = 0 // the far end packs as it likes
		for i, g := range groups {
			if g[0].ClockRate == f.ClockRate && g[0].SampleRate == f.SampleRate {
				groups[i] = append(g, f)
				continue next
			}
		}
		groups = append(groups, []media.Format{f})
	}
	return groups
}

func newReceiver(formats []media.Format, spec session.Spec, cfg Config) (*receiver, error) {
	f := formats[0]
	r := &receiver{formats: formats, resampler: dsp.NewResampler(f.SampleRate, cfg.SampleRate)}
	decoder, err := newDecoder(formats, cfg)
	if err != nil {
		return nil, err
	}
	if len(formats) > 1 {
		r.labelled = make([]byte, 0, 1500)
	}
	// A chunk is a period at the format's rate where that is whole; else 10 ms.
	chunk := cfg.Period * f.SampleRate / cfg.SampleRate
	if chunk*cfg.SampleRate != cfg.Period*f.SampleRate {
		chunk = f.SampleRate / 100
	}
	room := chunk*cfg.SampleRate/f.SampleRate + 1
	r.buffer = jitter.New(jitter.Config{Format: f, Decoder: decoder, MinDelay: spec.MinDelay, MaxDelay: spec.MaxDelay})
	r.chunk, r.fifo = make(media.Frame, chunk), make(media.Frame, cfg.Period+room)
	return r, nil
}

// takes reports whether a payload type is one of the receiver's.
func (r *receiver) takes(payloadType uint8) bool {
	for i := range r.formats {
		if r.formats[i].PayloadType == payloadType {
			return true
		}
	}
	return false
}

// put gives a packet to the buffer.
func (r *receiver) put(p *jitter.Packet) {
	if len(p.Payload) > 0 && r.labelled != nil {
		r.labelled = append(append(r.labelled[:0], p.PayloadType), p.Payload...)
		p.Payload = r.labelled
	}
	r.buffer.Put(p)
}

// read fills one period.
func (r *receiver) read(dst media.Frame, now time.Duration) {
	for r.n < len(dst) {
		r.buffer.Get(r.chunk, now)
		r.n += r.resampler.Process(r.fifo[r.n:], r.chunk)
	}
	copy(dst, r.fifo[:len(dst)])
	r.n = copy(r.fifo, r.fifo[len(dst):r.n])
}

// switcher decodes payloads that carry their type before them.
type switcher [128]media.Decoder

var _ media.Decoder = (*switcher)(nil)

func newDecoder(formats []media.Format, cfg Config) (media.Decoder, error) {
	var s switcher
	var decoder media.Decoder
	for _, f := range slices.Backward(formats) {
		c, err := codec(f, cfg)
		if err != nil {
			return nil, err
		}
		if decoder, err = c.NewDecoder(f); err != nil {
			return nil, err
		}
		s[f.PayloadType&127] = decoder
	}
	if len(formats) == 1 {
		return decoder, nil
	}
	return &s, nil
}

func (s *switcher) Decode(dst media.Frame, payload []byte) (int, error) {
	if len(payload) == 0 || s[payload[0]&127] == nil {
		return 0, fmt.Errorf("%w: of no payload type", media.ErrPayload)
	}
	return s[payload[0]&127].Decode(dst, payload[1:])
}

func (s *switcher) Samples(payload []byte) int {
	if len(payload) == 0 || s[payload[0]&127] == nil {
		return 0
	}
	return s[payload[0]&127].Samples(payload[1:])
}
