//go:build browser

package browsertest

import (
	"fmt"
	"image"
	"image/color"
	"slices"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"offhook/hal"
)

func (b *bench) wantKey(key hal.Key, action hal.KeyAction) {
	b.Helper()
	e, err := b.keypad.ReadKey()
	if err != nil || e.Key != key || e.Action != action {
		b.Fatalf("%+v, %v; want %s %d", e, err, key, action)
	}
}

func TestPage(t *testing.T) {
	b := newBench(t, "")
	b.browse("use-fake-ui-for-media-stream", true)
	b.draw(idle)
	b.visit("")
	b.loop()

	t.Run("every key -> pressed and released", func(t *testing.T) {
		for _, k := range hal.Keys() {
			if slices.Contains([]hal.Key{hal.KeyCall, hal.KeyExit, hal.KeyDoorOpen, hal.KeyTamper, hal.KeyHeadsetPlug}, k) { // a door station's, and a jack
				continue
			}
			b.do(chromedp.Click(`[data-key="` + string(k) + `"]`))
			b.wantKey(k, hal.KeyPress)
			b.wantKey(k, hal.KeyRelease)
		}
	})
	t.Run("held -> a long press", func(t *testing.T) {
		b.do(js(`faceplate.keys.press('0', 'test')`))
		b.wantKey(hal.Key0, hal.KeyPress)
		b.wantKey(hal.Key0, hal.KeyLong)
		b.do(js(`dispatchEvent(new Event('blur'))`)) // the window loses the keyboard
		b.wantKey(hal.Key0, hal.KeyRelease)
	})
	t.Run("tabulator and space -> the key in focus", func(t *testing.T) {
		b.do(js(`document.querySelector('[data-key=line8]').focus()`), chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent(" "))
		b.wantKey(hal.KeySoft1, hal.KeyPress)
		b.wantKey(hal.KeySoft1, hal.KeyRelease)
		b.do(js(`document.activeElement.blur()`))
	})
	t.Run("keyboard -> the same keys", func(t *testing.T) {
		for in, key := range map[string]hal.Key{"7": hal.Key7, "*": hal.KeyStar, kb.Enter: hal.KeyOK, kb.Escape: hal.KeyCancel, kb.ArrowUp: hal.KeyUp, "m": hal.KeyMute, "s": hal.KeySpeaker} {
			b.do(chromedp.KeyEvent(in))
			b.wantKey(key, hal.KeyPress)
			b.wantKey(key, hal.KeyRelease)
		}
	})
	t.Run("handset -> off-hook and on-hook", func(t *testing.T) {
		for _, want := range []hal.HookState{hal.OnHook, hal.OffHook, hal.OnHook} {
			if s, err := b.hook.ReadHook(); err != nil || s != want {
				t.Fatalf("%d, %v; want %d", s, err, want)
			}
			if want == hal.OffHook {
				b.do(poll(`document.querySelector('#hook').ariaPressed === 'true'`), chromedp.KeyEvent("h"))
			} else {
				b.do(chromedp.Click("#hook"))
			}
		}
	})
	t.Run("screen -> the firmware's pixels", func(t *testing.T) {
		img := image.NewRGBA(b.display.Bounds())
		for i := range img.Pix {
			img.Pix[i] = uint8(i*i/7) | uint8(i%4/3)*255
		}
		b.show(img)
		sum := 0
		for y := range 240 {
			for x := range 320 {
				r, _, _, _ := b.display.ColorModel().Convert(img.At(x, y)).RGBA()
				sum += int(r>>8) * (1 + x%7 + y%5)
			}
		}
		b.do(poll(`(() => {
			const {data} = faceplate.screen.pixels.getImageData(0, 0, 320, 240);
			let sum = 0;
			for (let i = 0; i < 320 * 240; i++) sum += data[i * 4] * (1 + i % 320 % 7 + Math.floor(i / 320) % 5);
			return sum === ` + itoa(sum) + `;
		})()`))
	})
	t.Run("mono panel -> 128x64", func(t *testing.T) {
		resized := b.display.(hal.Resizer).Resized()
		b.do(chromedp.Click(`[value=mono] + span`))
		<-resized
		if b.display.Bounds() != image.Rect(0, 0, 128, 64) {
			t.Errorf("bounds %v", b.display.Bounds())
		}
		b.do(poll(`faceplate.screen.native.width === 128`), chromedp.Click(`[value=colour] + span`))
		<-resized
	})
	t.Run("lamps and relay -> shown", func(t *testing.T) {
		b.must(b.lamps["line2"].Set(hal.LampSlow))
		b.must(b.relay.Pulse(time.Minute))
		b.do(poll(`document.querySelector('[data-lamp=line2]').dataset.pattern === 'slow'`), poll(`document.querySelector('.relay.energised em')?.textContent === 'Door'`))
		b.must(b.lamps["line2"].Set(hal.LampOff))
		b.must(b.relay.Release())
		b.do(poll(`!document.querySelector('.relay.energised')`))
	})
	t.Run("sound -> there and back", func(t *testing.T) {
		b.do(chromedp.Click("#unlock"), poll(`faceplate.sound.state === 'on'`))
		for _, source := range []string{"mic", "voice"} {
			b.do(chromedp.SetValue("#source", source),
				js(`document.querySelector('#source').dispatchEvent(new Event('change'))`),
				poll(`faceplate.audio.captured > 50 && faceplate.audio.received > 50 && faceplate.audio.played > 50`),
				poll(`faceplate.audio.mic > 0.05`), poll(`faceplate.audio.ear > 0.05`))
		}
		before := b.stats()
		b.do(poll(fmt.Sprintf(`faceplate.audio.received > %v && faceplate.audio.captured > %v`, before["received"]+300, before["captured"]+300)))
	})
}

