package peer

import (
	"context"
	"errors"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"offhook/media"
	"offhook/media/engine"
	"offhook/media/g711"
	"offhook/media/session"
)

// Engine plays a trace to an engine of ours: its sockets, threads and device keep real time.
func Engine(ctx context.Context, t Trace) (Heard, error) {
	l, err := openLine()
	if err != nil {
		return Heard{}, err
	}
	zero := time.Now().Add(settle)
	d := &device{zero: zero, next: monotonic() + step}
	e, err := engine.New(engine.Config{Device: d, SampleRate: rate, Period: period, Codecs: []media.Codec{g711.PCMA}})
	if err != nil {
		return Heard{}, errors.Join(err, l.conn.Close())
	}
	var wait sync.WaitGroup
	running, cancel := context.WithCancel(ctx)
	wait.Go(func() { _ = e.Run(running) }) // it ends with its context
	l.remote, err = open(e, l.port(), t.PTime)
	var h Heard
	if err == nil {
		h.Arrival, err = l.send(ctx, zero, &t)
	}
	cancel()
	wait.Wait()
	err = errors.Join(err, e.Close(), l.conn.Close())
	if err != nil {
		return Heard{}, err
	}
	h.start = d.start
	h.sound, err = alaw(d.heard)
	return h, err
}

// open opens a stream, and returns where it receives.
func open(e *engine.Engine, to int, ptime time.Duration) (netip.AddrPort, error) {
	sockets, err := session.Listen(loopback, session.PortRange{}, 0, nil)
	if err != nil {
		return netip.AddrPort{}, err
	}
	at := sockets.LocalAddr()
	if err := e.OpenStream(1, sockets); err != nil {
		return at, errors.Join(err, sockets.Close())
	}
	f := g711.PCMA.Formats()[0]
	f.PTime = ptime
	err = e.UpdateStream(1, session.Spec{
		Remote: netip.AddrPortFrom(loopback, uint16(to)), Mux: true, Direction: media.SendRecv, Send: f, Receive: []media.Format{f},
	})
	e.Connect(engine.Patch{Streams: []media.StreamID{1}})
	return at, err
}

// device is a sound device whose clock is the kernel's. It keeps what it plays.
type device struct {
	zero  time.Time
	next  time.Duration // when the next period is over
	heard media.Frame
	start time.Duration // of heard, by the promptest period
	lost  atomic.Uint64
}

const period = rate / 100

var _ engine.Device = (*device)(nil)

func (d *device) ReadPeriod(p []int16) error {
	sleepUntil(d.next)
	d.next += step
	clear(p)
	return nil
}

func (d *device) WritePeriod(p []int16) error {
	at := time.Since(d.zero) - span(len(d.heard))
	if len(d.heard) == 0 {
		d.start = at
	}
	d.start = min(d.start, at)
	d.heard = append(d.heard, p...)
	return nil
}

func (d *device) Xruns() (capture, playback uint64) { return 0, d.lost.Load() }
