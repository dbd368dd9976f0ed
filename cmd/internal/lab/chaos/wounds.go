package chaos

import (
	"context"
	"fmt"
	"image"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"offhook/hal"
)

// wound is what is wrong with a board: a file of its name says that it is.
type wound string

const (
	noCodec  wound = "wound-codec"   // the sound device is gone
	stuckI2C wound = "wound-i2c"     // every transfer on the bus ends with a time-out
	chatters wound = "wound-chatter" // contacts open and close without end
)

// busTime is how long a transfer on a bus that is stuck keeps who asked for it: the
// kernel's drivers give up after a second (i2c_adapter.timeout).
const busTime = time.Second

// patient is a board that may be wounded.
type patient struct{ dir string }

func (p patient) has(w wound) bool {
	_, err := os.Stat(filepath.Join(p.dir, string(w)))
	return err == nil
}

func (p patient) inflict(w wound, is bool) error {
	file := filepath.Join(p.dir, string(w))
	if is {
		return os.WriteFile(file, nil, 0o600)
	}
	return os.Remove(file)
}

// transfer is one on the bus.
func (p patient) transfer() error {
	if !p.has(stuckI2C) {
		return nil
	}
	time.Sleep(busTime)
	return fmt.Errorf("i2c: %w", syscall.ETIMEDOUT)
}

// drivers are those of a table on a board that may be wounded: display, lamps, mixer
// and keypad are on one I2C bus, the hook on a line of its own.
func (p patient) drivers(table hal.Drivers) hal.Drivers {
	table.Displays = wrapAll(table.Displays, p.transfer, func(d hal.Display) hal.Display { return &woundedDisplay{d, p} })
	table.Indicators = wrapAll(table.Indicators, p.transfer, func(l hal.Indicator) hal.Indicator { return &woundedLamp{l, p} })
	table.Mixers = wrapAll(table.Mixers, p.transfer, func(m hal.Mixer) hal.Mixer { return &woundedMixer{m, p} })
	table.Keypads = wrapAll(table.Keypads, p.transfer, func(k hal.Keypad) hal.Keypad { return newWoundedKeypad(k, p) })
	table.Hooks = wrapAll(table.Hooks, nil, func(h hal.Hook) hal.Hook { return newWoundedHook(h, p) })
	table.Audio = wrapAll(table.Audio, p.plugged, func(a hal.AudioIO) hal.AudioIO { return &woundedCard{AudioIO: a, p: p} })
	return table
}

func (p patient) plugged() error {
	if p.has(noCodec) {
		return fmt.Errorf("codec: %w", hal.ErrGone)
	}
	return nil
}

// wrapAll wraps what drivers open; what check says keeps them from opening.
func wrapAll[T any](drivers map[string]hal.Driver[T], check func() error, wrap func(T) T) map[string]hal.Driver[T] {
	all := map[string]hal.Driver[T]{}
	for name, d := range drivers {
		open := d.Open
		d.Open = func(ctx context.Context, params hal.Params, log *slog.Logger) (none T, err error) {
			if check != nil {
				if err := check(); err != nil {
					return none, err
				}
			}
			device, err := open(ctx, params, log)
			if err != nil {
				return none, err
			}
			return wrap(device), nil
		}
		all[name] = d
	}
	return all
}

type woundedDisplay struct {
	hal.Display
	p patient
}

func (d *woundedDisplay) Draw(r image.Rectangle, src image.Image, at image.Point) error {
	if err := d.p.transfer(); err != nil {
		return err
	}
	return d.Display.Draw(r, src, at)
}

func (d *woundedDisplay) Backlight(percent int) error {
	if err := d.p.transfer(); err != nil {
		return err
	}
	return d.Display.Backlight(percent)
}

type woundedLamp struct {
	hal.Indicator
	p patient
}

func (l *woundedLamp) Set(pattern hal.Pattern) error {
	if err := l.p.transfer(); err != nil {
		return err
	}
	return l.Indicator.Set(pattern)
}

type woundedMixer struct {
	hal.Mixer
	p patient
}

func (m *woundedMixer) Route(o hal.Output) error {
	if err := m.p.transfer(); err != nil {
		return err
	}
	return m.Mixer.Route(o)
}

