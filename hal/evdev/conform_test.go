package evdev

import (
	"encoding/binary"
	"testing"

	"github.com/holoplot/go-evdev"

	"offhook/hal"
	"offhook/hal/haltest"
)

func value(on bool) int32 {
	if on {
		return 1
	}
	return 0
}

func TestConform_keypad(t *testing.T) {
	haltest.Keypad(t, hal.Key5, func(testing.TB) (hal.Keypad, func(hal.Key, bool)) {
		r, w := node(t)
		return newTestKeypad(t, r), func(_ hal.Key, down bool) { send(t, w, evdev.EV_KEY, evdev.KEY_5, value(down)) }
	})
}

func TestConform_hook(t *testing.T) {
	haltest.Hook(t, func(testing.TB) (hal.Hook, func(bool)) {
		r, w := node(t)
		h := &hook{f: r, stream: stream{f: r}, kind: uint16(evdev.EV_SW), code: uint16(evdev.SW_HEADPHONE_INSERT), offHook: 1}
		return h, func(up bool) {
			b := make([]byte, eventSize)
			binary.NativeEndian.PutUint16(b[timeSize:], uint16(evdev.EV_SW))
			binary.NativeEndian.PutUint16(b[timeSize+2:], uint16(evdev.SW_HEADPHONE_INSERT))
			binary.NativeEndian.PutUint32(b[timeSize+4:], uint32(value(up)))
			_, _ = w.Write(b) // a device that we closed has no reader any more
		}
	})
}
