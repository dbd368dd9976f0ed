package main

import (
	"offhook/media"
	"offhook/media/g711"
	"offhook/media/g722"
	"offhook/media/l16"
)

func codecStages() []stage {
	return []stage{
		encoding("pcmu_encode", g711.PCMU), decoding("pcmu_decode", g711.PCMU),
		encoding("pcma_encode", g711.PCMA), decoding("pcma_decode", g711.PCMA),
		encoding("g722_encode", g722.Rate64), decoding("g722_decode", g722.Rate64),
		encoding("l16_encode", l16.Wide), decoding("l16_decode", l16.Wide),
	}
}

func encoding(name string, codec media.Codec) stage {
	return stage{name, func() (frame, end func() error, err error) {
		format := codec.Formats()[0]
		encoder, err := codec.NewEncoder(format)
		if err != nil {
			return nil, nil, err
		}
		voice, payload := newLoop(format.SampleRate, 1), make([]byte, 2000)
		return func() error {
			_, err := encoder.Encode(payload, voice.next())
			return err
		}, nothing, nil
	}}
}

// decoding decodes what a coder has made of the speech before.
func decoding(name string, codec media.Codec) stage {
	return stage{name, func() (frame, end func() error, err error) {
		format := codec.Formats()[0]
		payloads, err := coded(codec, format)
		if err != nil {
			return nil, nil, err
		}
		decoder, err := codec.NewDecoder(format)
		if err != nil {
			return nil, nil, err
		}
		dst, i := make(media.Frame, samples(format.SampleRate)), 0
		return func() error {
			_, err := decoder.Decode(dst, payloads[i%len(payloads)])
			i++
			return err
		}, nothing, nil
	}}
}

// coded is the speech as payloads.
func coded(codec media.Codec, format media.Format) ([][]byte, error) {
	encoder, err := codec.NewEncoder(format)
	if err != nil {
		return nil, err
	}
	voice, payload := newLoop(format.SampleRate, 1), make([]byte, 2000)
	var all [][]byte
	for range repeat {
		n, err := encoder.Encode(payload, voice.next())
		if err != nil {
			return nil, err
		}
		all = append(all, append([]byte(nil), payload[:n]...))
	}
	return all, nil
}
