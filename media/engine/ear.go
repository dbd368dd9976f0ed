package engine

import (
	"sync"
	"sync/atomic"
	"time"

	"offhook/media"
	"offhook/media/dtmf"
)

const (
	earRoom  = time.Second
	earEvery = 30 * time.Millisecond
	// What we send comes back by a far end's line or microphone: it is no digit of
	// theirs, until so long after it.
	earEcho = 300 * time.Millisecond
)

// ear finds digits in the sound of a stream, beside the engine's thread.
type ear struct {
	pipe *pipe
	done chan struct{}
	wait sync.WaitGroup
	deaf int // samples that are not listened to: the engine's thread
	echo int
	rest media.Frame // silence
}

func newEar(cfg Config, found func(dtmf.Digit)) *ear {
	e := &ear{pipe: newPipe(int(earRoom * time.Duration(cfg.SampleRate) / time.Second)), done: make(chan struct{}),
		echo: int(earEcho * time.Duration(cfg.SampleRate) / time.Second), rest: make(media.Frame, cfg.Period)}
	detector := dtmf.New(cfg.SampleRate, cfg.Period)
	buffer := make(media.Frame, cfg.Period)
	e.wait.Go(func() {
		tick := time.NewTicker(earEvery)
		defer tick.Stop()
		for {
			select {
			case <-e.done:
				return
			case <-tick.C:
			}
			for e.pipe.held() > 0 {
				_ = detector.WriteFrame(buffer[:e.pipe.pull(buffer)])
				for digit, ok := detector.Next(); ok; digit, ok = detector.Next() {
					found(digit)
				}
			}
		}
	})
	return e
}

// listen takes one period: the engine's thread. Dialling says that we send a digit.
func (e *ear) listen(f media.Frame, dialling bool) {
	if dialling {
		e.deaf = e.echo
	}
	if e.deaf > 0 {
		e.deaf -= min(e.deaf, len(f))
		f = e.rest
	}
	e.pipe.push(f)
}

// close ends it, if there is one, and waits.
func (e *ear) close() {
	if e != nil {
		close(e.done)
		e.wait.Wait()
	}
}

// ears is a leg's, as control sets it.
type ears struct{ atomic.Pointer[ear] }

func (e *ears) close() { e.Swap(nil).close() }

// hearDigits begins or ends to find digits in what a leg receives; the mutex is
// held, and what ends is returned to be waited for.
func (e *Engine) hearDigits(l *leg, on bool) (ended *ear) {
	old := l.ear.Load()
	switch {
	case on && old == nil:
		id := l.id
		l.ear.Store(newEar(e.cfg, func(d dtmf.Digit) { e.tell(DigitReceived{id, d.Digit, d.Duration, true}) }))
	case !on && old != nil:
		l.ear.Store(nil)
		return old
	}
	return nil
}
