package link

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"offhook/media"
	"offhook/media/engine"
	"offhook/media/session"
	"offhook/media/tone"
)

// ErrGone is returned for what needs the media process while there is none.
var ErrGone = errors.New("link: the media process is not running: it is being started again, the log tells why it ended")

// Config says how an Engine is to be.
type Config struct {
	// Launch finds or starts a media process.
	Launch func(context.Context) (*Process, error)
	Audio  Audio
	Codecs []media.Codec // that the media process has; the same program's
	Level  slog.Level    // of the media process's log
	Log    *slog.Logger
}

// Engine stands for an engine in another process. Run keeps that process; every
// other method may be called by any goroutine and waits for nothing.
type Engine struct {
	cfg     Config
	token   uint64
	events  chan engine.Event
	dropped atomic.Uint64
	report  atomic.Pointer[report]
	status  atomic.Pointer[Status]

	mutex   sync.Mutex // nothing that waits is called with it held
	conn    *conn      // nil while there is no process
	broken  error      // why the last one was given up
	failing bool       // it could not be started: what needs it is refused
	closed  bool
	streams []*stream
	patch   engine.Patch
	left    time.Time // until when another control's streams may run; zero: there are none
}

var _ session.Engine = (*Engine)(nil)

// Status is how the media process is.
type Status struct {
	Up                 bool
	Cause              string // when not Up, or the sound device is gone
	SampleRate, Period int    // of the engine; 0 before the first process was up
	Restarts           int
}

// stream is the truth about one.
type stream struct {
	id         media.StreamID
	sockets    held
	spec       *session.Spec // nil: not negotiated yet
	generation uint32
	state      *session.State // where it stood when last heard of; nil: never
	before     media.Stats    // of the processes that are gone
	now        media.Stats    // of the present one
}

const eventQueue = 64

// New makes an Engine; Run starts its process.
func New(cfg Config) *Engine {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	e := &Engine{cfg: cfg, token: rand.Uint64(), events: make(chan engine.Event, eventQueue)}
	e.report.Store(&report{})
	e.status.Store(&Status{Cause: "starting"})
	return e
}

// Status is how the media process is, now.
func (e *Engine) Status() Status { return *e.status.Load() }

// OpenStream begins a stream; the sockets are the Engine's from then on.
func (e *Engine) OpenStream(id media.StreamID, s session.Sockets) error {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	switch {
	case e.closed:
		return engine.ErrClosed
	case e.failing:
		return ErrGone
	case e.find(id) != nil:
		return fmt.Errorf("link: stream %d is open already", id)
	}
	kept, err := hold(s)
	if err != nil {
		return err
	}
	e.streams = append(e.streams, &stream{id: id, sockets: kept, now: blankStats})
	_ = e.tell(&open{ID: id}, kept...)
	return nil
}

// UpdateStream says what was negotiated. While there is no media process the
// next one hears of it.
func (e *Engine) UpdateStream(id media.StreamID, spec session.Spec) error {
	if err := engine.Check(spec, e.cfg.Codecs); err != nil {
		return err
	}
	spec.Receive = slices.Clone(spec.Receive)
	e.mutex.Lock()
	defer e.mutex.Unlock()
	st := e.find(id)
	if st == nil {
		return fmt.Errorf("%w: %d", engine.ErrNoStream, id)
	}
	st.take(spec)
	_ = e.tell(&update{ID: id, Generation: st.generation, Spec: spec})
	return nil
}

// take notes a new agreement. A new key or clock rate is a new source, which
// does not go on where the one before was.
func (s *stream) take(spec session.Spec) {
	if s.spec != nil && s.state != nil {
		if !s.spec.LocalKey.SameKey(spec.LocalKey) || s.spec.Send.ClockRate != spec.Send.ClockRate {
			s.state.ForgetSending()
		}
		if !s.spec.RemoteKey.SameKey(spec.RemoteKey) {
			s.state.ForgetReceiving()
		}
		if s.spec.Remote != spec.Remote {
			s.state.Remote = spec.Remote
		}
	}
	s.spec = &spec
	s.generation++
}

