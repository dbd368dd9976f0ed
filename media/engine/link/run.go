package link

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"offhook/media/engine"
)

// Times of keeping a process.
const (
	startTime = 5 * time.Second // to be ready in
	deafTime  = 5 * time.Second // without a report: it hangs
	quitTime  = time.Second     // to end in when asked to
	calmTime  = time.Second     // a process that lived this long is no sign of trouble
	mostPause = 5 * time.Second // before the next start
)

// grace is how long the streams of another control may run on.
const grace = 30 * time.Second

// Run keeps a media process until the context ends: one that dies is followed
// by another at once, and by the next ones after growing pauses.
func (e *Engine) Run(ctx context.Context) error {
	for pause := time.Duration(0); ; {
		began := time.Now()
		err := e.keep(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if time.Since(began) > calmTime {
			pause = 0
		}
		e.lost(err, pause > 0)
		if !sleep(ctx, pause) {
			return nil
		}
		pause = min(max(2*pause, 100*time.Millisecond), mostPause)
	}
}

func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// keep works with one process until it is gone.
func (e *Engine) keep(ctx context.Context) error {
	p, err := e.cfg.Launch(ctx)
	if err != nil {
		return err
	}
	defer func() {
		hung := time.AfterFunc(quitTime, p.Kill)
		defer hung.Stop()
		p.Wait()
	}()
	c, err := newConn(p.Socket)
	if err != nil {
		p.Kill()
		return errors.Join(err, p.Socket.Close())
	}
	defer c.close()
	stop := context.AfterFunc(ctx, func() { e.end(c) })
	defer stop()
	if err = e.greet(c, p.Fresh); err == nil {
		err = e.listen(ctx, c)
	} else if !p.Fresh && ctx.Err() == nil {
		// Left by another release, perhaps, that does not understand this one:
		// its calls are over, and the sound device is needed.
		err = fmt.Errorf("%w: %v", errForeign, err)
	}
	if broken := e.detach(); broken != nil {
		err = broken
	}
	if !errors.Is(err, io.EOF) { // else it ends by itself, or has
		p.Kill()
	}
	return err
}

// end asks the process to end; keep hears of it, or gives up waiting.
func (e *Engine) end(c *conn) {
	if c.send(&quit{}) != nil {
		c.close()
		return
	}
	c.within(quitTime)
}

// detach gives up the process, and tells why if that began on this side.
func (e *Engine) detach() error {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	broken := e.broken
	e.conn, e.broken = nil, nil
	return broken
}

// greet makes the process know all that holds. A fresh one hears it all at once:
// on a busy core waiting for its answer first would cost sound.
func (e *Engine) greet(c *conn, fresh bool) error {
	if err := c.send(&hello{Token: e.token, Audio: e.cfg.Audio, Level: e.cfg.Level}); err != nil {
		return err
	}
	if fresh {
		if err := e.attach(c, 0); err != nil {
			return err
		}
	}
	c.within(startTime)
	for {
		m, _, err := c.receive()
		if err != nil {
			return fmt.Errorf("link: the media process does not start: %w", err)
		}
		r, ok := m.(*ready)
		if !ok {
			e.hear(m)
			continue
		}
		if !fresh {
			err = e.attach(c, r.Left)
		}
		if r.Left > 0 {
			e.cfg.Log.Warn("the media process still has streams of an offhook that ended: they run until the phone is used", "streams", r.Left)
		}
		if err == nil {
			e.up(r)
		}
		return err
	}
}

func (e *Engine) up(r *ready) {
	e.mutex.Lock()
	e.failing = false
	e.mutex.Unlock()
	e.status.Store(&Status{Up: true, SampleRate: r.SampleRate, Period: r.Period, Restarts: e.status.Load().Restarts})
}

// attach tells the process the truth; left are another control's streams in it.
func (e *Engine) attach(c *conn, left int) error {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	e.conn = c
	if e.left = (time.Time{}); left > 0 {
		e.left = time.Now().Add(grace)
	}
	for _, st := range e.streams {
		m := open{ID: st.id}
		if st.state != nil {
			m.Resumes, m.State = true, *st.state
		}
		if err := e.tell(&m, st.sockets...); err != nil {
			return err
		}
		if st.spec == nil {
			continue
		}
		if err := e.tell(&update{ID: st.id, Generation: st.generation, Spec: *st.spec}); err != nil {
			return err
		}
	}
	if !e.left.IsZero() && silent(e.patch) {
		return nil
	}
	e.closeLeft()
	return e.tell(&connect{Patch: e.patch})
}

var (
	errEnded   = errors.New("it has ended")
	errForeign = errors.New("link: the media process that another offhook left does not work with this one, perhaps it is another release: ended")
)

// lost notes that the process is gone. Its streams stay; what is asked for is
// refused when another cannot be had at once.
func (e *Engine) lost(err error, failing bool) {
	if errors.Is(err, io.EOF) {
		err = errEnded
	}
	e.cfg.Log.Error("the media process is gone: starting another", "error", err)
	e.mutex.Lock()
	e.failing = failing
	for _, st := range e.streams {
		st.before, st.now = st.stats(), blankStats
	}
	e.mutex.Unlock()
	was := e.status.Load()
	e.status.Store(&Status{Cause: err.Error(), SampleRate: was.SampleRate, Period: was.Period, Restarts: was.Restarts + 1})
	if failing {
		e.event(engine.DeviceChanged{Gone: true, Cause: "the media process does not stay up: " + err.Error()})
	}
}

// listen takes what the process tells.
func (e *Engine) listen(ctx context.Context, c *conn) error {
	for {
		if ctx.Err() == nil {
			c.within(deafTime)
		}
		m, _, err := c.receive()
		if err != nil {
			return err
		}
		e.hear(m)
	}
}

func (e *Engine) hear(m message) {
	switch m := m.(type) {
	case *report:
		e.report.Store(m)
		e.expire()
	case *figures:
		e.note(m)
	case *started:
		e.event(engine.MediaStarted{Stream: m.ID})
	case *received:
		e.event(engine.DigitReceived{Stream: m.Digit.ID, Digit: m.Digit.Digit, Duration: m.Digit.Duration, InBand: m.InBand})
	case *finished:
		if m.Recording {
			e.event(engine.RecordEnded{File: m.File, Length: m.Length, Cause: m.Cause})
		} else {
			e.event(engine.ClipEnded{File: m.File, Take: m.Take, Cause: m.Cause})
		}
	case *device:
		now := *e.status.Load()
		now.Cause = m.Cause
		e.status.Store(&now)
		e.event(engine.DeviceChanged(*m))
	case *failed:
		e.cfg.Log.Error("the media process could not do as told", "stream", m.ID, "error", m.Text)
	case *logged:
		e.log(m)
	}
}

// expire ends another control's streams when their time is over.
func (e *Engine) expire() {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	if !e.left.IsZero() && time.Now().After(e.left) {
		e.closeLeft()
		_ = e.tell(&connect{Patch: e.patch})
	}
}

// note takes a stream's figures. Ones of before the last update do not tell
// where the stream stands now.
func (e *Engine) note(m *figures) {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	st := e.find(m.ID)
	if st == nil {
		return
	}
	st.now = m.Stats
	if m.Generation == st.generation {
		st.state = &m.State
	}
}

func (e *Engine) log(m *logged) {
	e.cfg.Log.Log(context.Background(), m.Level, m.Text)
}

func (e *Engine) event(event engine.Event) {
	e.mutex.Lock() // Close closes the channel
	defer e.mutex.Unlock()
	if e.closed {
		return
	}
	select {
	case e.events <- event:
	default:
		e.dropped.Add(1)
	}
}
