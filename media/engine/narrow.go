package engine

import (
	"offhook/media"
	"offhook/media/dsp"
)

// wideband is the highest rate a microphone is cleaned at. Of a voice across a room
// there is little above it, and a canceller takes three times as long at 48 kHz.
const wideband = 16000

// narrow takes sound of a higher rate through a cleaner, 2.4 ms later.
type narrow struct {
	in, out, up *dsp.Resampler // of the microphone, the loudspeaker, and back
	block       int            // at the device's rate
	near, far   media.Frame    // at the cleaner's
	cleaned     media.Frame
}

func newNarrow(rate, block int) *narrow {
	few := block * wideband / rate
	return &narrow{in: dsp.NewResampler(rate, wideband), out: dsp.NewResampler(rate, wideband), up: dsp.NewResampler(wideband, rate),
		block: block, near: make(media.Frame, few), far: make(media.Frame, few), cleaned: make(media.Frame, block)}
}

func (b *narrow) process(c *cleaner, captured, played media.Frame) {
	for n := b.block; len(captured) >= n && len(played) >= n; captured, played = captured[n:], played[n:] {
		b.in.Process(b.near, captured[:n])
		b.out.Process(b.far, played[:n])
		c.clean(b.near, b.far)
		for i, v := range c.near {
			b.near[i] = whole(v * fullScale)
		}
		b.up.Process(b.cleaned, b.near)
		for i, v := range b.cleaned {
			s := float32(captured[i])
			captured[i] = whole(s + c.wet.next()*(float32(v)-s))
		}
	}
}