func TestNoPermission(t *testing.T) {
	b := newBench(t, "")
	b.browse("deny-permission-prompts", true)
	b.visit("?embed=1")
	b.loop()
	b.do(chromedp.Click("#unlock"), poll(`faceplate.sound.state === 'on'`),
		poll(`document.querySelector('#source').value === 'voice'`), poll(`faceplate.audio.ear > 0.05`))
}

func TestPageComesBack(t *testing.T) {
	b := newBench(t, "")
	b.browse()
	b.visit("")
	addr := b.panel.URL()
	b.do(js(`faceplate.keys.press('5', 'test')`))
	b.wantKey(hal.Key5, hal.KeyPress)
	b.must(b.panel.Close())
	b.do(poll(`faceplate.power === 'off'`))
	b.shot("off", 760, 900, 1)
	again := newBench(t, addr[len("http://"):len(addr)-1])
	again.browser = b.browser
	again.do(poll(`faceplate.power === 'on'`), js(`faceplate.keys.tap('6')`))
	again.wantKey(hal.Key6, hal.KeyPress)
}

// TestPictures shows the states that a person judges; it fails only if one
// cannot be shown.
func TestPictures(t *testing.T) {
	b := newBench(t, "")
	b.browse("use-fake-ui-for-media-stream", true)
	b.draw(idle)
	b.must(b.lamps["registered"].Set(hal.LampOn))
	b.visit("")
	b.loop()
	b.shot("idle-1280", 1280, 1000, 1)
	b.shot("idle-760-2x", 760, 900, 2)
	b.shot("idle-large", 1400, 1200, 1)
	b.shot("idle-640", 640, 760, 1)
	b.must(b.lamps["ring"].Set(hal.LampOn))
	b.must(b.lamps["line1"].Set(hal.LampOn))
	b.must(b.lamps["line2"].Set(hal.LampSlow))
	b.must(b.lamps["speaker"].Set(hal.LampOn))
	b.must(b.lamps["mute"].Set(hal.LampOn))
	b.must(b.lamps["hold"].Set(hal.LampOn))
	b.must(b.mixer.Mute(true))
	b.must(b.relay.Pulse(time.Minute))
	b.do(chromedp.Click("#hook"), chromedp.Click("#unlock"),
		js(`faceplate.keys.press('5', 'test')`))
	b.draw(calling)
	b.shot("call-1280", 1280, 1000, 1)
	b.do(js(`document.documentElement.dataset.theme = 'dark'`))
	b.shot("call-dark", 1024, 960, 1)
	b.shot("call-phone", 390, 1150, 1)
	b.do(chromedp.Click(`[value=mono] + span`))
	<-b.display.(hal.Resizer).Resized()
	b.draw(calling)
	b.visit("?embed=1")
	b.shot("mono-embed", 760, 880, 1)
	b.shot("mono-phone", 390, 700, 2)
}

func (b *bench) stats() map[string]float64 {
	b.Helper()
	s, err := chromedp.Run(b.browser, chromedp.Evaluate[map[string]float64](`({...faceplate.audio})`))
	b.must(err)
	return s
}

func (b *bench) show(img image.Image) {
	b.Helper()
	b.must(b.display.Draw(b.display.Bounds(), img, image.Point{}))
}

func (b *bench) draw(picture func(image.Rectangle) image.Image) {
	b.Helper()
	b.show(picture(b.display.Bounds()))
}

var ink = map[string]color.Color{"paper": color.RGBA{14, 22, 36, 255}, "bar": color.RGBA{26, 40, 64, 255}, "text": color.White, "dim": color.RGBA{150, 170, 200, 255}, "good": color.RGBA{60, 210, 130, 255}}
