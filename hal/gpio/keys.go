package gpio

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"periph.io/x/conn/v3/gpio"

	"offhook/hal"
	"offhook/hal/keys"
)

type keysConfig struct {
	Chip      string             `param:"chip"`
	Keys      map[hal.Key]string `param:"keys,required" takes:"line"` // the line of each
	ActiveLow bool               `param:"active-low"`
	Debounce  time.Duration      `param:"debounce-delay-ms"`
	Long      time.Duration      `param:"long-press-ms"`
}

func keysDefaults() keysConfig {
	return keysConfig{ActiveLow: true, Debounce: 15 * time.Millisecond, Long: 800 * time.Millisecond}
}

func keysParams(p hal.Params) (keysConfig, error) {
	c := keysDefaults()
	if err := hal.Decode(p, &c); err != nil {
		return c, err
	}
	faults := []error{checkChip(c.Chip)}
	seen := map[string]string{}
	for _, k := range slices.Sorted(maps.Keys(c.Keys)) {
		at := "keys." + string(k)
		if !slices.Contains(hal.Keys(), k) {
			faults = append(faults, hal.Faultf(at, "%q is not a key (keys: %v)", k, hal.Keys()))
		}
		faults = append(faults, checkLine(at, c.Chip, c.Keys[k]), checkOnce(at, c.Keys[k], seen))
	}
	return c, errors.Join(faults...)
}

func keysDriver(open opener) hal.Driver[hal.Keypad] {
	return hal.Driver[hal.Keypad]{
		Defaults: keysDefaults(),
		Check:    func(p hal.Params) error { _, err := keysParams(p); return err },
		Open: func(_ context.Context, p hal.Params, _ *slog.Logger) (hal.Keypad, error) {
			c, err := keysParams(p)
			if err != nil {
				return nil, err
			}
			return newSingleKeys(c, open)
		},
	}
}

// unreadable is how long lines may fail to be read before the keys are given
// up: a disturbed bus of a GPIO expander recovers.
const unreadable = time.Second

// singleKeys are keys with a line each.
type singleKeys struct {
	*keys.Queue
	pins      []gpio.PinIO
	activeLow bool
	decoder   *keys.Decoder
	wake      chan struct{}
	once      sync.Once
	scanning  sync.WaitGroup
	watching  sync.WaitGroup
}

var _ hal.Keypad = (*singleKeys)(nil)

func newSingleKeys(c keysConfig, open opener) (*singleKeys, error) {
	names := slices.Sorted(maps.Keys(c.Keys))
	lines := make([]string, len(names))
	for i, k := range names {
		lines[i] = c.Keys[k]
	}
	pins, err := openAll(open, c.Chip, lines)
	if err != nil {
		return nil, err
	}
	s := &singleKeys{Queue: keys.NewQueue(), pins: pins, activeLow: c.ActiveLow, wake: make(chan struct{}, 1),
		decoder: keys.NewDecoder(keys.Config{Debounce: c.Debounce, LongPress: c.Long}, names)}
	for _, p := range pins {
		if err := p.In(pullOf(c.ActiveLow), gpio.BothEdges); err != nil {
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

func (s *singleKeys) run() {
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
		case now.Sub(since) >= unreadable:
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
func (s *singleKeys) read(closed []bool) error {
	var failed error
	for i, p := range s.pins {
		level, err := levelOn(p)
		closed[i] = err == nil && level == levelOf(true, s.activeLow)
		failed = cmp.Or(failed, err)
	}
	return failed
}

// Close ends reading and gives the lines back.
func (s *singleKeys) Close() error {
	s.once.Do(func() {
		s.End(hal.ErrClosed)
		s.scanning.Wait() // a line that was given back reads like a key that is down
		halt(s.pins)      // wakes watch
		s.watching.Wait()
	})
	return nil
}
