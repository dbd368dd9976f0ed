package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/url"
	"os"
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
const stepTime = 15 * time.Second

func demo(ctx context.Context, args []string) error {
	var o options
	var speech, out string
	fs := flag.NewFlagSet("offhook-lab demo", flag.ContinueOnError)
	o.declare(fs)
	fs.StringVar(&speech, "speech", "", "`FILE.wav` that is said into the microphone; a synthetic voice when empty")
	fs.StringVar(&out, "out", "", "`FILE.wav` for what the loudspeaker plays")
	if err := parse(fs, args); err != nil {
		return err
	}
	d := demonstration{began: time.Now()}
	d.say("starting the workbench")
	b, err := o.start(ctx)
	if err != nil {
		return err
	}
	d.bench = b
	err = d.play(ctx, speech, out)
	if err != nil {
		err = fmt.Errorf("%w\nthe agent's log ends so:\n%s", err, b.phone.LogTail())
	}
	if err := errors.Join(err, d.leave()); err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(d.figures)
}

// demonstration plays a person at the faceplate.
type demonstration struct {
	bench   *bench
	page    *remote.Client
	format  hal.PCMFormat
	began   time.Time
	figures figures
}

func (d *demonstration) say(format string, args ...any) {
	fmt.Printf("%6.2f s  %s\n", time.Since(d.began).Seconds(), fmt.Sprintf(format, args...))
}

func (d *demonstration) play(ctx context.Context, speech, out string) error {
	steps := []func(context.Context) error{d.provisioned, d.registered, d.sit}
	for _, step := range steps {
		if err := within(ctx, stepTime, step); err != nil {
			return err
		}
	}
	voice, err := d.voice(speech)
	if err != nil {
		return err
	}
	heard, err := d.echo(ctx, voice)
	if err != nil {
		return err
	}
	if out != "" {
		if err := mediatest.SaveWAV(out, heard, d.format.SampleRate); err != nil {
			return err
		}
		d.say("what the loudspeaker played is in %s", out)
	}
	return d.calledBack(ctx)
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
	d.format, err = d.page.Audio(ctx)
	return err
}

func (d *demonstration) voice(file string) (media.Frame, error) {
	if file == "" {
		return mediatest.Voice(d.format.SampleRate, 8*time.Second, 1), nil
	}
	sound, rate, err := mediatest.LoadWAV(file)
	if err != nil || rate == d.format.SampleRate {
		return sound, err
	}
	return resampled(sound, rate, d.format.SampleRate), nil
}

// leave closes the page and ends the workbench.
func (d *demonstration) leave() error {
	if d.page != nil {
		_ = d.page.Close() // the agent goes anyway
	}
	return d.bench.close()
}

func milliseconds(t time.Duration) float64 {
	return float64(t.Round(100*time.Microsecond)) / float64(time.Millisecond)
}

// hostOf is the host and port of a URL with macros.
func hostOf(address string) string {
	u, err := url.Parse(strings.NewReplacer("{", "", "}", "").Replace(address))
	if err != nil {
		return address
	}
	return u.Host
}
