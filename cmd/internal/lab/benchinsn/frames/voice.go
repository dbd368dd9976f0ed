package main

import (
	"offhook/media"
	"offhook/media/dsp/agc"
	"offhook/media/dsp/denoise"
)

// voiceStages are those of a hands-free telephone, at 16 kHz.
func voiceStages() []stage { return []stage{denoising(), levelling()} }

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

func floats(to []float32, from media.Frame) {
	for i, v := range from {
		to[i] = float32(v) / 32768
	}
}
