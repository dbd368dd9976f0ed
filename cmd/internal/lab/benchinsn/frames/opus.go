package main

import (
	"fmt"

	"offhook/media"
	"offhook/media/opus"
)

func opusStages() []stage {
	var all []stage
	for _, rate := range []int{8000, 16000, 48000} {
		for _, complexity := range []int{0, 2, 5} {
			codec := opusCodec{opus.Config{SampleRate: rate, Complexity: complexity}}
			name := fmt.Sprintf("opus_%dk_c%d", rate/1000, complexity)
			all = append(all, codec.stage(name+"_encode", encoding), codec.stage(name+"_decode", decoding))
		}
	}
	fec := opusCodec{opus.Config{ExpectedLoss: 0.05}}
	return append(all, fec.stage("opus_16k_c0_fec_encode", encoding), fec.stage("opus_16k_c0_fec_decode", decoding),
		fec.recovering("opus_16k_c0_fec_recover"))
}

// opusCodec is one of these settings.
type opusCodec struct{ cfg opus.Config }

// stage is one of a codec, which is made when it is wanted.
func (o opusCodec) stage(name string, of func(string, media.Codec) stage) stage {
	return stage{name, func() (frame, end func() error, err error) {
		codec, err := opus.New(o.cfg)
		if err != nil {
			return nil, nil, err
		}
		return of(name, codec).prepare()
	}}
}

// recovering takes each packet twice: for the one before it, which it repeats,
// and for itself. The cost of the latter is that of decoding.
func (o opusCodec) recovering(name string) stage {
	return stage{name, func() (frame, end func() error, err error) {
		codec, err := opus.New(o.cfg)
		if err != nil {
			return nil, nil, err
		}
		format := codec.Formats()[0]
		payloads, err := coded(codec, format)
		if err != nil {
			return nil, nil, err
		}
		decoder, err := codec.NewDecoder(format)
		if err != nil {
			return nil, nil, err
		}
		recoverer, dst, i := decoder.(media.Recoverer), make(media.Frame, samples(format.SampleRate)), 0
		return func() error {
			payload := payloads[i%len(payloads)]
			i++
			if n := recoverer.Recovers(payload); n > 0 {
				if _, err := recoverer.Recover(dst[:n], payload); err != nil {
					return err
				}
			}
			_, err := decoder.Decode(dst, payload)
			return err
		}, nothing, nil
	}}
}
