package engine

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"offhook/media"
	"offhook/media/session"
	"offhook/media/tone"
)

var _ session.Engine = (*Engine)(nil)

// OpenStream begins a stream on sockets that are the engine's from now on.
func (e *Engine) OpenStream(id media.StreamID, sockets session.Sockets) error {
	return e.ResumeStream(id, sockets, nil)
}

// ResumeStream opens a stream that goes on where another engine's was, when it
// was asked for its StreamState; nil begins a new one.
func (e *Engine) ResumeStream(id media.StreamID, sockets session.Sockets, from *session.State) error {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	if e.closed {
		return ErrClosed
	}
	if e.find(id) != nil {
		return fmt.Errorf("engine: stream %d is open already", id)
	}
	stream, err := session.OpenStream(session.StreamConfig{
		ID: id, Sockets: sockets, Now: e.cfg.Now, Epoch: e.epoch, Real: e.cfg.Real,
		Listener: listener{e}, RTCPInterval: e.cfg.RTCPInterval, Resume: from, Log: e.cfg.Log,
	})
	if err != nil {
		return fmt.Errorf("engine: stream %d: %w", id, err)
	}
	l := newLeg(id, stream, e.cfg)
	if from != nil {
		l.paused = 0 // it has sent packets before, one cannot tell up to when
	}
	e.legs = append(e.legs, l)
	e.rebuild(e.set.Load().generator)
	return nil
}

// UpdateStream says what was negotiated for a stream.
func (e *Engine) UpdateStream(id media.StreamID, spec session.Spec) error {
	e.mutex.Lock()
	leg := e.find(id)
	if leg == nil {
		e.mutex.Unlock()
		return fmt.Errorf("%w: %d", ErrNoStream, id)
	}
	err := leg.update(spec, e.cfg)
	var ended *ear
	if err == nil {
		ended = e.hearDigits(leg, spec.Detect)
	}
	e.mutex.Unlock()
	e.rouse()
	ended.close()
	return err
}

// CloseStream ends a stream and waits for its goroutines.
func (e *Engine) CloseStream(id media.StreamID) error {
	e.mutex.Lock()
	l := e.find(id)
	if l == nil {
		e.mutex.Unlock()
		return nil
	}
	e.legs = slices.DeleteFunc(slices.Clone(e.legs), func(other *leg) bool { return other == l })
	e.rebuild(e.set.Load().generator)
	e.mutex.Unlock()
	err := l.stream.Close()
	l.ear.close()
	return err
}

// StreamStats are a stream's figures; false when there is no such stream.
func (e *Engine) StreamStats(id media.StreamID) (media.Stats, bool) {
	e.mutex.Lock()
	leg, cleaner := e.find(id), e.cleaning
	e.mutex.Unlock()
	if leg == nil {
		return media.Stats{}, false
	}
	stats := leg.stats()
	if cleaner != nil && slices.Contains(e.patched.Load().Streams, id) {
		stats.HandsFree = cleaner.figures()
	}
	return stats, true
}

// StreamState is where a stream stands; false when there is no such stream.
func (e *Engine) StreamState(id media.StreamID) (session.State, bool) {
	e.mutex.Lock()
	leg := e.find(id)
	e.mutex.Unlock()
	if leg == nil {
		return session.State{}, false
	}
	return leg.stream.State(), true
}

// Check finds what an Engine with these codecs would refuse in a Spec.
func Check(spec session.Spec, codecs []media.Codec) error {
	cfg := Config{Codecs: codecs}
	for _, f := range append([]media.Format{spec.Send}, spec.Receive...) {
		if _, err := codec(f, cfg); err != nil {
			return err
		}
	}
	if len(spec.Receive) == 0 {
		return errors.New("engine: no format to receive")
	}
	return nil
}

// SendDigit queues a telephone-event; a duration of 0 means 160 ms.
func (e *Engine) SendDigit(id media.StreamID, digit rune, duration time.Duration) error {
	code, ok := tone.Code(digit)
	if !ok {
		return fmt.Errorf("engine: %q is no DTMF digit: 0-9, *, #, A-D are", digit)
	}
	e.mutex.Lock()
	defer e.mutex.Unlock()
	leg := e.find(id)
	if leg == nil {
		return fmt.Errorf("%w: %d", ErrNoStream, id)
	}
	err := leg.dial(code, duration)
	e.rouse()
	return err
}

// find looks a stream up; the mutex is held.
func (e *Engine) find(id media.StreamID) *leg {
	for _, leg := range e.legs {
		if leg.id == id {
			return leg
		}
	}
	return nil
}
