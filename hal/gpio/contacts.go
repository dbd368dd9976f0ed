package gpio

import (
	"cmp"
	"errors"
	"fmt"
	"sync"
	"time"

	"periph.io/x/conn/v3/gpio"

	"offhook/hal"
	"offhook/hal/expander"
	"offhook/hal/keys"
)

// decoder makes events of what contacts are (closed means true). Busy asks to be
// called again though nothing changed.
type decoder interface {
	Step(now time.Time, closed []bool) []hal.KeyEvent
	Busy() bool
	ReleaseAll(now time.Time) []hal.KeyEvent
}

// unreadable is how long lines may fail to be read before the keys are given
// up: a disturbed bus of a GPIO expander recovers.
const unreadable = time.Second

// contacts are lines that a decoder makes keys of.
type contacts struct {
	*keys.Queue
	pins      []gpio.PinIO
	activeLow bool
	decoder   decoder
	wake      chan struct{}
	once      sync.Once
	scanning  sync.WaitGroup
	watching  sync.WaitGroup
}

var _ hal.Keypad = (*contacts)(nil)

func newContacts(open opener, chip string, lines []string, activeLow bool, d decoder) (*contacts, error) {
	pins, err := openAll(open, chip, lines)
	if err != nil {
		return nil, err
	}
	s := &contacts{Queue: keys.NewQueue(), pins: pins, activeLow: activeLow, wake: make(chan struct{}, 1), decoder: d}
	for _, p := range pins {
		if err := p.In(pullOf(activeLow), gpio.BothEdges); err != nil {
			halt(pins)
			return nil, err
		}
	}
	for _, p := range pins {
		s.watching.Go(func() { watch(p, s.wake, s.Done()) })
	}
	s.scanning.Go(s.run)
	return s, nil
}

// watch passes a pin's edges on until done.
func watch(p gpio.PinIO, wake chan<- struct{}, done <-chan struct{}) {
	for {
		if p.WaitForEdge(-1) {
			select {
			case wake <- struct{}{}:
			default:
			}
		}
		select {
		case <-done:
			return
		default:
		}
	}
}

func (s *contacts) run() {
	ticker := time.NewTicker(scanEvery)
	defer ticker.Stop()
	closed := make([]bool, len(s.pins))
	var since time.Time // that lines cannot be read
	for {
		now := time.Now()
		err := s.read(closed)
		s.Put(s.decoder.Step(now, closed)...)
		switch {
		case err == nil:
			since = time.Time{}
		case since.IsZero():
			since = now
		case now.Sub(since) >= unreadable && !errors.Is(err, expander.ErrAway): // that comes back
			s.Put(s.decoder.ReleaseAll(now)...)
			s.End(fmt.Errorf("keys: %w: %w", hal.ErrGone, err))
			return
		}
		if err != nil || s.decoder.Busy() {
			ticker.Reset(scanEvery)
		} else {
			ticker.Stop()
		}
		select {
		case <-s.Done():
			return
		case <-s.wake:
		case <-ticker.C:
		}
	}
}

// read looks at every key. One that cannot be read is up.
func (s *contacts) read(closed []bool) error {
	var failed error
	for i, p := range s.pins {
		level, err := levelOn(p)
		closed[i] = err == nil && level == levelOf(true, s.activeLow)
		failed = cmp.Or(failed, err)
	}
	return failed
}

// Close ends reading and gives the lines back.
func (s *contacts) Close() error {
	s.once.Do(func() {
		s.End(hal.ErrClosed)
		s.scanning.Wait() // a line that was given back reads like a key that is down
		halt(s.pins)      // wakes watch
		s.watching.Wait()
	})
	return nil
}
