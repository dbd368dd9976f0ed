package evdev

import (
	"encoding/binary"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/holoplot/go-evdev"

	"offhook/hal"
)

// node is a device node made of a pipe.
func node(t *testing.T) (read, write *os.File) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close(); w.Close() })
	return r, w
}

func send(t *testing.T, w *os.File, kind evdev.EvType, code evdev.EvCode, value int32) {
	t.Helper()
	b := make([]byte, eventSize)
	binary.NativeEndian.PutUint16(b[timeSize:], uint16(kind))
	binary.NativeEndian.PutUint16(b[timeSize+2:], uint16(code))
	binary.NativeEndian.PutUint32(b[timeSize+4:], uint32(value))
	if _, err := w.Write(b); err != nil {
		t.Fatal(err)
	}
}

func expect(t *testing.T, k hal.Keypad, key hal.Key, action hal.KeyAction) {
	t.Helper()
	e, err := k.ReadKey()
	if err != nil || e.Key != key || e.Action != action {
		t.Errorf("read %v, %v; want %s %d", e, err, key, action)
	}
}

func newTestKeypad(t *testing.T, f file) hal.Keypad {
	t.Helper()
	_, codes, err := keypadParams(hal.Params{"device": "/dev/input/event0"})
	if err != nil {
		t.Fatal(err)
	}
	return newKeypad(f, codes, 60*time.Millisecond)
}

func TestKeypad(t *testing.T) {
	r, w := node(t)
	k := newTestKeypad(t, r)
	send(t, w, evdev.EV_KEY, evdev.KEY_KP5, 1)
	send(t, w, evdev.EV_SYN, 0, 0)
	send(t, w, evdev.EV_KEY, evdev.KEY_Q, 1) // not in the keymap
	send(t, w, evdev.EV_KEY, evdev.KEY_KP5, 2)
	send(t, w, evdev.EV_KEY, evdev.KEY_KP5, 0)
	expect(t, k, "5", hal.KeyPress)
	expect(t, k, "5", hal.KeyRelease)

	send(t, w, evdev.EV_KEY, evdev.KEY_0, 1) // held: long by time alone
	expect(t, k, "0", hal.KeyPress)
	expect(t, k, "0", hal.KeyLong)

	send(t, w, evdev.EV_SYN, evdev.SYN_DROPPED, 0)
	expect(t, k, "0", hal.KeyRelease)

	send(t, w, evdev.EV_KEY, evdev.KEY_1, 1)
	expect(t, k, "1", hal.KeyPress)
	w.Close() // unplugged with a key down
	expect(t, k, "1", hal.KeyRelease)
	if _, err := k.ReadKey(); !errors.Is(err, hal.ErrGone) {
		t.Errorf("unplugged: %v", err)
	}
}

// A jack's switch is a key that a plug holds down.
func TestKeypad_jack(t *testing.T) {
	r, w := node(t)
	_, sources, err := keypadParams(hal.Params{"name": "Headset Jack", "keymap": map[string]any{"SW_HEADPHONE_INSERT": "headset-plug", "KEY_1": "1"}})
	if err != nil {
		t.Fatal(err)
	}
	k := newKeypad(r, sources, 60*time.Millisecond)
	fault := errors.New("not now")
	if err := k.begin(func(uint16) (int32, error) { return 0, fault }); !errors.Is(err, fault) {
		t.Errorf("a switch that cannot be asked: %v", err)
	}
	if err := k.begin(func(code uint16) (int32, error) { return int32(code), nil }); err != nil {
		t.Fatal(err)
	}
	expect(t, k, hal.KeyHeadsetPlug, hal.KeyPress) // was in
	send(t, w, evdev.EV_SW, evdev.SW_HEADPHONE_INSERT, 1)
	send(t, w, evdev.EV_SW, evdev.SW_MICROPHONE_INSERT, 1) // not in the keymap
	send(t, w, evdev.EV_KEY, evdev.SW_HEADPHONE_INSERT, 1) // KEY_1 has the same number
	expect(t, k, "1", hal.KeyPress)
	send(t, w, evdev.EV_SYN, evdev.SYN_DROPPED, 0)
	expect(t, k, "1", hal.KeyRelease) // and the plug stays
	send(t, w, evdev.EV_SW, evdev.SW_HEADPHONE_INSERT, 0)
	expect(t, k, hal.KeyHeadsetPlug, hal.KeyRelease)
	if k.decoder.Busy() {
		t.Error("a plug is looked at again and again")
	}
	send(t, w, evdev.EV_SW, evdev.SW_HEADPHONE_INSERT, 1)
	expect(t, k, hal.KeyHeadsetPlug, hal.KeyPress)
	w.Close() // unplugged with the plug in it
	expect(t, k, hal.KeyHeadsetPlug, hal.KeyRelease)
	if _, err := k.ReadKey(); !errors.Is(err, hal.ErrGone) {
		t.Errorf("unplugged: %v", err)
	}
}

