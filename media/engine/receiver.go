package engine

import (
	"time"

	"offhook/media"
	"offhook/media/dsp"
	"offhook/media/jitter"
)

// receiver turns packets of one format into the device's samples.
type receiver struct {
	format    media.Format
	buffer    *jitter.Buffer
	resampler *dsp.Resampler
	chunk     media.Frame // as decoded
	fifo      media.Frame // as the device wants it
	n         int
}

func newReceiver(f media.Format, cfg Config) (*receiver, error) {
	c, err := codec(f, cfg)
	if err != nil {
		return nil, err
	}
	decoder, err := c.NewDecoder(f)
	if err != nil {
		return nil, err
	}
	// A chunk is a period at the format's rate where that is whole; else 10 ms.
	chunk := cfg.Period * f.SampleRate / cfg.SampleRate
	if chunk*cfg.SampleRate != cfg.Period*f.SampleRate {
		chunk = f.SampleRate / 100
	}
	room := chunk*cfg.SampleRate/f.SampleRate + 1
	return &receiver{
		format:    f,
		buffer:    jitter.New(jitter.Config{Format: f, Decoder: decoder, MinDelay: cfg.MinDelay, MaxDelay: cfg.MaxDelay}),
		resampler: dsp.NewResampler(f.SampleRate, cfg.SampleRate),
		chunk:     make(media.Frame, chunk),
		fifo:      make(media.Frame, cfg.Period+room),
	}, nil
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
