package soundfile

import (
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"offhook/hal"
)

var (
	_ hal.AudioIO = (*PCM)(nil)
	_ hal.Rester  = (*PCM)(nil)
)

const (
	ahead  = 2 // periods of silence that playback begins with
	buffer = 8 // periods that either side holds
)

// PCM is a sound card made of files.
type PCM struct {
	format      hal.PCMFormat
	period      time.Duration
	clock       clock
	log         *slog.Logger
	microphone  *player
	loudspeaker *recorder

	captureXruns, playbackXruns atomic.Uint64
	closed                      atomic.Bool
	over                        chan struct{} // closed by Close
	roused                      chan struct{}
	once                        sync.Once
	err                         error // of Close

	mu      sync.Mutex // one call moves, or Close waits for it
	running bool
	start   time.Duration // the instant of sample 0
	read    uint64        // periods captured
	written uint64        // the next period to be played; read+ahead when it starts
}

func open(c config, k clock, log *slog.Logger) (*PCM, error) {
	d := &PCM{format: c.format(), period: c.Period, clock: k, log: log, over: make(chan struct{}), roused: make(chan struct{}, 1)}
	var err error
	if d.microphone, err = openPlayer(c.Microphone, c.SampleRate); err != nil {
		return nil, fmt.Errorf("microphone: %w", err)
	}
	if d.loudspeaker, err = openRecorder(c.Loudspeaker, c.SampleRate); err != nil {
		return nil, errors.Join(fmt.Errorf("loudspeaker: %w", err), d.microphone.close())
	}
	return d, nil
}

// Format implements hal.AudioIO.
func (d *PCM) Format() hal.PCMFormat { return d.format }

// Xruns implements hal.AudioIO.
func (d *PCM) Xruns() (capture, playback uint64) {
	return d.captureXruns.Load(), d.playbackXruns.Load()
}

// ReadPeriod implements hal.AudioIO. The first starts the clock.
func (d *PCM) ReadPeriod(p []int16) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.check(p); err != nil {
		return err
	}
	if err := d.begin(); err != nil {
		return err
	}
	if late := d.clock.now() - d.due(d.read+1); late > buffer*d.period {
		d.captureXruns.Add(1)
		d.read += uint64(late / d.period)
	}
	if err := d.clock.sleep(d.due(d.read + 1)); err != nil || d.closed.Load() {
		return hal.ErrClosed
	}
	if err := d.microphone.play(p, int64(d.read)*int64(len(p))); err != nil {
		return fmt.Errorf("microphone: %w", err)
	}
	d.read++
	return nil
}

// WritePeriod implements hal.AudioIO.
func (d *PCM) WritePeriod(p []int16) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.check(p); err != nil {
		return err
	}
	if err := d.begin(); err != nil {
		return err
	}
	if now := d.clock.now(); now > d.due(d.written) {
		d.playbackXruns.Add(1)
		d.startAnew(uint64((now - d.start) / d.period))
	}
	if d.written >= d.read+buffer { // full: there is room when the clock has moved
		if err := d.clock.sleep(d.due(d.written + 1 - buffer)); err != nil {
			return hal.ErrClosed
		}
	}
	if err := d.loudspeaker.record(p, int64(d.written)*int64(len(p))); err != nil {
		return fmt.Errorf("loudspeaker: %w", err)
	}
	d.written++
	return nil
}

// startAnew has playback that ran dry begin again, and capture with it, as with
// linked streams of a card: what waited to be read would be heard that much
// later for the rest of the call.
func (d *PCM) startAnew(period uint64) {
	if period > d.read {
		d.captureXruns.Add(1)
		d.read = period
	}
	d.written = period + ahead - 1
}

func (d *PCM) check(p []int16) error {
	if d.closed.Load() {
		return hal.ErrClosed
	}
	if len(p) != d.format.Period {
		return fmt.Errorf("sound file: a block of %d samples; a period has %d", len(p), d.format.Period)
	}
	return nil
}

// begin starts the clock where it rested: what was not moved has no place in
// the files. The first period is over at once, as if the clock had been started
// a period before.
func (d *PCM) begin() error {
	if d.running {
		return nil
	}
	d.start = d.clock.now() - time.Duration(d.read+1)*d.period
	d.written = d.read + ahead
	if err := d.clock.beat(d.due(d.read+2), d.period); err != nil {
		return fmt.Errorf("sound file: %w", err)
	}
	d.running = true
	d.log.Debug("sound files run", "microphone", d.microphone.name, "loudspeaker", d.loudspeaker.name,
		"rate", d.format.SampleRate, "period", d.format.Period, "zero-monotonic-ns", int64(d.start))
	return nil
}

// Rest implements hal.Rester: files are always ready.
func (d *PCM) Rest(bool) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed.Load() {
		return hal.ErrClosed
	}
	d.running = false
	if err := d.clock.rest(); err != nil {
		return fmt.Errorf("sound file: %w", err)
	}
	select {
	case <-d.roused:
		return nil
	case <-d.over:
		return hal.ErrClosed
	}
}

// Rouse implements hal.Rester.
func (d *PCM) Rouse() {
	select {
	case d.roused <- struct{}{}:
	default: // it was roused already
	}
}

// Poll tells the engine that it needs no thread to wait on.
func (d *PCM) Poll(bool) bool { return true }

// due is when period n begins.
func (d *PCM) due(n uint64) time.Duration { return d.start + time.Duration(n)*d.period }

// Close ends a call under way and completes the recording.
func (d *PCM) Close() error {
	d.once.Do(func() {
		d.closed.Store(true)
		close(d.over)
		d.err = d.clock.close()
		d.mu.Lock()
		defer d.mu.Unlock()
		d.err = errors.Join(d.err, d.microphone.close(), d.loudspeaker.close())
	})
	return d.err
}
