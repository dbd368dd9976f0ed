package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"offhook/cmd/internal/localapi"
	"offhook/hal"
	"offhook/media"
	"offhook/media/dsp"
	"offhook/media/mediatest"
)

// echo dials the PBX's echo with the handset, speaks, listens and hangs up.
func (d *demonstration) echo(ctx context.Context, voice media.Frame) (media.Frame, error) {
	if err := d.page.Hook(hal.OffHook); err != nil {
		return nil, err
	}
	if err := d.page.Tap("6", "0", "0", hal.KeyOK); err != nil {
		return nil, err
	}
	var call localapi.Call
	err := within(ctx, stepTime, func(ctx context.Context) (err error) {
		call, err = d.callIn(ctx, "confirmed", "600")
		return err
	})
	if err != nil {
		return nil, err
	}
	d.say("600 answered; speaking for %.1f s", float64(len(voice))/float64(d.format.SampleRate))
	said, heard, err := d.converse(ctx, voice)
	if err != nil {
		return nil, err
	}
	if err := d.page.Hook(hal.OnHook); err != nil {
		return nil, err
	}
	if err := within(ctx, stepTime, d.quiet); err != nil {
		return nil, err
	}
	return heard, d.measure(ctx, call.ID, said, heard)
}

// callIn waits for the call to be in a state.
func (d *demonstration) callIn(ctx context.Context, state, remote string) (call localapi.Call, err error) {
	_, err = d.bench.phone.Until(ctx, "a call with "+remote+" that is "+state, func(s localapi.Status) bool {
		for _, c := range s.Calls {
			if c.State == state && c.Ended.IsZero() {
				call = c
				return true
			}
		}
		return false
	})
	return call, err
}

// quiet waits until no call is up.
func (d *demonstration) quiet(ctx context.Context) error {
	_, err := d.bench.phone.Until(ctx, "the end of the call", func(s localapi.Status) bool {
		for _, c := range s.Calls {
			if c.Ended.IsZero() {
				return false
			}
		}
		return true
	})
	return err
}

// tail is how long the demonstration listens on after the last word.
const tail = time.Second

// converse says the voice and records the loudspeaker meanwhile. Both come back
// on the panel's clock: sample n of each is the same instant.
func (d *demonstration) converse(ctx context.Context, voice media.Frame) (said, heard media.Frame, err error) {
	spoken := make(chan error, 1)
	go func() { spoken <- errors.Join(d.page.WriteMic(voice), d.page.FlushMic()) }()
	period := make([]int16, d.format.Period)
	start, length := int64(-1), len(voice)+int(tail.Seconds()*float64(d.format.SampleRate))
	heard = make(media.Frame, length)
	for shown := 0; ; {
		at, err := d.page.ReadSpeaker(period)
		if err != nil {
			return nil, nil, err
		}
		if ctx.Err() != nil {
			return nil, nil, ctx.Err()
		}
		if start < 0 {
			if first, ok := d.page.MicPosition(0); ok {
				start = first
			}
		}
		if start < 0 || at < start {
			continue
		}
		offset := int(at - start)
		if offset >= length {
			break
		}
		copy(heard[offset:], period)
		if s := offset / (2 * d.format.SampleRate); s > shown {
			shown = s
			d.say("… %d s of %d", 2*shown, length/d.format.SampleRate)
		}
	}
	return voice, heard, <-spoken
}

// leastAlike is the correlation below which what came back is not what was
// said. G.711 alone leaves more than 0.9.
const leastAlike = 0.5

func (d *demonstration) measure(ctx context.Context, id uint64, said, heard media.Frame) error {
	s, err := d.bench.phone.Control().Status(ctx)
	if err != nil {
		return err
	}
	var call *localapi.Call
	for i := range s.Calls {
		if s.Calls[i].ID == id {
			call = &s.Calls[i]
		}
	}
	if call == nil || call.Media == nil {
		return errors.New("the call left no figures")
	}
	m, f := call.Media, &d.figures
	f.RTPSent, f.RTPReceived, f.Lost, f.SRTP, f.Codec = m.Sent, m.Received, m.Lost, m.Suite, m.Encoding
	f.ConcealedMS = milliseconds(m.Concealed)
	f.InviteToFirstRTPMS = milliseconds(m.FirstReceived.Sub(call.Started))
	f.Xruns = s.Audio.CaptureXruns + s.Audio.PlaybackXruns
	lag, alike := mediatest.Delay(said, heard, d.format.SampleRate)
	f.MouthToEarMS = milliseconds(lag)
	d.say("hung up: %d packets sent, %d received, %d lost, %s, %s; what came back is %.0f %% alike, %.1f ms later",
		m.Sent, m.Received, m.Lost, m.Encoding, m.Suite, 100*alike, f.MouthToEarMS)
	switch {
	case m.Suite == "":
		return errors.New("the call was not encrypted")
	case m.Sent == 0 || m.Received == 0:
		return errors.New("no sound travelled")
	case alike < leastAlike:
		return fmt.Errorf("what came back is only %.0f %% like what was said", 100*alike)
	}
	return nil
}

// calledBack asks 602 to call back, and answers.
func (d *demonstration) calledBack(ctx context.Context) error {
	if err := d.page.Hook(hal.OffHook); err != nil {
		return err
	}
	if err := d.page.Tap("6", "0", "2", hal.KeyOK); err != nil {
		return err
	}
	err := within(ctx, stepTime, func(ctx context.Context) error {
		_, err := d.callIn(ctx, "confirmed", "602")
		return err
	})
	if err != nil {
		return err
	}
	d.say("602 answered: it will call back")
	if err := within(ctx, stepTime, d.quiet); err != nil {
		return err
	}
	if err := d.page.Hook(hal.OnHook); err != nil {
		return err
	}
	return within(ctx, stepTime, d.answer)
}

func (d *demonstration) answer(ctx context.Context) error {
	incoming, err := d.callIn(ctx, "early", "602")
	if err != nil {
		return err
	}
	d.say("%s calls: lifting the handset", incoming.Remote)
	if err := d.page.Hook(hal.OffHook); err != nil {
		return err
	}
	if _, err := d.callIn(ctx, "confirmed", "602"); err != nil {
		return err
	}
	level, err := d.listen(2 * time.Second)
	if err != nil {
		return err
	}
	d.say("answered; the far end is heard at %.0f dB", level)
	if level < -50 {
		return fmt.Errorf("the far end is silent (%.0f dB)", level)
	}
	if err := d.page.Hook(hal.OnHook); err != nil {
		return err
	}
	return d.quiet(ctx)
}

// listen returns the level of what the loudspeaker plays for a while.
func (d *demonstration) listen(length time.Duration) (float64, error) {
	period := make([]int16, d.format.Period)
	var heard media.Frame
	end := int64(-1)
	for {
		at, err := d.page.ReadSpeaker(period)
		if err != nil {
			return 0, err
		}
		if end < 0 { // what was played before the answer is read first
			end = at + int64(len(heard)) + int64(length.Seconds()*float64(d.format.SampleRate))
		}
		if at >= end {
			return mediatest.Level(heard[len(heard)/2:]), nil
		}
		heard = append(heard, period...)
	}
}

func resampled(sound media.Frame, from, to int) media.Frame {
	r := dsp.NewResampler(from, to)
	out := make(media.Frame, len(sound)*to/from+to)
	return out[:r.Process(out, sound)]
}
