package faceplate

import (
	"image"
	"image/color"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"offhook/hal"
	"offhook/hal/haltest"
)

func TestConform_keypad(t *testing.T) {
	haltest.Keypad(t, hal.Key5, func(testing.TB) (hal.Keypad, func(hal.Key, bool)) {
		b := newBench(t)
		k := b.keypad()
		c := b.dial()
		return k, func(key hal.Key, down bool) {
			if down {
				b.must(c.Press(key))
			} else {
				b.must(c.Release(key))
			}
		}
	})
}

func TestConform_hook(t *testing.T) {
	haltest.Hook(t, func(testing.TB) (hal.Hook, func(bool)) {
		b := newBench(t)
		h := b.hook(nil)
		c := b.dial()
		return h, func(up bool) {
			if up {
				b.must(c.Hook(hal.OffHook))
			} else {
				b.must(c.Hook(hal.OnHook))
			}
		}
	})
}

func TestConform_display(t *testing.T) {
	for _, mono := range []bool{false, true} {
		haltest.Display(t, func(testing.TB) (hal.Display, func(x, y int) color.Color) {
			d := newDisplay(mono, func(image.Rectangle, bool) {})
			return d, func(x, y int) color.Color {
				d.mu.Lock()
				defer d.mu.Unlock()
				return d.pixels[y*size(mono).Dx()+x]
			}
		})
	}
}

func TestConform_audio(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		haltest.AudioIO(t, func(testing.TB) hal.AudioIO { return testAudio(16000, 10) })
	})
}

func TestConform_mixer(t *testing.T) {
	haltest.Mixer(t, []hal.Output{hal.Handset, hal.Speaker, hal.Headset, hal.Ringer}, func(testing.TB) hal.Mixer {
		var muted atomic.Bool
		return newMixer(func() {}, muted.Store)
	})
}

func TestConform_lamp(t *testing.T) {
	haltest.Indicator(t, func(testing.TB) (hal.Indicator, func() bool) {
		l := newLamp("message", func() {})
		return l, func() bool { return l.get() != hal.LampOff }
	})
}

func TestConform_relay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		haltest.Relay(t, 5*time.Second, func(testing.TB) (hal.Relay, func() bool) {
			r := newRelay("Door", 5*time.Second, func() {})
			return r, func() bool { return r.left() > 0 }
		})
	})
}
