package alsa

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"slices"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"offhook/hal"
)

type jackConfig struct {
	Card    string  `param:"card"`
	Control string  `param:"control"`
	Key     hal.Key `param:"key"`
}

func jackDefaults() jackConfig {
	return jackConfig{Card: "0", Control: "Headphone Jack", Key: hal.KeyHeadsetPlug}
}

func jackParams(p hal.Params) (jackConfig, error) {
	c := jackDefaults()
	if err := hal.Decode(p, &c); err != nil {
		return c, err
	}
	faults := []error{checkCard("card", c.Card)}
	if !slices.Contains(hal.Keys(), c.Key) {
		faults = append(faults, hal.Faultf("key", "%q is not a key (keys: %v)", c.Key, hal.Keys()))
	}
	return c, errors.Join(faults...)
}

func jackDriver(k *machineCards) hal.Driver[hal.Keypad] {
	return hal.Driver[hal.Keypad]{
		Defaults: jackDefaults(),
		Check:    func(p hal.Params) error { _, err := jackParams(p); return err },
		Open: func(_ context.Context, p hal.Params, _ *slog.Logger) (hal.Keypad, error) {
			c, err := jackParams(p)
			if err != nil {
				return nil, err
			}
			j, err := openJack(k, c)
			if err != nil {
				return nil, err
			}
			return j, nil
		},
	}
}

// Jack is a card's jack as a key: pressed while something is plugged in, from the
// beginning on.
type Jack struct {
	key     hal.Key
	control control
	element *element
	changes io.ReadCloser

	mu     sync.Mutex // over the use of control, which does not block, and its end
	closed bool

	// ReadKey's own
	told bool // as pressed
	seen bool // looked at since the last change
	note [eventSize]byte
}

var _ hal.Keypad = (*Jack)(nil)

func openJack(k *machineCards, c jackConfig) (*Jack, error) {
	number, err := k.find(c.Card)
	if err != nil {
		return nil, err
	}
	device, err := k.openControl(number)
	if err != nil {
		return nil, fmt.Errorf("jack of sound card %s: %w", c.Card, err)
	}
	j := &Jack{key: c.Key, control: device}
	// Changes are waited for before the jack is looked at: none is missed.
	if j.changes, err = k.watch(number); err != nil {
		return nil, errors.Join(fmt.Errorf("jack of sound card %s: %w", c.Card, err), device.close())
	}
	if j.element, err = findJack(device, c); err != nil {
		return nil, errors.Join(err, j.changes.Close(), device.close())
	}
	return j, nil
}

func findJack(device control, c jackConfig) (*element, error) {
	all, err := listElements(device, c.Card)
	if err != nil {
		return nil, err
	}
	el, err := all.get(c.Control)
	if err != nil {
		return nil, err
	}
	if el.info.kind != typeBoolean || !el.known {
		return nil, fmt.Errorf("mixer of sound card %s: %q is not a jack: it cannot be read as in or out", c.Card, c.Control)
	}
	return el, nil
}

// ReadKey returns the next change. One goroutine calls it.
func (j *Jack) ReadKey() (hal.KeyEvent, error) {
	for {
		if !j.seen {
			if err := j.look(); err != nil {
				return j.lost(err)
			}
			j.seen = true
		}
		if in := j.element.isOn(); in != j.told {
			j.told = in
			return j.event(in), nil
		}
		// Whichever control changed: the jack is looked at again.
		j.seen = false
		if _, err := j.changes.Read(j.note[:]); err != nil {
			return j.lost(err)
		}
	}
}

func (j *Jack) look() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.closed {
		return hal.ErrClosed
	}
	return j.element.look()
}

func (j *Jack) event(in bool) hal.KeyEvent {
	action := hal.KeyRelease
	if in {
		action = hal.KeyPress
	}
	return hal.KeyEvent{Key: j.key, Action: action, Time: time.Now()}
}

// lost ends reading; with the card its plug is gone.
func (j *Jack) lost(err error) (hal.KeyEvent, error) {
	err = j.end(err)
	if j.told && errors.Is(err, hal.ErrGone) {
		j.told = false
		return j.event(false), nil // the next call fails again
	}
	return hal.KeyEvent{}, err
}

func (j *Jack) end(err error) error {
	switch {
	case errors.Is(err, hal.ErrClosed), errors.Is(err, fs.ErrClosed):
		return hal.ErrClosed
	case errors.Is(err, hal.ErrGone):
		return err
	case errors.Is(err, unix.ENODEV), errors.Is(err, io.EOF):
		return fmt.Errorf("jack of sound card %s: %w: %w", j.element.card, hal.ErrGone, err)
	}
	return fmt.Errorf("jack of sound card %s: %w", j.element.card, err)
}

// Close wakes the reader.
func (j *Jack) Close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.closed {
		return nil
	}
	j.closed = true
	return errors.Join(j.changes.Close(), j.control.close())
}
