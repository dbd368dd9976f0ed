package alsa

import (
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"offhook/hal"
)

// leastAhead is how many periods of silence playback starts with: one is being
// played while the other gives the time to make the next. Less would run dry
// at each start, more would be heard as delay.
const leastAhead = 2

// relapse is how soon after an underrun the next one says that this machine
// does not make it in time: then playback starts one period further ahead, as
// long as the buffer holds it.
const relapse = 10 * time.Second

// longCalm is as many periods as need to be counted, far from overflowing.
const longCalm = 1 << 30

// PCM is a card's playback and capture.
type PCM struct {
	format     hal.PCMFormat
	microphone int // channel; negative is the mean of all
	capture    *stream
	playback   *stream
	pace       *pace  // of playback whose clock is another card's; else nil
	linked     bool   // they start and stop as one
	slots      []int  // of playback, unless one is played on alone
	silence    []byte // as long as a period

	closed atomic.Bool
	once   sync.Once
	err    error // of closing

	// mu is held by whoever moves samples; it is free but for Close, which
	// wakes that one and waits for it.
	mu      sync.Mutex
	running bool
	ready   bool // prepared, and not started
	leads   bool // the next period captured is silence, of before the start
	ahead   int  // periods with which playback starts
	calm    int  // periods played since the last underrun

	captureXruns, playbackXruns atomic.Uint64
}

var (
	_ hal.AudioIO  = (*PCM)(nil)
	_ hal.Channels = (*PCM)(nil)
	_ hal.Rester   = (*PCM)(nil)
)

func openPCM(k *machineCards, c pcmConfig) (*PCM, error) {
	play, record, err := openStreams(k, c)
	if err != nil {
		return nil, err
	}
	if len(c.PlaybackSlots) > 0 {
		play.use(c.PlaybackSlots)
	}
	d := &PCM{
		format:     hal.PCMFormat{SampleRate: c.SampleRate, Period: c.period()},
		microphone: c.microphone(), capture: record, playback: play,
		slots: play.slots, silence: make([]byte, len(play.now)), ahead: leastAhead, calm: longCalm, leads: true,
	}
	// Two cards have two clocks: linked, each slip of one would stop both.
	if record.card != play.card {
		d.pace = newPace(c.SampleRate, c.period())
		return d, nil
	}
	d.linked = record.link(play.pcm) == nil
	return d, nil
}

// openStreams opens both and only then sets them up: which samples one is to have
// depends on the other.
func openStreams(k *machineCards, c pcmConfig) (play, record *stream, err error) {
	out := setup{rate: c.SampleRate, channels: c.PlaybackChannels, period: c.period(), periods: c.Periods, format: c.Format}
	if c.Card != c.CaptureCard {
		out.periods = max(out.periods, leastAhead+1) // room for the clocks to part
	}
	in := out
	if c.Card != c.CaptureCard {
		out.past = pastPeriod(out.period)
	}
	in.channels = c.CaptureChannels
	if play, err = openStream(k, c.Card, c.Device, playback, out); err != nil {
		return nil, nil, err
	}
	if record, err = openStream(k, c.CaptureCard, c.CaptureDevice, capture, in); err != nil {
		return nil, nil, errors.Join(err, play.close())
	}
	if err = setUp(play, record, out, in); err != nil {
		return nil, nil, errors.Join(err, play.close(), record.close())
	}
	return play, record, nil
}

func setUp(play, record *stream, out, in setup) error {
	heard, err := play.formats(out)
	if err != nil {
		return err
	}
	taken, err := record.formats(in)
	if err != nil {
		return err
	}
	if err := play.configure(out, taken); err != nil {
		return err
	}
	return record.configure(in, heard)
}

func (d *PCM) tell(log *slog.Logger) {
	log.Debug("sound card open", "playback", d.playback.name, "capture", d.capture.name, "linked", d.linked,
		"rate", d.format.SampleRate, "period", d.format.Period, "playback-format", d.playback.period.name, "capture-format", d.capture.period.name, "playback-buffer", d.playback.buffer, "capture-buffer", d.capture.buffer)
}

// Format implements hal.AudioIO.
func (d *PCM) Format() hal.PCMFormat { return d.format }

// Xruns implements hal.AudioIO. With two cards, what playback had no room for
// counts as playback's too.
func (d *PCM) Xruns() (capture, playback uint64) {
	return d.captureXruns.Load(), d.playbackXruns.Load()
}

// restarts bounds how often one call starts the card again. Each takes a
// period.
const restarts = 50

// ReadPeriod implements hal.AudioIO. The first period after a rest is silence and
// waits for nothing: the card starts with what is then played.
func (d *PCM) ReadPeriod(p []int16) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.check(p); err != nil {
		return err
	}
	if d.leads {
		d.leads = false
		clear(p)
		return nil
	}
	for range restarts {
		err := d.begin(d.silence)
		if err == nil {
			err = d.capture.move()
		}
		if err == nil {
			d.capture.gather(p, d.microphone)
			return nil
		}
		if err := d.recover(d.capture, err, d.silence); err != nil {
			return err
		}
	}
	return d.fail(d.capture, errors.New("it stops as soon as it is started"))
}

// WritePeriod implements hal.AudioIO.
func (d *PCM) WritePeriod(p []int16) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.check(p); err != nil {
		return err
	}
	if d.pace != nil {
		p = d.pace.play(p)
	}
	d.playback.spread(p)
	if !d.running {
		if err := d.begin(d.playback.now); err != nil {
			return d.fail(d.playback, err)
		}
		return nil
	}
	d.calm = min(d.calm+1, longCalm)
	err := d.write()
	if err == nil {
		return nil
	}
	// The period becomes the last of those that the new start begins with, so
	// that the delay is the same as before.
	return d.recover(d.playback, err, d.playback.now)
}

