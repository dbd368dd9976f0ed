package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"time"

	"offhook/cmd/internal/localapi"
	"offhook/hal"
	"offhook/hal/faceplate/remote"
	"offhook/media"
	"offhook/media/mediatest"
)

// figures is the demonstration's last line; docs/demo.md tells the keys.
type figures struct {
	RegisteredMS       float64 `json:"registered_ms"`
	InviteToFirstRTPMS float64 `json:"invite_to_first_rtp_ms"`
	MouthToEarMS       float64 `json:"mouth_to_ear_ms"`
	RTPSent            uint64  `json:"rtp_sent"`
	RTPReceived        uint64  `json:"rtp_received"`
	Lost               uint64  `json:"lost"`
	ConcealedMS        float64 `json:"concealed_ms"`
	SRTP               string  `json:"srtp"`
	Codec              string  `json:"codec"`
	Xruns              uint64  `json:"xruns"`
}

// stepTime bounds each step; what takes longer has failed.
const stepTime = 40 * time.Second

func demo(ctx context.Context, t terminal, args []string) error {
	d := demonstration{began: time.Now(), out: t.out, stepTime: stepTime}
	fs := flag.NewFlagSet("offhook-lab demo", flag.ContinueOnError)
	d.options.declare(fs)
	fs.StringVar(&d.speech, "speech", "", "`FILE.wav` that is said into the microphone; a synthetic voice when empty")
	fs.StringVar(&d.keep, "out", "", "`FILE.wav` for what the loudspeaker plays")
	if err := parse(fs, t, args); err != nil {
		return err
	}
	return d.run(ctx, t)
}

// demonstration plays a person at the faceplate.
type demonstration struct {
	options
	speech, keep string // files
	stepTime     time.Duration
	out          io.Writer
	began        time.Time

	bench   *bench
	page    *remote.Client
	ear     *recorder
	format  hal.PCMFormat
	taken   int64 // samples said so far
	figures figures
}

func (d *demonstration) run(ctx context.Context, t terminal) (err error) {
	d.say("starting the workbench")
	if d.bench, err = d.start(ctx, t); err != nil {
		return err
	}
	if err = d.play(ctx); err != nil {
		err = fmt.Errorf("%w\nthe agent's log ends so:\n%s", err, d.bench.phone.LogTail())
	}
	if err := errors.Join(err, d.leave()); err != nil {
		return err
	}
	return json.NewEncoder(d.out).Encode(d.figures)
}

func (d *demonstration) say(format string, args ...any) {
	fmt.Fprintf(d.out, "%6.2f s  %s\n", time.Since(d.began).Seconds(), fmt.Sprintf(format, args...))
}

func (d *demonstration) play(ctx context.Context) error {
	for _, step := range []func(context.Context) error{d.provisioned, d.registered, d.sit} {
		if err := within(ctx, d.stepTime, step); err != nil {
			return err
		}
	}
	voice, err := d.voice(d.speech)
	if err != nil {
		return err
	}
	heard, err := d.echo(ctx, voice)
	if err != nil {
		return err
	}
	if d.keep != "" {
		if err := mediatest.SaveWAV(d.keep, heard, d.format.SampleRate); err != nil {
			return err
		}
		d.say("what the loudspeaker played is in %s", d.keep)
	}
	if err := d.calledBack(ctx); err != nil {
		return err
	}
	return d.count(ctx)
}

// count takes the figures that are the whole demonstration's.
func (d *demonstration) count(ctx context.Context) error {
	s, err := d.bench.phone.Control().Status(ctx)
	d.figures.Xruns = s.Audio.CaptureXruns + s.Audio.PlaybackXruns
	return err
}

func within(ctx context.Context, limit time.Duration, step func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	return step(ctx)
}

func (d *demonstration) provisioned(ctx context.Context) error {
	s, err := d.bench.phone.Until(ctx, "provisioning", func(s localapi.Status) bool { return s.Provisioning.State == "provisioned" })
	if err != nil {
		return err
	}
	if !strings.HasPrefix(s.Provisioning.Source, "https://") {
		return fmt.Errorf("the configuration came from %q, not by HTTPS", s.Provisioning.Source)
	}
	d.say("provisioned from %s", s.Provisioning.Source)
	return nil
}

func (d *demonstration) registered(ctx context.Context) error {
	s, err := d.bench.phone.Until(ctx, "registration", func(s localapi.Status) bool {
		return len(s.Accounts) > 0 && s.Accounts[0].State == "registered"
	})
	if err != nil {
		return err
	}
	a := s.Accounts[0]
	if a.Transport != "tls" {
		return fmt.Errorf("registered by %s, not by TLS", a.Transport)
	}
	d.figures.RegisteredMS = milliseconds(a.Registered.Sub(d.bench.phone.Executed))
	d.say("registered %s by TLS at %s, %.0f ms after the agent was started", a.AOR, a.Server, d.figures.RegisteredMS)
	return nil
}

// sit opens the faceplate as a page does.
func (d *demonstration) sit(ctx context.Context) (err error) {
	if d.page, err = remote.Dial(ctx, d.bench.phone.Faceplate); err != nil {
		return err
	}
	if d.format, err = d.page.Audio(ctx); err == nil {
		d.ear = record(d.page, d.format.Period)
	}
	return err
}

func (d *demonstration) voice(file string) (media.Frame, error) {
	if file == "" {
		return mediatest.Voice(d.format.SampleRate, 8*time.Second, 1), nil
	}
	sound, rate, err := mediatest.LoadWAV(file)
	if err != nil {
		return nil, err
	}
	if rate == d.format.SampleRate {
		return sound, nil
	}
	return resampled(sound, rate, d.format.SampleRate), nil
}

// leave closes the page and ends the workbench.
func (d *demonstration) leave() error {
	if d.page != nil {
		_ = d.page.Close() // the agent goes anyway
	}
	if d.ear != nil {
		<-d.ear.done
	}
	return d.bench.close()
}

func milliseconds(t time.Duration) float64 {
	return float64(t.Round(100*time.Microsecond)) / float64(time.Millisecond)
}
