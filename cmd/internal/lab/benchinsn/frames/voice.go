package main

import (
	"time"

	"offhook/media"
	"offhook/media/dsp"
	"offhook/media/dsp/agc"
	"offhook/media/dsp/ambient"
	"offhook/media/dsp/biquad"
	"offhook/media/dsp/denoise"
	"offhook/media/dsp/duplex"
	"offhook/media/dsp/echo"
)

// voiceStages are those of a hands-free telephone, at 16 kHz.
func voiceStages() []stage {
	return []stage{cancelling(), denoising(), levelling(), equalising(), switching()}
}

// cancelling is the echo of a voice, half as loud and a little later, and another voice over it.
func cancelling() stage {
	return stage{"echo_16k_200ms", func() (frame, end func() error, err error) {
		const late, block = 40, 160
		far, near := newLoop(16000, 1), newLoop(16000, 2)
		n := samples(16000)
		x, d, echoed := make([]float32, n), make([]float32, n), make([]float32, late+n)
		c, err := echo.New(echo.Config{Rate: 16000, Block: block, Tail: 200 * time.Millisecond, Late: 500 * time.Millisecond, Noise: true})
		return func() error {
			floats(x, far.next())
			floats(d, near.next())
			copy(echoed, echoed[n:])
			copy(echoed[late:], x)
			for i := range d {
				d[i] = 0.3*d[i] + 0.5*echoed[i]
			}
			for at := 0; at < n; at += block {
				c.Process(d[at:at+block], d[at:at+block], x[at:at+block], nil)
			}
			return nil
		}, nothing, err
	}}
}

func denoising() stage {
	return stage{"denoise_16k", func() (frame, end func() error, err error) {
		voice, x := newLoop(16000, 1), make([]float32, samples(16000))
		s, err := denoise.New(denoise.Config{Rate: 16000})
		return func() error {
			floats(x, voice.next())
			s.Process(x, x)
			return nil
		}, nothing, err
	}}
}

func levelling() stage {
	return stage{"agc_16k", func() (frame, end func() error, err error) {
		voice, x := newLoop(16000, 1), make([]float32, samples(16000))
		c, err := agc.New(agc.Config{Rate: 16000})
		return func() error {
			floats(x, voice.next())
			c.Process(x)
			return nil
		}, nothing, err
	}}
}

// equalising is all that one path of a profile may have: a high-pass and six bands.
func equalising() stage {
	return stage{"equaliser_16k", func() (frame, end func() error, err error) {
		voice, x := newLoop(16000, 1), make([]float32, samples(16000))
		sections := make([]biquad.Section, biquad.Bands)
		for i := range sections {
			band := biquad.Band{Frequency: float64(int(100) << i), Gain: 3}
			if i == 0 {
				band = biquad.Band{Kind: biquad.HighPass, Frequency: 100}
			}
			if sections[i], err = band.Section(16000); err != nil {
				return nil, nil, err
			}
		}
		return func() error {
			floats(x, voice.next())
			for i := range sections {
				sections[i].Process(x)
			}
			return nil
		}, nothing, nil
	}}
}

// switching is a voice switch and loudness by ambient noise, with the power of what
// they are shown.
func switching() stage {
	return stage{"duplex_ambient_16k", func() (frame, end func() error, err error) {
		const block = 160
		far, near := newLoop(16000, 1), newLoop(16000, 2)
		turns := duplex.New(duplex.Half, 16000, block)
		loud := ambient.New(ambient.Config{Rate: 16000, Block: block, Range: 12})
		return func() error {
			f, n := far.next(), near.next()
			for ; len(f) > 0; f, n = f[block:], n[block:] {
				played := dsp.Power(f)
				loud.Process(dsp.Power(n), played)
				turns.Far(played)
				turns.Near(dsp.Power(n), played)
			}
			return nil
		}, nothing, nil
	}}
}

func floats(to []float32, from media.Frame) {
	for i, v := range from {
		to[i] = float32(v) / 32768
	}
}
