// Package evdev reads keys and the hook from the kernel's input devices: a USB
// keypad, the kernel's own gpio-keys and matrix drivers, a remote control.
package evdev

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/holoplot/go-evdev"

	"offhook/hal"
)

// where says which input device.
type where struct {
	Device string `param:"device"` // /dev/input/by-path/…
	Name   string `param:"name"`   // as the kernel names it
}

func (w where) check() error {
	if (w.Device == "") == (w.Name == "") {
		return hal.Faultf("device", "give either device (a path such as /dev/input/by-path/…) or name (as cat /proc/bus/input/devices has it)")
	}
	return nil
}

type keypadConfig struct {
	Device string             `param:"device"`
	Name   string             `param:"name"`
	Grab   bool               `param:"grab"`   // keep the keys from the console
	Keymap map[string]hal.Key `param:"keymap"` // by KEY_ or SW_ name; the usual one when absent
	Long   time.Duration      `param:"long-press-ms"`
}

// usual is the keymap of keypads and keyboards.
func usual() map[string]hal.Key {
	m := map[string]hal.Key{
		"KEY_KPASTERISK": hal.KeyStar, "KEY_KPMINUS": hal.KeyPound, "KEY_NUMERIC_STAR": hal.KeyStar, "KEY_NUMERIC_POUND": hal.KeyPound,
		"KEY_ENTER": hal.KeyOK, "KEY_KPENTER": hal.KeyOK, "KEY_OK": hal.KeyOK, "KEY_ESC": hal.KeyCancel, "KEY_BACKSPACE": hal.KeyCancel, "KEY_CANCEL": hal.KeyCancel,
		"KEY_UP": hal.KeyUp, "KEY_DOWN": hal.KeyDown, "KEY_LEFT": hal.KeyLeft, "KEY_RIGHT": hal.KeyRight, "KEY_MENU": hal.KeyMenu,
		"KEY_VOLUMEUP": hal.KeyVolumeUp, "KEY_VOLUMEDOWN": hal.KeyVolumeDown, "KEY_MUTE": hal.KeyMute, "KEY_MICMUTE": hal.KeyMute,
		"KEY_REDO": hal.KeyRedial, "KEY_MESSENGER": hal.KeyMessages, "KEY_PHONE": hal.KeySpeaker,
		"KEY_F1": hal.KeySoft1, "KEY_F2": hal.KeySoft2, "KEY_F3": hal.KeySoft3, "KEY_F4": hal.KeySoft4,
	}
	for d := range 10 {
		for _, form := range []string{"KEY_%d", "KEY_KP%d", "KEY_NUMERIC_%d"} {
			m[fmt.Sprintf(form, d)] = hal.Key(fmt.Sprint(d))
		}
	}
	return m
}

func keypadDefaults() keypadConfig { return keypadConfig{Long: 800 * time.Millisecond} }

// source is what an input device tells of: a key (EV_KEY) or a switch (EV_SW).
type source struct{ kind, code uint16 }

// named finds a source by its name in the kernel's headers.
func named(name string) (source, bool) {
	if sw, ok := evdev.SWFromString[name]; ok {
		return source{uint16(evdev.EV_SW), uint16(sw)}, true
	}
	key, ok := evdev.KEYFromString[name]
	return source{uint16(evdev.EV_KEY), uint16(key)}, ok
}

func keypadParams(p hal.Params) (keypadConfig, map[source]hal.Key, error) {
	c := keypadDefaults()
	if err := hal.Decode(p, &c); err != nil {
		return c, nil, err
	}
	if c.Keymap == nil {
		c.Keymap = usual()
	}
	sources := map[source]hal.Key{}
	faults := []error{where{c.Device, c.Name}.check()}
	for _, name := range slices.Sorted(maps.Keys(c.Keymap)) {
		from, ok := named(name)
		if !ok {
			faults = append(faults, hal.Faultf("keymap."+name, "is not a key or switch code of the kernel (see input-event-codes.h)"))
		}
		if !slices.Contains(hal.Keys(), c.Keymap[name]) {
			faults = append(faults, hal.Faultf("keymap."+name, "%q is not a key (keys: %v)", c.Keymap[name], hal.Keys()))
		}
		sources[from] = c.Keymap[name]
	}
	return c, sources, errors.Join(faults...)
}

type hookConfig struct {
	Device  string `param:"device"`
	Name    string `param:"name"`
	Code    string `param:"code,required"`         // KEY_ or SW_ name
	OffHook int    `param:"off-hook" range:"0..1"` // the code's value when the handset is lifted: 0 or 1
}

func hookParams(p hal.Params) (hookConfig, uint16, evdev.EvCode, error) {
	c := hookConfig{OffHook: 1}
	if err := hal.Decode(p, &c); err != nil {
		return c, 0, 0, err
	}
	faults := []error{where{c.Device, c.Name}.check()}
	from, ok := named(c.Code)
	if !ok {
		faults = append(faults, hal.Faultf("code", "%q is not a key or switch code of the kernel (see input-event-codes.h)", c.Code))
	}
	return c, from.kind, evdev.EvCode(from.code), errors.Join(faults...)
}
