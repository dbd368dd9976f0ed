package benchbeat

import (
	"context"
	"log/slog"
	"math"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"offhook/hal"
)

// Device is a sound device whose clock is the kernel's: it blocks in the kernel
// as a sound card's driver does, and loses sound when its reader is late.
type Device struct {
	next   time.Duration // when the next period is over, since boot; 0: not begun
	closed atomic.Bool
	lost   atomic.Uint64
	phase  int
}

var _ hal.AudioIO = (*Device)(nil)

// NewDevice makes a Device that begins with its first read; its periods end on
// the grid of all others.
func NewDevice() *Device { return &Device{} }

// Drivers has the Device alone.
func Drivers() hal.Drivers {
	return hal.Drivers{Audio: map[string]hal.Driver[hal.AudioIO]{"beat": {
		Check: func(hal.Params) error { return nil },
		Open:  func(context.Context, hal.Params, *slog.Logger) (hal.AudioIO, error) { return NewDevice(), nil },
	}}}
}

// now is the time since boot.
func now() time.Duration {
	var t unix.Timespec
	_ = unix.ClockGettime(unix.CLOCK_MONOTONIC, &t)
	return time.Duration(t.Nano())
}

// Format implements hal.AudioIO.
func (*Device) Format() hal.PCMFormat { return hal.PCMFormat{SampleRate: sampleRate, Period: samples} }

// ReadPeriod implements hal.AudioIO.
func (d *Device) ReadPeriod(p []int16) error {
	if d.next == 0 {
		d.next = (now()/period + 1) * period
	}
	if late := now() - d.next; late > buffer*period {
		lost := late / period
		d.lost.Add(uint64(lost))
		d.next += lost * period
	}
	due := unix.NsecToTimespec(int64(d.next))
	for unix.ClockNanosleep(unix.CLOCK_MONOTONIC, unix.TIMER_ABSTIME, &due, nil) == unix.EINTR {
	}
	if d.closed.Load() {
		return hal.ErrClosed
	}
	d.next += period
	d.wave(p)
	return nil
}

// wave is what the microphone hears: 500 Hz.
func (d *Device) wave(p []int16) {
	for i := range p {
		p[i] = int16(8000 * math.Sin(float64(d.phase%32)*math.Pi/16))
		d.phase++
	}
}

// WritePeriod implements hal.AudioIO.
func (*Device) WritePeriod([]int16) error { return nil }

// Xruns implements hal.AudioIO: the periods lost.
func (d *Device) Xruns() (capture, playback uint64) { return d.lost.Load(), 0 }

// Close implements hal.AudioIO; a read ends with its period.
func (d *Device) Close() error {
	d.closed.Store(true)
	return nil
}