func TestKeypad_closed_wakes_the_reader(t *testing.T) {
	r, _ := node(t)
	k := newTestKeypad(t, r)
	ended := make(chan error)
	go func() {
		_, err := k.ReadKey()
		ended <- err
	}()
	if err := errors.Join(k.Close(), k.Close()); err != nil {
		t.Error(err)
	}
	if err := <-ended; !errors.Is(err, hal.ErrClosed) {
		t.Errorf("ended with %v", err)
	}
}

func TestHook(t *testing.T) {
	r, w := node(t)
	h := &hook{f: r, stream: stream{f: r}, kind: uint16(evdev.EV_SW), code: uint16(evdev.SW_HEADPHONE_INSERT), offHook: 1}
	send(t, w, evdev.EV_SW, evdev.SW_HEADPHONE_INSERT, 0) // no change
	send(t, w, evdev.EV_SW, evdev.SW_HEADPHONE_INSERT, 1)
	send(t, w, evdev.EV_SW, evdev.SW_HEADPHONE_INSERT, 0)
	for i, want := range []hal.HookState{hal.OnHook, hal.OffHook, hal.OnHook} {
		if s, err := h.ReadHook(); err != nil || s != want {
			t.Errorf("reading %d: %v, %v", i, s, err)
		}
	}
	h.Close()
	if _, err := h.ReadHook(); !errors.Is(err, hal.ErrClosed) {
		t.Errorf("closed: %v", err)
	}
}

func TestCheck(t *testing.T) {
	keypad, hook := Drivers().Keypads["evdev-keypad"].Check, Drivers().Hooks["evdev-hook"].Check
	cases := []struct {
		name  string
		check func(hal.Params) error
		in    hal.Params
		want  string
	}{
		{"by name -> good", keypad, hal.Params{"name": "USB Keypad"}, ""},
		{"own keymap -> good", keypad, hal.Params{"device": "/dev/input/event1", "keymap": map[string]any{"KEY_A": "call"}}, ""},
		{"neither device nor name -> said", keypad, hal.Params{}, "device: give either"},
		{"unknown code -> said", keypad, hal.Params{"name": "x", "keymap": map[string]any{"KEY_NONE": "1"}}, "keymap.KEY_NONE: is not a key or switch code"},
		{"unknown key -> said", keypad, hal.Params{"name": "x", "keymap": map[string]any{"KEY_1": "one"}}, `keymap.KEY_1: "one" is not a key`},
		{"switch -> good", hook, hal.Params{"name": "x", "code": "SW_HEADPHONE_INSERT"}, ""},
		{"unknown switch -> said", hook, hal.Params{"name": "x", "code": "SW_HOOK"}, `code: "SW_HOOK" is not`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			err := c.check(c.in)
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.HasPrefix(err.Error(), c.want)) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}
