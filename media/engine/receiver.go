package engine

import (
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
	begun     fade
	noise     *noise
	wordless  bool            // of Opus
	first     media.Decoder   // of the first format
	restarter media.Restarter // the decoder; nil if it has no memory
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
	decoder, first, err := newDecoder(formats, cfg)
	if err != nil {
		return nil, err
	}
	r.restarter, _ = decoder.(media.Restarter)
	r.first, r.begun = first, newFade(f.SampleRate, streamRamp)
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
	r.wordless = f.Encoding == "OPUS"
	r.noise = newNoise(f.SampleRate, chunk, r.wordless)
	return r, nil
}

// wordlessPacket is a packet of Opus with its first byte alone, which some send in
// every silent packet time: it has no sound, as if it were not sent (RFC 7587 §3.1.3).
const wordlessPacket = 1

// takes reports whether a payload type is one of the receiver's.
func (r *receiver) takes(payloadType uint8) bool {
	for i := range r.formats {
		if r.formats[i].PayloadType == payloadType {
			return true
		}
	}
	return false
}

// units is how long a payload of the first format lasts, by the RTP timestamp.
func (r *receiver) units(payload []byte) uint32 {
	return uint32(r.first.Samples(payload) * r.formats[0].ClockRate / r.formats[0].SampleRate)
}

// put gives a packet to the buffer.
func (r *receiver) put(p *jitter.Packet) {
	if r.wordless && len(p.Payload) <= wordlessPacket {
		p.Payload = nil
	}
	if len(p.Payload) > 0 && r.labelled != nil {
		r.labelled = append(append(r.labelled[:0], p.PayloadType), p.Payload...)
		p.Payload = r.labelled
	}
	r.buffer.Put(p)
}

// read fills one period, and tells what with.
func (r *receiver) read(dst media.Frame, now time.Duration) jitter.Playout {
	kind := jitter.Played
	for r.n < len(dst) {
		kind = r.buffer.Get(r.chunk, now)
		r.begin(kind)
		r.noise.fill(r.chunk, kind)
		r.n += r.resampler.Process(r.fifo[r.n:], r.chunk)
	}
	copy(dst, r.fifo[:len(dst)])
	r.n = copy(r.fifo, r.fifo[len(dst):r.n])
	return kind
}

// begin ramps the very first sound in: it may begin in the middle of a word.
// After a silence the buffer does so itself.
func (r *receiver) begin(kind jitter.Playout) {
	if !r.begun.steady() && kind != jitter.Empty {
		r.begun.to(true)
		at := slices.IndexFunc(r.chunk, func(s int16) bool { return s != 0 })
		r.begun.process(r.chunk[max(at, 0):])
	}
}
