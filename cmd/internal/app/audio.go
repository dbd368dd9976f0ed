package app

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"offhook/board"
	"offhook/cmd/internal/localapi"
	"offhook/cmd/internal/phone"
	"offhook/hal"
	"offhook/media/engine"
)

// silence is the sound device of a board whose own does not work: calls go on,
// and can be heard when it is back.
type silence struct {
	period time.Duration
	next   time.Time
	done   chan struct{}
	once   sync.Once
}

var _ engine.Device = (*silence)(nil)

func newSilence(f hal.PCMFormat) *silence {
	return &silence{period: time.Duration(f.Period) * time.Second / time.Duration(f.SampleRate), next: time.Now(), done: make(chan struct{})}
}

func (s *silence) ReadPeriod(p []int16) error {
	clear(p)
	s.next = s.next.Add(s.period)
	if late := time.Since(s.next); late > 10*s.period {
		s.next = time.Now()
	}
	select {
	case <-time.After(time.Until(s.next)):
		return nil
	case <-s.done:
		return hal.ErrClosed
	}
}

func (s *silence) WritePeriod([]int16) error     { return nil }
func (s *silence) Xruns() (capture, play uint64) { return 0, 0 }
func (s *silence) Close() error                  { s.once.Do(func() { close(s.done) }); return nil }

// audioKeeper keeps the engine running: on the board's sound device while it
// works, on silence while it does not.
type audioKeeper struct {
	log    *slog.Logger
	engine *engine.Engine
	format hal.PCMFormat
	// handsFree and profiles are what the board wants and the format allows.
	handsFree engine.HandsFree
	profiles  *engine.Profiles
	first     hal.AudioIO // nil when it did not open
	reopen    func(context.Context) (hal.AudioIO, error)
	inbox     chan<- phone.Input
	state     atomic.Pointer[string]
}

// usualFormat is the engine's when the board's device was not there to ask.
var usualFormat = hal.PCMFormat{SampleRate: 16000, Period: 160}

// reopenEvery is the pace of looking for a device that went away.
const reopenEvery = time.Second

func newAudioKeeper(log *slog.Logger, b *board.Board, d *board.Devices, drivers hal.Drivers, inbox chan<- phone.Input) *audioKeeper {
	k := &audioKeeper{log: log, first: d.Audio, format: usualFormat, inbox: inbox}
	k.reopen = func(ctx context.Context) (hal.AudioIO, error) { return b.Reopen(ctx, drivers, log) }
	if d.Audio != nil {
		k.format = d.Audio.Format()
	}
	k.useHandsFree(b)
	return k
}

// useHandsFree takes what the board wants, unless the format is none for it: calls
// are more than hands-free is.
func (k *audioKeeper) useHandsFree(b *board.Board) {
	part, _ := b.Audio()
	want := engine.HandsFree(part.HandsFree)
	if err := want.Fits(k.format.SampleRate, k.format.Period); err != nil {
		k.log.Error("audio.handsfree of the board file is not done: echo, noise and levels stay as they are", "error", err)
		return
	}
	k.handsFree = want
}

func (k *audioKeeper) device() engine.Device {
	if k.first == nil {
		return newSilence(k.format)
	}
	return k.first
}

func (k *audioKeeper) say(state string) { k.state.Store(&state) }

func (k *audioKeeper) run(ctx context.Context) error {
	for device := k.first; ; {
		cause := "the board's sound device did not open"
		if device != nil {
			k.say("running")
			post(ctx, k.inbox, phone.Audio{})
			err := k.runOn(ctx, device)
			if ctx.Err() != nil {
				return nil
			}
			k.log.Error("the sound device stopped", "error", err)
			cause = err.Error()
		}
		k.say(cause)
		post(ctx, k.inbox, phone.Audio{Gone: true, Cause: cause})
		device = k.wait(ctx)
		if device == nil {
			return nil
		}
		k.log.Info("the sound device is back")
	}
}

// runOn runs the engine until the device fails or the context ends; then the
// device is closed.
func (k *audioKeeper) runOn(ctx context.Context, device interface {
	engine.Device
	Close() error
}) error {
	if err := k.engine.Reopen(device); err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { _ = device.Close() }) // wakes Run
	defer stop()
	err := k.engine.Run(ctx)
	return errors.Join(err, device.Close())
}

// wait runs the engine on silence until the board's device opens again.
func (k *audioKeeper) wait(ctx context.Context) hal.AudioIO {
	quiet, end := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = k.runOn(quiet, newSilence(k.format)) // silence does not fail
	}()
	defer func() {
		end()
		<-ended
	}()
	tick := time.NewTicker(reopenEvery)
	defer tick.Stop()
	var other hal.PCMFormat // complained of
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		device, err := k.reopen(ctx)
		if err != nil {
			k.log.Debug("the sound device is still away", "error", err)
			continue
		}
		if device.Format() == k.format {
			return device
		}
		if device.Format() != other {
			other = device.Format()
			k.log.Error("the sound device came back with another format: restart offhook to use it", "was", k.format, "is", other)
		}
		_ = device.Close() // of no use here
	}
}

func (k *audioKeeper) status() localapi.Audio {
	a := localapi.Audio{SampleRate: k.format.SampleRate, Period: k.format.Period, State: "starting"}
	if s := k.state.Load(); s != nil {
		a.State = *s
	}
	a.CaptureXruns, a.PlaybackXruns = k.engine.Xruns()
	return a
}
