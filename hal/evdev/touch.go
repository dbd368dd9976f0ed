package evdev

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"

	"github.com/holoplot/go-evdev"

	"offhook/hal"
	"offhook/hal/keys"
)

func touchDriver() hal.Driver[hal.Keypad] {
	return hal.Driver[hal.Keypad]{
		Defaults: touchDefaults(),
		Check:    func(p hal.Params) error { _, err := touchParams(p); return err },
		Open: func(_ context.Context, p hal.Params, _ *slog.Logger) (hal.Keypad, error) {
			c, err := touchParams(p)
			if err != nil {
				return nil, err
			}
			w := where{c.Device, c.Name}
			axes, err := axesOf(w)
			if err != nil {
				return nil, err
			}
			t, err := newTouch(c, axes)
			if err != nil {
				return nil, err
			}
			f, err := openNode(w, c.Grab)
			if err != nil {
				return nil, err
			}
			return t.keypad(f), nil
		},
	}
}

// axesOf asks an input device what it counts in.
func axesOf(w where) (map[evdev.EvCode]evdev.AbsInfo, error) {
	path, err := locate(w)
	if err != nil {
		return nil, err
	}
	d, err := evdev.OpenWithFlags(path, os.O_RDONLY)
	if err != nil {
		return nil, err
	}
	axes, err := d.AbsInfos()
	return axes, errors.Join(err, d.Close())
}

// keypad is the touch screen's, read from a node.
func (t *touch) keypad(f file) *keypad {
	contacts := t.config.contacts()
	return &keypad{f: f, stream: stream{f: f}, panel: t, closed: make([]bool, len(contacts)),
		decoder: keys.NewDecoder(keys.Config{LongPress: t.config.Long}, contacts)}
}

// axis is what a touch screen counts its width or height in.
type axis struct{ low, high int32 }

// place is the pixel of a value, of so many.
func (a axis) place(value int32, pixels int, inverted bool) int {
	at := int((int64(value) - int64(a.low)) * int64(pixels) / (int64(a.high) - int64(a.low) + 1))
	at = min(max(at, 0), pixels-1)
	if inverted {
		return pixels - 1 - at
	}
	return at
}

// touch is a touch screen whose zones are keys. It goes by the one finger that the kernel
// makes of all that there are (BTN_TOUCH, ABS_X and ABS_Y:
// Documentation/input/multi-touch-protocol.rst); the zone that it came down in is
// held until the finger leaves it, and sliding into another presses nothing.
type touch struct {
	config touchConfig
	x, y   axis
	atX    int32
	atY    int32
	down   bool // at the last report
	now    bool
	held   int // zone; -1: none
}

func newTouch(c touchConfig, axes map[evdev.EvCode]evdev.AbsInfo) (*touch, error) {
	t := &touch{config: c, held: -1}
	for code, a := range map[evdev.EvCode]*axis{evdev.ABS_X: &t.x, evdev.ABS_Y: &t.y} {
		info, ok := axes[code]
		if !ok || info.Maximum <= info.Minimum {
			return nil, fmt.Errorf("it is no touch screen: it tells of no %s (offhook board probe lists those that are)", evdev.ABSToString[code])
		}
		*a = axis{info.Minimum, info.Maximum}
	}
	t.atX, t.atY = axes[evdev.ABS_X].Value, axes[evdev.ABS_Y].Value // the kernel tells changes alone
	return t, nil
}

// step takes an event; closed are the zones that are held.
func (t *touch) step(e event, closed []bool) {
	switch {
	case e.kind == uint16(evdev.EV_ABS) && e.code == uint16(evdev.ABS_X):
		t.atX = e.value
	case e.kind == uint16(evdev.EV_ABS) && e.code == uint16(evdev.ABS_Y):
		t.atY = e.value
	case e.kind == uint16(evdev.EV_KEY) && e.code == uint16(evdev.BTN_TOUCH):
		t.now = e.value != 0
	case e.kind == uint16(evdev.EV_SYN) && e.code == uint16(evdev.SYN_REPORT):
		t.report(closed)
	}
}

func (t *touch) report(closed []bool) {
	zone := -1
	if t.now {
		zone = t.config.zoneAt(t.pixel())
	}
	switch {
	case t.now && !t.down:
		t.held = zone
	case zone != t.held:
		t.held = -1
	}
	t.down = t.now
	for i := range closed {
		closed[i] = i == t.held
	}
}

// lost is a queue that overflowed: the finger may be anywhere, or gone. Nothing is pressed
// until another comes down.
func (t *touch) lost() { t.now, t.held = false, -1 }

// pixel is where the finger is in the picture.
func (t *touch) pixel() (x, y int) {
	c := t.config
	if c.Swapped {
		return t.y.place(t.atY, c.Width, c.InvertedX), t.x.place(t.atX, c.Height, c.InvertedY)
	}
	return t.x.place(t.atX, c.Width, c.InvertedX), t.y.place(t.atY, c.Height, c.InvertedY)
}

// contacts are the keys of the zones.
func (c touchConfig) contacts() []hal.Key {
	var all []hal.Key
	for _, z := range c.zones {
		all = append(all, z.key)
	}
	return all
}