func (m *woundedMixer) Volume(o hal.Output, percent int) error {
	if err := m.p.transfer(); err != nil {
		return err
	}
	return m.Mixer.Volume(o, percent)
}

func (m *woundedMixer) Mute(on bool) error {
	if err := m.p.transfer(); err != nil {
		return err
	}
	return m.Mixer.Mute(on)
}

// woundedCard is a sound device that can be unplugged; it stays gone until it is
// opened anew.
type woundedCard struct {
	hal.AudioIO
	p    patient
	gone bool // its reader's
}

func (c *woundedCard) ReadPeriod(samples []int16) error {
	if err := c.AudioIO.ReadPeriod(samples); err != nil {
		return err
	}
	if c.gone = c.gone || c.p.has(noCodec); c.gone {
		return fmt.Errorf("capture: %w", hal.ErrGone)
	}
	return nil
}

// often is how often a contact that chatters moves: every other millisecond, long
// after a driver's debouncing.
const often = 2 * time.Millisecond

// mixed hands on what a device tells, and what its wound makes up.
type mixed[T any] struct {
	events  chan T
	failed  chan error
	done    chan struct{}
	once    sync.Once
	working sync.WaitGroup
}

func newMixed[T any]() *mixed[T] {
	return &mixed[T]{events: make(chan T), failed: make(chan error, 2), done: make(chan struct{})}
}

func (m *mixed[T]) next() (event T, err error) {
	select {
	case event = <-m.events:
		return event, nil
	case err = <-m.failed:
		return event, err
	case <-m.done:
		return event, hal.ErrClosed
	}
}

func (m *mixed[T]) put(event T) {
	select {
	case m.events <- event:
	case <-m.done:
	}
}

// pump has read called until it fails.
func (m *mixed[T]) pump(read func() (T, error)) {
	m.working.Go(func() {
		for {
			event, err := read()
			if err != nil {
				m.failed <- err
				return
			}
			m.put(event)
		}
	})
}

// each calls now and then until the device is closed.
func (m *mixed[T]) each(every time.Duration, now func()) {
	m.working.Go(func() {
		for {
			select {
			case <-time.After(every):
				now()
			case <-m.done:
				return
			}
		}
	})
}

func (m *mixed[T]) end(device func() error) (err error) {
	m.once.Do(func() {
		close(m.done)
		err = device()
		m.working.Wait()
	})
	return err
}

type woundedKeypad struct {
	hal.Keypad
	*mixed[hal.KeyEvent]
}

func newWoundedKeypad(k hal.Keypad, p patient) *woundedKeypad {
	w := &woundedKeypad{k, newMixed[hal.KeyEvent]()}
	w.pump(k.ReadKey)
	keys := []hal.Key{hal.Key6, hal.Key0, hal.KeyStar}
	w.each(often, func() {
		if !p.has(chatters) {
			return
		}
		key := keys[rand.IntN(len(keys))]
		w.put(hal.KeyEvent{Key: key, Action: hal.KeyPress, Time: time.Now()})
		w.put(hal.KeyEvent{Key: key, Action: hal.KeyRelease, Time: time.Now()})
	})
	w.each(10*busTime/100, func() {
		if err := p.transfer(); err != nil {
			select {
			case w.failed <- err:
			default: // it has failed
			}
		}
	})
	return w
}

func (w *woundedKeypad) ReadKey() (hal.KeyEvent, error) { return w.next() }
func (w *woundedKeypad) Close() error                   { return w.end(w.Keypad.Close) }

type woundedHook struct {
	hal.Hook
	*mixed[hal.HookState]
}

func newWoundedHook(h hal.Hook, p patient) *woundedHook {
	w := &woundedHook{h, newMixed[hal.HookState]()}
	w.pump(h.ReadHook)
	off := false
	w.each(often, func() {
		switch {
		case p.has(chatters):
			off = !off
		case off: // the handset lay in its cradle all the time
			off = false
		default:
			return
		}
		w.put(map[bool]hal.HookState{true: hal.OffHook, false: hal.OnHook}[off])
	})
	return w
}

func (w *woundedHook) ReadHook() (hal.HookState, error) { return w.next() }
func (w *woundedHook) Close() error                     { return w.end(w.Hook.Close) }
