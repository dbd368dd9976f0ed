package evdev

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"os"
	"slices"
	"sort"
	"time"

	"github.com/holoplot/go-evdev"

	"offhook/hal"
	"offhook/hal/keys"
)

// Drivers is the table of this package: evdev-keypad, evdev-touch and evdev-hook.
func Drivers() hal.Drivers {
	return hal.Drivers{
		Keypads: map[string]hal.Driver[hal.Keypad]{"evdev-keypad": {
			Defaults: keypadDefaults(),
			Check:    func(p hal.Params) error { _, _, err := keypadParams(p); return err },
			Open: func(_ context.Context, p hal.Params, _ *slog.Logger) (hal.Keypad, error) {
				c, sources, err := keypadParams(p)
				if err != nil {
					return nil, err
				}
				w := where{c.Device, c.Name}
				f, err := openNode(w, c.Grab)
				if err != nil {
					return nil, err
				}
				k := newKeypad(f, sources, c.Long)
				// The node is open already: a change from now on is in its queue.
				if err := k.begin(func(code uint16) (int32, error) { return valueNow(w, uint16(evdev.EV_SW), evdev.EvCode(code)) }); err != nil {
					return nil, errors.Join(err, f.Close())
				}
				return k, nil
			},
		}, "evdev-touch": touchDriver()},
		Hooks: map[string]hal.Driver[hal.Hook]{"evdev-hook": hookDriver()},
	}
}

// keypad is an input device's keys. Its state is its one reader's own.
type keypad struct {
	f       file
	stream  stream
	codes   map[evdev.EvCode]int // contact of each code
	plugs   map[uint16]*plug     // of each switch
	panel   *touch               // nil: it has none
	decoder *keys.Decoder
	closed  []bool
	pending []hal.KeyEvent
	err     error // after the pending events
}

var _ hal.Keypad = (*keypad)(nil)

func newKeypad(f file, sources map[source]hal.Key, long time.Duration) *keypad {
	k := &keypad{f: f, stream: stream{f: f}, codes: map[evdev.EvCode]int{}, plugs: map[uint16]*plug{}}
	var contacts []hal.Key
	known := slices.Collect(maps.Keys(sources))
	sort.Slice(known, func(i, j int) bool { return known[i].code < known[j].code })
	for _, s := range known {
		if s.kind == uint16(evdev.EV_SW) {
			k.plugs[s.code] = &plug{key: sources[s]}
			continue
		}
		k.codes[evdev.EvCode(s.code)] = len(contacts)
		contacts = append(contacts, sources[s])
	}
	k.decoder = keys.NewDecoder(keys.Config{LongPress: long}, contacts) // the kernel's driver has debounced
	k.closed = make([]bool, len(contacts))
	return k
}

// longPoll is how often a held key is looked at for its long press.
const longPoll = 50 * time.Millisecond

// ReadKey returns the next event. One goroutine calls it.
func (k *keypad) ReadKey() (hal.KeyEvent, error) {
	for len(k.pending) == 0 {
		if k.err != nil {
			return hal.KeyEvent{}, k.err
		}
		k.read()
	}
	e := k.pending[0]
	k.pending = k.pending[1:]
	return e, nil
}

func (k *keypad) read() {
	var deadline time.Time
	if k.decoder.Busy() {
		deadline = time.Now().Add(longPoll)
	}
	if err := k.f.SetReadDeadline(deadline); err != nil {
		k.end(hal.ErrClosed) // a deadline fails on a closed file alone
		return
	}
	e, err := k.stream.next()
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
	case err != nil:
		k.end(err)
		return
	case e.kind == uint16(evdev.EV_SYN) && e.code == uint16(evdev.SYN_DROPPED):
		// The kernel's queue overflowed: what is down is not known any more.
		clear(k.closed)
		if k.panel != nil {
			k.panel.lost()
		}
	case k.panel != nil:
		k.panel.step(e, k.closed)
	case e.kind == uint16(evdev.EV_SW):
		k.turn(e.code, e.value != 0)
	case e.kind == uint16(evdev.EV_KEY):
		if i, ok := k.codes[evdev.EvCode(e.code)]; ok {
			k.closed[i] = e.value != 0 // 2 is the kernel's repeat of a held key
		}
	}
	k.pending = append(k.pending, k.decoder.Step(time.Now(), k.closed)...)
}

func (k *keypad) end(err error) {
	k.err = err
	for code := range k.plugs {
		k.turn(code, false)
	}
	k.pending = append(k.pending, k.decoder.ReleaseAll(time.Now())...)
}

// Close wakes the reader.
func (k *keypad) Close() error {
	if err := k.f.Close(); !errors.Is(err, os.ErrClosed) {
		return err
	}
	return nil
}
