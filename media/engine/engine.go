// Package engine is the audio loop: one thread that moves every sample.
//
// The sound device is the clock. In each Step one period is captured, sent,
// received, mixed and played; there is no ticker, and Step neither locks nor
// logs nor allocates. Control tells the engine what to do in plain values (a
// Spec for a stream, a Patch for what is joined to what), which take effect by
// one pointer store.
package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"offhook/media"
	"offhook/media/dsp"
	"offhook/media/tone"
)

// Errors of the engine's commands.
var (
	ErrNoStream = errors.New("engine: no such stream")
	ErrClosed   = errors.New("engine: closed")
	ErrRunning  = errors.New("engine: already running")
)

// Device is a sound device with one channel; hal.AudioIO is one.
type Device interface {
	ReadPeriod([]int16) error
	WritePeriod([]int16) error
	Xruns() (capture, playback uint64)
}

// Config says how an Engine is to be.
type Config struct {
	Device     Device
	SampleRate int           // Hz of the device
	Period     int           // samples of one ReadPeriod or WritePeriod
	Codecs     []media.Codec // that streams may use
	// Now is the engine's monotonic clock; nil means the system's. Tests that
	// run faster than time give their own.
	Now func() time.Duration
	// Real says that Now, if it is given, goes with real time: packets come when the
	// kernel says that they came, not when they are found.
	Real         bool
	RTCPInterval time.Duration // mean; 0 means 5 s
	HandsFree    HandsFree     // for patches that are
	Profiles     *Profiles     // of the routes of patches; nil: none
	Log          *slog.Logger
}

// Engine moves the sound of all streams. Run, or Step, belongs to one
// goroutine; every other method may be called by any.
type Engine struct {
	cfg     Config
	epoch   time.Time
	events  chan Event
	dropped atomic.Uint64
	steps   atomic.Uint64
	running atomic.Bool
	set     atomic.Pointer[set]
	device  atomic.Pointer[Device]
	patched atomic.Pointer[Patch]
	resting atomic.Pointer[Rester] // nil: it does not

	mutex    sync.Mutex // control's side only
	closed   bool
	legs     []*leg
	beside   *aside
	cleaning *cleaner          // of the patch that stands
	known    *cleaner          // of this device, also between calls
	ways     [1 + Speaker]*way // of this device, as they were asked for
	group    sync.WaitGroup    // of who reads and writes files

	// the engine's thread
	capture, playback, toneFrame, out media.Frame
	mix                               []int32
	captureGain, playbackGain         *dsp.Gain
	toneGain                          *dsp.Gain
	tone, fading                      *tone.Generator
	heard                             *set          // in the last step
	ended                             tail          // of streams that are no more
	stepped                           time.Duration // when
	still                             int           // periods in which nothing was to be heard
	cleaner                           *cleaner      // nil: the microphone is sent as it is
	passage                           passage
}

const ramp = 10 * time.Millisecond // of every change of a gain

// New makes an Engine that is at rest until Run.
func New(cfg Config) (*Engine, error) {
	if cfg.SampleRate < 8000 || cfg.SampleRate > 192000 || cfg.Period < 1 || cfg.Period > cfg.SampleRate/10 {
		return nil, fmt.Errorf("engine: %d samples at %d Hz: a period is at most 100 ms, a rate 8000 to 192000 Hz", cfg.Period, cfg.SampleRate)
	}
	if cfg.Device == nil {
		return nil, errors.New("engine: no sound device given")
	}
	if err := cfg.HandsFree.Fits(cfg.SampleRate, cfg.Period); err != nil {
		return nil, err
	}
	for r := Handset; r <= Speaker; r++ {
		if err := cfg.Profiles.of(r).Fits(cfg.SampleRate, cfg.Period); err != nil {
			return nil, err
		}
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	e := &Engine{
		cfg: cfg, epoch: time.Now(), events: make(chan Event, eventQueue),
		capture: make(media.Frame, cfg.Period), playback: make(media.Frame, cfg.Period),
		toneFrame: make(media.Frame, cfg.Period), out: make(media.Frame, cfg.Period), mix: make([]int32, cfg.Period),
		captureGain: dsp.NewGain(cfg.SampleRate, ramp), playbackGain: dsp.NewGain(cfg.SampleRate, ramp),
		toneGain: dsp.NewGain(cfg.SampleRate, ramp),
	}
	e.passage.make(cfg.SampleRate, cfg.Period)
	if cfg.Now == nil {
		e.cfg.Now, e.cfg.Real = func() time.Duration { return time.Since(e.epoch) }, true
	} else {
		e.epoch = e.epoch.Add(-cfg.Now())
	}
	e.device.Store(&cfg.Device)
	e.patched.Store(&Patch{})
	e.beside = &aside{}
	e.set.Store(&set{aside: e.beside, way: e.way(NoRoute)})
	return e, nil
}

// Reopen gives the engine another device of the same rate and period, for the
// next Run: after a device was unplugged, or for a change of sound card.
func (e *Engine) Reopen(device Device) error {
	if e.running.Load() {
		return ErrRunning
	}
	e.device.Store(&device)
	e.mutex.Lock()
	defer e.mutex.Unlock()
	e.known, e.ways = nil, [1 + Speaker]*way{} // they know the echo of the device before
	if !e.closed {
		e.unhand(e.patched.Load())
		e.rebuild(e.set.Load().generator)
	}
	return nil
}

// Run moves sound until the context ends (nil) or the device fails (its error,
// wrapped). Streams stay: Run may be called again, with the same device or
// after Reopen, and they go on.
func (e *Engine) Run(ctx context.Context) error {
	if e.running.Swap(true) {
		return ErrRunning
	}
	defer e.running.Store(false)
	device := *e.device.Load()
	if p, ok := device.(Poller); !ok || !p.Poll(hastened()) {
		defer e.thread()()
	}
	rester, _ := device.(Rester)
	e.flush()
	done := ctx.Done()
	for {
		select {
		case <-done:
			return nil
		default:
		}
		err := e.Step()
		if err == nil && rester != nil && e.quiet() {
			err = e.rest(ctx, rester)
		}
		if err != nil {
			if ctx.Err() != nil {
				return nil // the owner closed the device to end Run
			}
			return err
		}
	}
}

// thread gives Run a thread of its own, with real-time priority where that is
// allowed.
func (e *Engine) thread() (leave func()) {
	runtime.LockOSThread()
	restore, err := realtime()
	if err != nil {
		e.cfg.Log.Debug("audio thread has no real-time priority", "error", err)
	}
	return func() {
		restore()
		runtime.UnlockOSThread()
	}
}

// Steps counts periods since New; a watchdog sees by it that sound moves. One
// that rests takes a turn whenever it is asked, and counts that.
func (e *Engine) Steps() uint64 {
	defer e.rouse()
	return e.steps.Load()
}

// Xruns are the device's counts.
func (e *Engine) Xruns() (capture, playback uint64) { return (*e.device.Load()).Xruns() }

// Close closes all streams. Run must have returned, or be about to.
func (e *Engine) Close() error {
	e.mutex.Lock()
	if e.closed {
		e.mutex.Unlock()
		return nil
	}
	e.closed = true
	legs := e.legs
	e.legs = nil
	beside := e.beside
	e.beside = &aside{}
	e.set.Store(&set{aside: e.beside, way: e.way(NoRoute)})
	e.mutex.Unlock()
	var errs []error
	for _, leg := range legs {
		errs = append(errs, leg.stream.Close())
		leg.ear.close()
	}
	beside.stop()
	e.group.Wait()
	close(e.events) // no stream's goroutine is left to send on it
	return errors.Join(errs...)
}