// CloseStream ends a stream.
func (e *Engine) CloseStream(id media.StreamID) error {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	st := e.find(id)
	if st == nil {
		return nil
	}
	e.streams = slices.DeleteFunc(e.streams, func(other *stream) bool { return other == st })
	_ = e.tell(&closing{ID: id})
	st.sockets.close()
	return nil
}

// StreamStats are a stream's figures of a moment ago; false when there is no
// such stream.
func (e *Engine) StreamStats(id media.StreamID) (media.Stats, bool) {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	st := e.find(id)
	if st == nil {
		return media.Stats{}, false
	}
	return st.stats(), true
}

// SendDigit queues a telephone-event; a duration of 0 means 160 ms.
func (e *Engine) SendDigit(id media.StreamID, d rune, duration time.Duration) error {
	if _, ok := tone.Code(d); !ok {
		return fmt.Errorf("link: %q is no DTMF digit: 0-9, *, #, A-D are", d)
	}
	e.mutex.Lock()
	defer e.mutex.Unlock()
	st := e.find(id)
	switch {
	case st == nil:
		return fmt.Errorf("%w: %d", engine.ErrNoStream, id)
	case st.spec == nil || st.spec.SendEvents.ClockRate == 0 && !st.spec.InBand:
		return session.ErrNoEvents
	case !st.spec.Direction.Sends():
		return fmt.Errorf("link: stream %d is %s: a call on hold sends no digits", id, st.spec.Direction)
	case e.conn == nil:
		return ErrGone
	}
	return e.tell(&digit{ID: id, Digit: d, Duration: duration})
}

// Connect makes the patch stand, in the next media process too.
func (e *Engine) Connect(p engine.Patch) {
	p.Streams, p.Tone.Parts = slices.Clone(p.Streams), slices.Clone(p.Tone.Parts)
	p.Held, p.Announce.Parts, p.MusicTone.Parts = slices.Clone(p.Held), slices.Clone(p.Announce.Parts), slices.Clone(p.MusicTone.Parts)
	e.mutex.Lock()
	defer e.mutex.Unlock()
	e.patch = p
	if !e.left.IsZero() && silent(p) {
		return // a telephone that just started takes nobody's call away
	}
	e.closeLeft()
	_ = e.tell(&connect{Patch: p})
}

func silent(p engine.Patch) bool {
	return !p.Mic && len(p.Streams) == 0 && p.Tone.Zero() && p.Clip.File == "" && len(p.Held) == 0
}

// closeLeft ends what another control left; the mutex is held.
func (e *Engine) closeLeft() {
	if !e.left.IsZero() {
		e.left = time.Time{}
		_ = e.tell(&closeLeft{})
	}
}

// Left tells whether streams of another control still run.
func (e *Engine) Left() bool {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	return !e.left.IsZero()
}

// CloseLeft ends the streams that another control left.
func (e *Engine) CloseLeft() {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	e.closeLeft()
	_ = e.tell(&connect{Patch: e.patch})
}

// Steps counts the engine's periods, as told last.
func (e *Engine) Steps() uint64 { return e.report.Load().Steps }

// Xruns are the sound device's counts, as told last.
func (e *Engine) Xruns() (capture, playback uint64) {
	r := e.report.Load()
	return r.Capture, r.Playback
}

// Events is closed by Close. What nobody reads in time is dropped.
func (e *Engine) Events() <-chan engine.Event { return e.events }

// Dropped counts events that nobody read in time.
func (e *Engine) Dropped() uint64 { return e.dropped.Load() }

// Close gives up all streams. Run must have returned.
func (e *Engine) Close() error {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	if e.closed {
		return nil
	}
	e.closed = true
	for _, st := range e.streams {
		st.sockets.close()
	}
	e.streams = nil
	close(e.events)
	return nil
}

// tell sends to the process if there is one; the mutex is held. A process that
// takes nothing any more is as good as dead: Run then ends it.
func (e *Engine) tell(m message, fds ...int) error {
	if e.conn == nil {
		return ErrGone
	}
	err := e.conn.send(m, fds...)
	if err != nil {
		e.broken = fmt.Errorf("the media process is not told: %w", err)
		e.conn.close()
		e.conn = nil
	}
	return err
}

// find looks a stream up; the mutex is held.
func (e *Engine) find(id media.StreamID) *stream {
	for _, st := range e.streams {
		if st.id == id {
			return st
		}
	}
	return nil
}
