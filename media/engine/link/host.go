package link

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"reflect"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"offhook/media"
	"offhook/media/engine"
)

// Sound is an engine with who keeps it on its sound device.
type Sound struct {
	Engine             *engine.Engine // Host closes it
	SampleRate, Period int
	Run                func(context.Context) error // until the context ends
	Changes            <-chan engine.DeviceChanged // may be nil
}

// HostConfig says how a Host is to be.
type HostConfig struct {
	// Open opens the sound device that control names.
	Open func(context.Context, Audio) (*Sound, error)
	// Listener is where another control may come; nil: none can.
	Listener *net.UnixListener
	// Grace is how long streams run on without a control; 0 means 30 s.
	Grace time.Duration
	// Streams is told how many there are when that changes; may be nil.
	Streams func(n int)
	Log     *Log
}

// Times of telling figures.
const (
	figureTime = 200 * time.Millisecond // while there are streams
	reportTime = time.Second
)

// errQuit ends a Host.
var errQuit = errors.New("link: asked to end")

// Host serves an engine to one control after the other.
type Host struct {
	cfg   HostConfig
	log   *slog.Logger
	audio Audio
	sound *Sound
	patch engine.Patch  // as control names the streams
	fresh chan struct{} // figures are worth telling

	mutex   sync.Mutex // held for looking up
	conn    *conn      // nil while there is no control
	token   uint64
	next    media.StreamID
	streams []*hosted
	device  *device // how it is, as told last; nil: nothing was told
}

// hosted is a stream: control's name for it, and the engine's.
type hosted struct {
	id, name   media.StreamID // control's, the engine's
	left       bool           // by another control: nobody here names it
	generation uint32
}

// NewHost makes a Host.
func NewHost(cfg HostConfig) *Host {
	if cfg.Grace == 0 {
		cfg.Grace = grace
	}
	if cfg.Log == nil {
		cfg.Log = NewLog()
	}
	return &Host{cfg: cfg, log: slog.New(cfg.Log), fresh: make(chan struct{}, 1)}
}

// Run serves until control asks to end (nil), or goes away without a call being
// up (nil), or the context ends.
func (h *Host) Run(ctx context.Context, first *net.UnixConn) error {
	ctx, cancel := context.WithCancel(ctx)
	var parts sync.WaitGroup
	defer parts.Wait()
	defer cancel()
	for socket := first; ; {
		err := h.serve(ctx, socket, &parts)
		h.cfg.Log.attach(nil)
		if errors.Is(err, errQuit) || ctx.Err() != nil {
			err = nil
		} else if h.count() > 0 && h.cfg.Listener != nil {
			if socket, err = h.wait(ctx); err == nil {
				continue
			}
		}
		cancel()
		parts.Wait() // the sound rests
		return errors.Join(err, h.close())
	}
}

// wait waits for another control.
func (h *Host) wait(ctx context.Context) (*net.UnixConn, error) {
	l := h.cfg.Listener
	defer context.AfterFunc(ctx, func() { _ = l.SetDeadline(time.Unix(1, 0)) })()
	_ = l.SetDeadline(time.Now().Add(h.cfg.Grace))
	socket, err := l.AcceptUnix()
	if err != nil {
		return nil, fmt.Errorf("link: control is gone and no other came: %w", err)
	}
	return socket, nil
}

func (h *Host) close() error {
	if h.sound == nil {
		return nil
	}
	return h.sound.Engine.Close()
}

// serve works for one control.
func (h *Host) serve(ctx context.Context, socket *net.UnixConn, parts *sync.WaitGroup) error {
	c, err := newConn(socket)
	if err != nil {
		return errors.Join(err, socket.Close())
	}
	defer c.close()
	defer context.AfterFunc(ctx, c.close)()
	h.cfg.Log.attach(c)
	m, fds, err := c.receive()
	closeAll(fds)
	if err != nil {
		return err
	}
	hi, ok := m.(*hello)
	if !ok {
		return fmt.Errorf("%w: the first one is no greeting", ErrMessage)
	}
	if err := h.welcome(ctx, c, hi, parts); err != nil {
		h.log.Error("the engine does not start", "error", err)
		return errors.Join(err, errQuit)
	}
	ticking, stop := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		h.tick(ticking, c)
	}()
	err = h.obey(c)
	stop()
	<-ended
	h.mutex.Lock()
	h.conn = nil
	h.mutex.Unlock()
	return err
}

