package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"offhook/cmd/internal/localapi"
	"offhook/hal"
	"offhook/media"
	"offhook/media/dsp"
	"offhook/media/mediatest"
)

// echo dials the PBX's echo with the handset, speaks, listens and hangs up.
func (d *demonstration) echo(ctx context.Context, voice media.Frame) (media.Frame, error) {
	if err := within(ctx, d.stepTime, d.lift); err != nil {
		return nil, err
	}
	if err := d.page.Tap("6", "0", "0"); err != nil {
		return nil, err
	}
	var call localapi.Call
	err := within(ctx, d.stepTime, func(ctx context.Context) (err error) {
		call, err = d.callIn(ctx, "confirmed", "600")
		return err
	})
	if err != nil {
		return nil, err
	}
	d.say("600 answered; speaking for %.1f s", float64(len(voice))/float64(d.format.SampleRate))
	said, heard, err := d.spoken(ctx, voice)
	if err != nil {
		return nil, err
	}
	if err := d.page.Hook(hal.OnHook); err != nil {
		return nil, err
	}
	if err := within(ctx, d.stepTime, d.quiet); err != nil {
		return nil, err
	}
	return heard, d.measure(ctx, call.ID, said, heard)
}

// lift takes the handset and waits for the dial tone, as a person does: keys and
// hook are two devices, and a digit may overtake the lifting.
func (d *demonstration) lift(ctx context.Context) error {
	if err := d.page.Hook(hal.OffHook); err != nil {
		return err
	}
	const moment = 10 // of them in a second
	for from := d.ear.now(); ; {
		to := from + int64(d.format.SampleRate/moment)
		if err := d.ear.until(ctx, to); err != nil {
			return fmt.Errorf("no dial tone: %w", err)
		}
		if mediatest.Level(d.ear.cut(from, to)) > -40 {
			return nil
		}
		from = to
	}
}

// callIn waits for a call with somebody to be in a state.
func (d *demonstration) callIn(ctx context.Context, state, remote string) (localapi.Call, error) {
	return d.callThat(ctx, "a call with "+remote+" that is "+state, func(c localapi.Call) bool {
		return c.State == state && c.Ended.IsZero() && strings.Contains(c.Remote, remote)
	})
}