// PlaybackChannels is how many the card's playback has.
func (d *PCM) PlaybackChannels() int { return d.playback.channels }

// PlayOn plays on one channel alone, or with -1 on all again.
func (d *PCM) PlayOn(channel int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if channel < 0 {
		d.playback.use(d.slots)
		return
	}
	d.playback.alone[0] = channel
	d.playback.use(d.playback.alone[:])
}

func (d *PCM) write() error {
	if d.pace == nil {
		return d.playback.move()
	}
	// Waiting for a slower playback clock would make capture run over. What has
	// no room is dropped, until the pace has learned how far the clocks part.
	all, err := d.playback.offer()
	if err != nil {
		return err
	}
	if !all {
		d.playbackXruns.Add(1)
	}
	frames, err := d.playback.queued()
	if err == nil {
		d.pace.queued(frames, d.ahead)
	}
	return err
}

func (d *PCM) check(p []int16) error {
	if d.closed.Load() {
		return hal.ErrClosed
	}
	if len(p) != d.format.Period {
		return fmt.Errorf("%s: a block of %d samples; a period has %d", d.capture.name, len(p), d.format.Period)
	}
	return nil
}

// begin starts a card that does not run; playback with silence that ends in last.
func (d *PCM) begin(last []byte) error {
	if d.running {
		return nil
	}
	err := d.start(true, true, last)
	if err != nil && d.ready { // the machine slept meanwhile, or somebody stopped it
		d.ready = false
		err = d.start(true, true, last)
	}
	d.ready, d.leads = false, false
	d.running = err == nil
	return err
}

// start prepares and starts what is asked for; playback with silence that ends
// in last. Linked streams do all of it as one.
func (d *PCM) start(record, play bool, last []byte) error {
	record, play = record || d.linked, play || d.linked
	if err := d.prepare(record, play); err != nil {
		return err
	}
	if play {
		if err := d.fill(last); err != nil {
			return err
		}
		if d.pace != nil {
			d.pace.restart()
		}
		if !d.linked {
			if err := d.playback.start(); err != nil {
				return err
			}
		}
	}
	if record {
		return d.capture.start()
	}
	return nil
}

// prepare powers up what is asked for, if it is not ready.
func (d *PCM) prepare(record, play bool) error {
	if d.ready {
		return nil
	}
	if record {
		if err := d.capture.reset(); err != nil {
			return err
		}
	}
	if play && !d.linked {
		return d.playback.reset()
	}
	return nil
}

func (d *PCM) fill(last []byte) error {
	for i := range d.ahead {
		block := d.silence
		if i == d.ahead-1 {
			block = last
		}
		for len(block) > 0 {
			n, err := d.playback.transfer(block)
			if err == nil && n == 0 {
				err = unix.EAGAIN
			}
			if err != nil && err != unix.EINTR {
				return err
			}
			block = block[n:]
		}
	}
	return nil
}

// recover puts a stream that stopped back to work; playback starts with silence
// that ends in last. Its error is final.
func (d *PCM) recover(s *stream, cause error, last []byte) error {
	switch cause {
	case errWoken:
		return hal.ErrClosed
	case unix.EPIPE:
		d.count(s)
	case unix.ESTRPIPE: // the machine slept; prepare is enough, the samples are stale anyway
	case unix.EBADFD: // stopped, by whomever; a device that went away says so next
	default:
		return d.stop(d.fail(s, cause))
	}
	// What waits to be read while playback runs dry would be heard that much later
	// for the rest of the call. With two clocks running dry is no lateness.
	record := s == d.capture || d.pace == nil
	if err := d.start(record, s == d.playback, last); err != nil && err != unix.EPIPE {
		return d.stop(d.fail(s, err))
	}
	return nil
}

// stop makes the next call begin anew.
func (d *PCM) stop(err error) error {
	d.running = false
	return err
}

// count blames the stream that ran over or dry.
func (d *PCM) count(s *stream) {
	record, play := s == d.capture, s == d.playback
	if d.linked {
		if r, p := d.capture.xrun(), d.playback.xrun(); r || p {
			record, play = r, p
		}
	}
	if record {
		d.captureXruns.Add(1)
	}
	if play {
		d.playbackXruns.Add(1)
		d.fallBehind()
	}
}

func (d *PCM) fallBehind() {
	soon := int(relapse.Seconds()) * d.format.SampleRate / d.format.Period
	if d.calm < soon && (d.ahead+1)*d.format.Period <= int(d.playback.buffer) {
		d.ahead++
	}
	d.calm = 0
}

func (d *PCM) fail(s *stream, err error) error {
	switch {
	case errors.Is(err, unix.ENODEV), errors.Is(err, unix.ENXIO), errors.Is(err, unix.EBADFD):
		return fmt.Errorf("%s: %w: %w", s.name, hal.ErrGone, err)
	case d.closed.Load():
		return hal.ErrClosed
	}
	return fmt.Errorf("%s: %w", s.name, err)
}

// Close stops the card at once, waits for a blocked call, and frees it.
func (d *PCM) Close() error {
	d.once.Do(func() {
		d.closed.Store(true)
		d.capture.wake()
		d.playback.wake()
		d.mu.Lock()
		defer d.mu.Unlock()
		// A device that went away has nothing left to stop.
		_, _ = d.capture.drop(), d.playback.drop()
		d.err = errors.Join(d.playback.close(), d.capture.close())
	})
	return d.err
}
