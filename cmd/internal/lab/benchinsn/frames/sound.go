package main

import (
	"fmt"
	"time"

	"offhook/media"
	"offhook/media/cn"
	"offhook/media/dsp"
	"offhook/media/dtmf"
	"offhook/media/tone"
)

func soundStages() []stage {
	all := []stage{detecting(), analysing(), generating(), concealing(8000), concealing(16000), metering()}
	for _, rates := range [][2]int{{8000, 16000}, {16000, 8000}, {8000, 48000}, {48000, 8000}, {16000, 48000}, {48000, 16000}} {
		all = append(all, resampling(rates[0], rates[1]))
	}
	return append(all, toning(), listening(8000), listening(16000))
}

func detecting() stage {
	return stage{"cn_detect", func() (frame, end func() error, err error) {
		voice, d := newLoop(8000, 1), cn.NewDetector(8000)
		return func() error {
			d.Voice(voice.next())
			return nil
		}, nothing, nil
	}}
}

func analysing() stage {
	return stage{"cn_analyse", func() (frame, end func() error, err error) {
		voice, a := newLoop(8000, 1), cn.NewAnalyser(8000)
		return func() error {
			err := a.WriteFrame(voice.next())
			a.Noise()
			return err
		}, nothing, nil
	}}
}

func generating() stage {
	return stage{"cn_generate", func() (frame, end func() error, err error) {
		g, dst := cn.NewGenerator(8000, 1), make(media.Frame, samples(8000))
		g.Set(cn.Noise{Level: 50, Order: 10})
		return func() error { return g.ReadFrame(dst) }, nothing, nil
	}}
}

// concealing is a loss of one frame after each that was heard: the search for
// the pitch, the frame, and the seam.
func concealing(rate int) stage {
	return stage{fmt.Sprintf("conceal_%dk", rate/1000), func() (frame, end func() error, err error) {
		voice, c := newLoop(rate, 1), dsp.NewConcealer(rate)
		n := samples(rate)
		made, heard := make(media.Frame, n), make(media.Frame, n)
		return func() error {
			c.Conceal(made)
			copy(heard, voice.next())
			c.Merge(heard)
			c.Observe(heard)
			return nil
		}, nothing, nil
	}}
}

func metering() stage {
	return stage{"level_16k", func() (frame, end func() error, err error) {
		voice, l := newLoop(16000, 1), dsp.NewLevel(16000, time.Second)
		return func() error { return l.WriteFrame(voice.next()) }, nothing, nil
	}}
}

func resampling(from, to int) stage {
	return stage{fmt.Sprintf("resample_%dk_%dk", from/1000, to/1000), func() (frame, end func() error, err error) {
		voice, r, dst := newLoop(from, 1), dsp.NewResampler(from, to), make(media.Frame, samples(to)+1)
		return func() error {
			r.Process(dst, voice.next())
			return nil
		}, nothing, nil
	}}
}

func toning() stage {
	return stage{"tone_8k", func() (frame, end func() error, err error) {
		g, dst := tone.NewGenerator(8000), make(media.Frame, samples(8000))
		g.Set(tone.DTMFHeld('5'))
		return func() error { return g.ReadFrame(dst) }, nothing, nil
	}}
}

// listening is for digits in the sound.
func listening(rate int) stage {
	return stage{fmt.Sprintf("dtmf_detect_%dk", rate/1000), func() (frame, end func() error, err error) {
		voice, d := newLoop(rate, 1), dtmf.New(rate, samples(rate))
		return func() error { return d.WriteFrame(voice.next()) }, nothing, nil
	}}
}