// welcome opens the sound device for the first control, and makes the streams
// of another one left ones.
func (h *Host) welcome(ctx context.Context, c *conn, hi *hello, parts *sync.WaitGroup) error {
	h.cfg.Log.level.Set(hi.Level)
	if h.sound == nil {
		sound, err := h.cfg.Open(ctx, hi.Audio)
		if err != nil {
			return err
		}
		h.sound, h.audio = sound, hi.Audio
		parts.Go(func() {
			if err := sound.Run(ctx); err != nil {
				h.log.Error("the sound ended", "error", err)
			}
		})
		parts.Go(func() { h.pump(ctx) })
	} else if !reflect.DeepEqual(h.audio, hi.Audio) {
		return errors.New("the board's sound device has changed: ending, to be started anew")
	}
	h.mutex.Lock()
	defer h.mutex.Unlock()
	left := 0
	for _, s := range h.streams {
		if s.left = s.left || hi.Token != h.token; s.left {
			left++
		}
	}
	if hi.Token != h.token {
		h.patch = engine.Patch{} // what the engine does it goes on doing
	}
	h.token = hi.Token
	// First of all that it hears, so under the lock.
	if err := c.send(&ready{SampleRate: h.sound.SampleRate, Period: h.sound.Period, Left: left}); err != nil {
		return err
	}
	h.conn = c
	if h.device != nil { // told while there was nobody to hear it
		return c.send(h.device)
	}
	return nil
}

// makeWay lets the audio thread go first if its period is there: of threads of
// one priority none interrupts another.
func makeWay() { _, _, _ = unix.RawSyscall(unix.SYS_SCHED_YIELD, 0, 0, 0) }

// tick tells the figures.
func (h *Host) tick(ctx context.Context, c *conn) {
	for {
		figures := h.figures()
		for i := range figures {
			_ = c.send(&figures[i])
			makeWay()
		}
		capture, playback := h.sound.Engine.Xruns()
		makeWay()
		_ = c.send(&report{Steps: h.sound.Engine.Steps(), Capture: capture, Playback: playback})
		pause := reportTime
		if len(figures) > 0 {
			pause = figureTime
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		case <-h.fresh:
			timer.Stop()
		}
	}
}

func (h *Host) figures() []figures {
	h.mutex.Lock()
	streams := make([]hosted, 0, len(h.streams))
	for _, s := range h.streams {
		if !s.left {
			streams = append(streams, *s)
		}
	}
	h.mutex.Unlock()
	var out []figures
	for _, s := range streams {
		state, known := h.sound.Engine.StreamState(s.name)
		stats, _ := h.sound.Engine.StreamStats(s.name)
		if known {
			out = append(out, figures{ID: s.id, Generation: s.generation, Stats: stats, State: state})
		}
	}
	return out
}

// pump tells the engine's events to the control that is there.
func (h *Host) pump(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case e := <-h.sound.Engine.Events():
			h.event(e)
		case e := <-h.sound.Changes:
			h.mutex.Lock()
			h.device = (*device)(&e)
			h.mutex.Unlock()
			h.tell((*device)(&e))
		}
	}
}

func (h *Host) event(e engine.Event) {
	switch e := e.(type) {
	case engine.MediaStarted:
		if id, ok := h.known(e.Stream); ok {
			h.tell(&started{ID: id})
		}
	case engine.DigitReceived:
		if id, ok := h.known(e.Stream); ok {
			h.tell(&received{digit{ID: id, Digit: e.Digit, Duration: e.Duration}, e.InBand})
		}
	case engine.ClipEnded:
		h.tell(&finished{File: e.File, Take: e.Take, Cause: e.Cause})
	case engine.RecordEnded:
		h.tell(&finished{Recording: true, File: e.File, Length: e.Length, Cause: e.Cause})
	}
}

// known is control's name of a stream of the engine.
func (h *Host) known(name media.StreamID) (media.StreamID, bool) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	for _, s := range h.streams {
		if s.name == name && !s.left {
			return s.id, true
		}
	}
	return 0, false
}

func (h *Host) tell(m message) {
	h.mutex.Lock()
	c := h.conn
	h.mutex.Unlock()
	if c != nil {
		_ = c.send(m) // what control does not take it will not miss
	}
}

func (h *Host) count() int {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	return len(h.streams)
}
