package haltest

import (
	"sync/atomic"
	"testing"
	"time"

	"offhook/hal"
)

// oneReader holds users to the contract that one goroutine reads.
type oneReader struct {
	t       testing.TB
	reading atomic.Bool
}

func (o *oneReader) enter(what string) {
	if !o.reading.CompareAndSwap(false, true) {
		o.t.Errorf("%s by two at a time", what)
	}
}

func (o *oneReader) leave() { o.reading.Store(false) }

// device is what all fakes are: closed once, and before the test ends.
type device struct {
	done   chan struct{}
	closed atomic.Bool
}

func newDevice(t testing.TB, what string) *device {
	d := &device{done: make(chan struct{})}
	t.Cleanup(func() {
		select {
		case <-d.done:
		default:
			t.Errorf("the %s was not closed", what)
		}
	})
	return d
}

// Close wakes who waits.
func (d *device) Close() error {
	if d.closed.CompareAndSwap(false, true) {
		close(d.done)
	}
	return nil
}

func (d *device) ended() error {
	if d.closed.Load() {
		return hal.ErrClosed
	}
	return nil
}

// FakeKeypad is a keypad whose keys the test presses.
type FakeKeypad struct {
	*device
	reader oneReader
	events chan hal.KeyEvent
	errs   chan error
}

var _ hal.Keypad = (*FakeKeypad)(nil)

// queue is what a fake holds for a reader that is busy; a test that puts in
// more waits.
const queue = 64

// NewKeypad makes a FakeKeypad; the test fails when it is left open.
func NewKeypad(t testing.TB) *FakeKeypad {
	return &FakeKeypad{device: newDevice(t, "keypad"), reader: oneReader{t: t},
		events: make(chan hal.KeyEvent, queue), errs: make(chan error, 1)}
}

// Press puts a key down; Release lets it come up; Tap does both.
func (k *FakeKeypad) Press(key hal.Key) { k.Put(hal.KeyEvent{Key: key, Action: hal.KeyPress}) }

// Release lets a key come up.
func (k *FakeKeypad) Release(key hal.Key) { k.Put(hal.KeyEvent{Key: key, Action: hal.KeyRelease}) }

// Tap presses and releases keys one after the other.
func (k *FakeKeypad) Tap(keys ...hal.Key) {
	for _, key := range keys {
		k.Press(key)
		k.Release(key)
	}
}

// Put puts in any event; without a time it gets the present one.
func (k *FakeKeypad) Put(e hal.KeyEvent) {
	if e.Time.IsZero() {
		e.Time = time.Now()
	}
	select {
	case k.events <- e:
	case <-k.done:
	}
}

// Fail makes reading end with err, after the events that are there.
func (k *FakeKeypad) Fail(err error) { k.errs <- err }

// ReadKey implements hal.Keypad.
func (k *FakeKeypad) ReadKey() (hal.KeyEvent, error) {
	k.reader.enter("ReadKey")
	defer k.reader.leave()
	if err := k.ended(); err != nil {
		return hal.KeyEvent{}, err
	}
	select {
	case e := <-k.events:
		return e, nil
	default:
	}
	select {
	case e := <-k.events:
		return e, nil
	case err := <-k.errs:
		return hal.KeyEvent{}, err
	case <-k.done:
		return hal.KeyEvent{}, hal.ErrClosed
	}
}

// FakeHook is a cradle whose handset the test lifts.
type FakeHook struct {
	*device
	reader oneReader
	states chan hal.HookState
	last   hal.HookState // of Lift
}

var _ hal.Hook = (*FakeHook)(nil)

// NewHook makes a FakeHook with the handset in its cradle; the test fails when
// it is left open.
func NewHook(t testing.TB) *FakeHook {
	h := &FakeHook{device: newDevice(t, "hook"), reader: oneReader{t: t}, states: make(chan hal.HookState, queue)}
	h.states <- hal.OnHook
	return h
}

// Lift takes the handset out of its cradle, or puts it back. One goroutine
// calls it.
func (h *FakeHook) Lift(up bool) {
	s := hal.OnHook
	if up {
		s = hal.OffHook
	}
	if s == h.last {
		return // changes only
	}
	h.last = s
	select {
	case h.states <- s:
	case <-h.done:
	}
}

// ReadHook implements hal.Hook.
func (h *FakeHook) ReadHook() (hal.HookState, error) {
	h.reader.enter("ReadHook")
	defer h.reader.leave()
	if err := h.ended(); err != nil {
		return hal.OnHook, err
	}
	select {
	case s := <-h.states:
		return s, nil
	case <-h.done:
		return hal.OnHook, hal.ErrClosed
	}
}