// callThat waits for a call that is as wanted.
func (d *demonstration) callThat(ctx context.Context, what string, is func(localapi.Call) bool) (call localapi.Call, err error) {
	_, err = d.bench.phone.Until(ctx, what, func(s localapi.Status) bool {
		i := slices.IndexFunc(s.Calls, is)
		if i >= 0 {
			call = s.Calls[i]
		}
		return i >= 0
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

// mostSpoken is how often the voice is said until it came back intact: a machine that
// has other things to do spoils one or another.
const mostSpoken = 4

func (d *demonstration) spoken(ctx context.Context, voice media.Frame) (said, heard media.Frame, err error) {
	for n := 1; ; n++ {
		if said, heard, err = d.converse(ctx, voice); err != nil || n == mostSpoken {
			return said, heard, err
		}
		intact, _ := mediatest.Fidelity(said, heard, d.format.SampleRate, 0, longestDelay)
		if intact >= leastIntact {
			return said, heard, nil
		}
		d.say("only %.0f %% came back intact, this machine is busy: once more", 100*intact)
	}
}

// tail is how long the demonstration listens on after the last word.
const tail = time.Second

// converse says the voice and records the loudspeaker meanwhile. Both come back
// on the panel's clock: sample n of each is the same instant.
func (d *demonstration) converse(ctx context.Context, voice media.Frame) (said, heard media.Frame, err error) {
	spoken := make(chan error, 1)
	go func() { spoken <- errors.Join(d.page.WriteMic(voice), d.page.FlushMic()) }()
	tick := time.NewTicker(2 * time.Second)
	defer tick.Stop()
	for began, speaking := time.Now(), true; speaking; {
		select {
		case err := <-spoken:
			if err != nil {
				return nil, nil, err
			}
			speaking = false
		case <-tick.C:
			d.say("… %.0f s of %d", time.Since(began).Seconds(), len(voice)/d.format.SampleRate)
		case <-ctx.Done():
			return nil, nil, errors.Join(ctx.Err(), d.page.Close(), <-spoken) // closing ends the speaker
		}
	}
	start := d.taken
	d.taken += int64((len(voice) + d.format.Period - 1) / d.format.Period * d.format.Period) // whole periods
	last, err := d.captured(ctx, start+int64(len(voice))-1)
	if err != nil {
		return nil, nil, err
	}
	first, _ := d.page.MicPosition(start) // captured before the last
	end := last + int64(tail.Seconds()*float64(d.format.SampleRate))
	if err := d.ear.until(ctx, end); err != nil {
		return nil, nil, err
	}
	return d.placed(voice, start, first, end), d.ear.cut(first, end), nil
}

// captured waits until the panel has captured a sample, and tells where.
func (d *demonstration) captured(ctx context.Context, sample int64) (at int64, err error) {
	for {
		if at, ok := d.page.MicPosition(sample); ok {
			return at, nil
		}
		if err := d.ear.until(ctx, d.ear.now()+1); err != nil {
			return 0, err
		}
	}
}

// placed is the voice as the panel captured it from its sample start on: where the page
// was late, there is silence.
func (d *demonstration) placed(voice media.Frame, start, from, to int64) media.Frame {
	out := make(media.Frame, to-from)
	for i := 0; i < len(voice); i += d.format.Period {
		if at, ok := d.page.MicPosition(start + int64(i)); ok {
			copy(out[at-from:], voice[i:min(i+d.format.Period, len(voice))])
		}
	}
	return out
}

// leastIntact is the share of what was said that has to come back undamaged.
const leastIntact = 0.5

// longestDelay from mouth to ear is looked for.
const longestDelay = time.Second

func (d *demonstration) measure(ctx context.Context, id uint64, said, heard media.Frame) error {
	s, err := d.bench.phone.Control().Status(ctx)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(s.Calls, func(c localapi.Call) bool { return c.ID == id })
	if i < 0 || s.Calls[i].Media == nil {
		return errors.New("the call left no figures")
	}
	call, m, f := s.Calls[i], s.Calls[i].Media, &d.figures
	f.RTPSent, f.RTPReceived, f.Lost, f.SRTP, f.Codec = m.Sent, m.Received, m.Lost, m.Suite, m.Encoding
	f.ConcealedMS = milliseconds(m.Concealed)
	f.InviteToFirstRTPMS = milliseconds(m.FirstReceived.Sub(call.Started))
	f.MouthToEarMS = milliseconds(mouthToEar(said, heard, d.format.SampleRate))
	intact, snr := mediatest.Fidelity(said, heard, d.format.SampleRate, 0, longestDelay)
	d.say("hung up: %d packets sent, %d received, %d lost, %s, %s; %.0f %% of the voice came back intact (SNR %.0f dB), %.1f ms later",
		m.Sent, m.Received, m.Lost, m.Encoding, m.Suite, 100*intact, snr, f.MouthToEarMS)
	switch {
	case m.Suite == "":
		return errors.New("the call was not encrypted")
	case m.Sent == 0 || m.Received == 0:
		return errors.New("no sound travelled")
	case intact < leastIntact:
		return fmt.Errorf("only %.0f %% of what was said came back", 100*intact)
	}
	return nil
}

// mouthToEar is the median over each second of what was said: the delay is the
// jitter buffer's, which adapts.
func mouthToEar(said, heard media.Frame, rate int) time.Duration {
	var lags []time.Duration
	longest := int(longestDelay.Seconds() * float64(rate))
	for i := 0; i+rate+longest <= len(said); i += rate {
		lag, alike := mediatest.Delay(said[i:i+rate], heard[i:i+rate+longest], rate)
		if alike > 0.5 && lag >= 0 {
			lags = append(lags, lag)
		}
	}
	if len(lags) == 0 {
		return 0
	}
	return mediatest.Quantile(lags, 0.5)
}

// calledBack asks 602 to call back, and answers.
func (d *demonstration) calledBack(ctx context.Context) error {
	if err := within(ctx, d.stepTime, d.lift); err != nil {
		return err
	}
	if err := d.page.Tap("6", "0", "2"); err != nil {
		return err
	}
	err := within(ctx, d.stepTime, func(ctx context.Context) error { // it may have hung up before anybody looked
		_, err := d.callThat(ctx, "a call that 602 answers", func(c localapi.Call) bool {
			return !c.Answered.IsZero() && strings.Contains(c.Remote, "602")
		})
		return err
	})
	if err != nil {
		return err
	}
	d.say("602 answered: it will call back")
	if err := within(ctx, d.stepTime, d.quiet); err != nil {
		return err
	}
	if err := d.page.Hook(hal.OnHook); err != nil {
		return err
	}
	return within(ctx, d.stepTime, d.answer)
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
	from := d.ear.now()
	to := from + int64(2*d.format.SampleRate)
	if err := d.ear.until(ctx, to); err != nil {
		return err
	}
	level := mediatest.Level(d.ear.cut(from, to))
	d.say("answered; the far end is heard at %.0f dB", level)
	if level < -50 {
		return fmt.Errorf("the far end is silent (%.0f dB)", level)
	}
	if err := d.page.Hook(hal.OnHook); err != nil {
		return err
	}
	return d.quiet(ctx)
}

func resampled(sound media.Frame, from, to int) media.Frame {
	r := dsp.NewResampler(from, to)
	out := make(media.Frame, len(sound)*to/from+to)
	return out[:r.Process(out, sound)]
}
