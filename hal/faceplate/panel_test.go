package faceplate

import (
	"errors"
	"image"
	"image/color"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"offhook/hal"
	"offhook/hal/faceplate/remote"
)

func TestKeys(t *testing.T) {
	b := newBench(t)
	k := b.keypad()
	c := b.dial()
	for _, key := range hal.Keys() {
		b.must(c.Tap(key))
		b.key(k, key, hal.KeyPress)
		b.key(k, key, hal.KeyRelease)
	}
}

func TestKeysOfAPageThatGoes(t *testing.T) {
	b := newBench(t)
	k := b.keypad()
	first, second := b.dial(), b.dial()
	b.must(first.Press(hal.Key5))
	b.key(k, hal.Key5, hal.KeyPress)
	b.must(first.Press(hal.Key6))
	b.key(k, hal.Key6, hal.KeyPress)
	b.must(second.Press(hal.Key6)) // still held by the second when the first goes
	b.must(second.Press(hal.Key7))
	b.key(k, hal.Key7, hal.KeyPress)
	b.must(first.Close())
	b.key(k, hal.Key5, hal.KeyRelease)
	b.must(second.Release(hal.Key6))
	b.key(k, hal.Key6, hal.KeyRelease)
}

func TestHook(t *testing.T) {
	b := newBench(t)
	h := b.hook(hal.Params{"on-hook-after": "1ms"})
	read := func(want hal.HookState) {
		t.Helper()
		if s, err := h.ReadHook(); err != nil || s != want {
			t.Fatalf("ReadHook: %d, %v; want %d", s, err, want)
		}
	}
	read(hal.OnHook)
	c := b.dial()
	b.must(c.Hook(hal.OffHook))
	read(hal.OffHook)
	b.wait(c, "the handset off-hook", func(s remote.State) bool { return s.Hook == hal.OffHook })
	b.must(c.Close())
	read(hal.OnHook) // the page is gone
}

func noise(r image.Rectangle) *image.RGBA {
	img := image.NewRGBA(r)
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range img.Pix {
		img.Pix[i] = uint8(rng.Uint32()) | uint8(i%4/3)*255
	}
	return img
}

func same(got image.Image, want image.Image, model color.Model) bool {
	if got.Bounds() != want.Bounds() {
		return false
	}
	for y := want.Bounds().Min.Y; y < want.Bounds().Max.Y; y++ {
		for x := want.Bounds().Min.X; x < want.Bounds().Max.X; x++ {
			r, g, b, _ := got.At(x, y).RGBA()
			wr, wg, wb, _ := model.Convert(want.At(x, y)).RGBA()
			if r != wr || g != wg || b != wb {
				return false
			}
		}
	}
	return true
}

func TestScreen(t *testing.T) {
	b := newBench(t)
	d := b.display(nil)
	want := noise(d.Bounds())
	b.must(d.Draw(d.Bounds(), want, image.Point{}))
	c := b.dial()
	b.must(c.WaitScreen(b.ctx, func(img image.Image) bool { return same(img, want, d.ColorModel()) }))

	part := image.Rect(10, 20, 60, 50)
	for i := range 40 { // many draws, one newest picture
		for y := part.Min.Y; y < part.Max.Y; y++ {
			want.Set(10+i, y, color.RGBA{R: 200, A: 255})
		}
		b.must(d.Draw(part, want, part.Min))
	}
	b.must(d.Draw(image.Rect(-5, 230, 400, 300), image.NewUniform(color.White), image.Point{}))
	for i := 230 * want.Stride; i < len(want.Pix); i++ {
		want.Pix[i] = 255
	}
	b.must(c.WaitScreen(b.ctx, func(img image.Image) bool { return same(img, want, d.ColorModel()) }))

	b.must(d.Backlight(30))
	b.wait(c, "the backlight", func(s remote.State) bool { return s.Backlight == 30 })
	if d.Backlight(101) == nil || d.Backlight(-1) == nil {
		t.Error("a backlight beyond 0 to 100 is taken")
	}
}

func TestScreenIsExchanged(t *testing.T) {
	b := newBench(t)
	d := b.display(nil)
	c := b.dial()
	b.must(c.SetMono(true))
	<-d.(hal.Resizer).Resized()
	if got := d.Bounds(); got != image.Rect(0, 0, 128, 64) {
		t.Errorf("bounds %v", got)
	}
	if p, ok := d.ColorModel().(color.Palette); !ok || len(p) != 2 {
		t.Errorf("model %v", d.ColorModel())
	}
	want := noise(d.Bounds())
	b.must(d.Draw(d.Bounds(), want, image.Point{}))
	b.must(c.WaitScreen(b.ctx, func(img image.Image) bool { return same(img, want, d.ColorModel()) }))
	b.must(c.SetMono(false))
	<-d.(hal.Resizer).Resized()
	dark := image.NewPaletted(image.Rect(0, 0, 320, 240), color.Palette{color.Black})
	b.must(c.WaitScreen(b.ctx, func(img image.Image) bool { return same(img, dark, d.ColorModel()) }))
}

func TestLampRelayMixer(t *testing.T) {
	b := newBench(t)
	l := open(b, b.drivers.Indicators["faceplate-lamp"], hal.Params{"lamp": "message"})
	r := open(b, b.drivers.Relays["faceplate-relay"], hal.Params{"label": "Gate", "max-hold": "1h"})
	m := open(b, b.drivers.Mixers["faceplate-mixer"], nil)
	c := b.dial()
	for p := hal.LampFlutter; ; p-- {
		b.must(l.Set(p))
		b.wait(c, "the lamp", func(s remote.State) bool { return s.Lamps["message"] == p })
		if p == hal.LampOff {
			break
		}
	}
	if l.Set(hal.LampFlutter+1) == nil {
		t.Error("an unknown pattern is taken")
	}
	b.must(r.Pulse(time.Hour))
	b.wait(c, "the contact", func(remote.State) bool { return c.Relay("Gate") })
	b.must(r.Release())
	b.wait(c, "rest", func(remote.State) bool { return !c.Relay("Gate") })
	b.must(r.Pulse(30 * time.Millisecond))
	b.wait(c, "the contact", func(remote.State) bool { return c.Relay("Gate") })
	b.wait(c, "rest by itself", func(remote.State) bool { return !c.Relay("Gate") })

	b.must(errors.Join(m.Route(hal.Speaker), m.Volume(hal.Speaker, 35), m.Mute(true)))
	b.wait(c, "the mixer", func(s remote.State) bool { return s.Output == hal.Speaker && s.Volume == 35 && s.Mute })
	if m.Route("kitchen") == nil || m.Volume(hal.Speaker, 101) == nil {
		t.Error("nonsense is taken")
	}
	late := open(b, b.drivers.Indicators["faceplate-lamp"], hal.Params{"lamp": "line1"})
	b.must(late.Set(hal.LampSlow))
	b.wait(c, "a lamp opened late", func(s remote.State) bool { return s.Lamps["line1"] == hal.LampSlow && len(s.Parts) == 4 })
}

func TestCheck(t *testing.T) {
	d := New(Config{}).Drivers()
	fault := func(name string, err error, want string) {
		t.Helper()
		if (err == nil) != (want == "") || (err != nil && !strings.HasPrefix(err.Error(), want)) {
			t.Errorf("%s: %v, want %q", name, err, want)
		}
		var p *hal.ParamError
		if err != nil && !errors.As(err, &p) {
			t.Errorf("%s: %v is not a ParamError", name, err)
		}
	}
	p := func(name string, v any) hal.Params { return hal.Params{name: v} }
	keypad, hook, display := d.Keypads["faceplate-keypad"].Check, d.Hooks["faceplate-hook"].Check, d.Displays["faceplate-display"].Check
	lamp, relay, audio := d.Indicators["faceplate-lamp"].Check, d.Relays["faceplate-relay"].Check, d.Audio["faceplate-audio"].Check
	fault("keypad", keypad(p("long-press-ms", 600)), "")
	fault("keypad too short", keypad(p("long-press-ms", 50)), "long-press-ms")
	fault("keypad unknown", keypad(p("rows", 600)), "rows")
	fault("hook", hook(p("on-hook-after", "2s")), "")
	fault("display", display(hal.Params{"listen": "localhost:0", "mode": "mono"}), "")
	fault("display v6", display(p("listen", "[::1]:8080")), "")
	fault("display abroad", display(p("listen", "0.0.0.0:80")), "listen")
	fault("display no port", display(p("listen", "127.0.0.1")), "listen")
	fault("display mode", display(p("mode", "hologram")), "mode")
	fault("lamp missing", lamp(nil), "lamp: is required")
	fault("lamp", lamp(p("lamp", "line8")), "")
	fault("lamp unknown", lamp(p("lamp", "disco")), "lamp")
	fault("relay", relay(hal.Params{"label": "Door", "max-hold": "3s"}), "")
	fault("relay label", relay(p("label", "")), "label")
	fault("relay hold", relay(p("max-hold", "0s")), "max-hold")
	fault("audio", audio(hal.Params{"sample-rate": 48000, "period-ms": 20}), "")
	fault("audio rate", audio(p("sample-rate", 44100)), "sample-rate")
	fault("audio period", audio(p("period-ms", 7)), "period-ms")
	fault("mixer", d.Mixers["faceplate-mixer"].Check(p("x", 1)), "x")
}

func TestListen(t *testing.T) {
	b := newBench(t)
	if b.panel.URL() != "" {
		t.Error("a URL before the first Open")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	b.must(err)
	defer l.Close()
	_, err = b.drivers.Displays["faceplate-display"].Open(b.ctx, hal.Params{"listen": l.Addr().String()}, nil)
	if err == nil || !strings.Contains(err.Error(), "is taken by another program") {
		t.Fatalf("a taken port: %v", err)
	}
	b.keypad()
	before := b.panel.URL()
	b.must(l.Close())
	b.display(hal.Params{"listen": l.Addr().String()}) // moves the page
	if after := b.panel.URL(); after == before || after != "http://"+l.Addr().String()+"/" {
		t.Errorf("before %s, after %s", before, after)
	}
	b.dial()
	if _, err := b.drivers.Keypads["faceplate-keypad"].Open(b.ctx, nil, nil); err == nil || !strings.Contains(err.Error(), "is open already") {
		t.Errorf("a second keypad: %v", err)
	}
	b.must(b.panel.Close())
	if _, err := b.drivers.Mixers["faceplate-mixer"].Open(b.ctx, nil, nil); !errors.Is(err, hal.ErrClosed) {
		t.Errorf("Open after Close: %v", err)
	}
}

func TestStrangersAreRefused(t *testing.T) {
	b := newBench(t)
	b.keypad()
	status := func(host, origin, path string) int {
		t.Helper()
		req, err := http.NewRequestWithContext(b.ctx, http.MethodGet, b.panel.URL()+path, nil)
		b.must(err)
		if req.Host = host; host == "" {
			req.Host = req.URL.Host
		}
		if origin != "" {
			req.Header.Set("Origin", origin)
			req.Header.Set("Connection", "Upgrade")
			req.Header.Set("Upgrade", "websocket")
			req.Header.Set("Sec-WebSocket-Version", "13")
			req.Header.Set("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")
		}
		tr := &http.Transport{DisableKeepAlives: true}
		resp, err := tr.RoundTrip(req)
		b.must(err)
		if resp.StatusCode != http.StatusSwitchingProtocols {
			_, err = io.Copy(io.Discard, resp.Body)
		}
		b.must(errors.Join(err, resp.Body.Close()))
		return resp.StatusCode
	}
	own := strings.TrimSuffix(b.panel.URL(), "/")
	for _, c := range []struct {
		name, host, origin, path string
		want                     int
	}{
		{"the page -> served", "", "", "", 200},
		{"by the name localhost -> served", "localhost:80", "", "", 200},
		{"by IPv6 -> served", "[::1]:80", "", "", 200},
		{"a rebound name -> refused", "evil.example", "", "", 403},
		{"an address of the network -> refused", "192.168.1.4:80", "", "", 403},
		{"its own origin -> joined", "", own, "ws", 101},
		{"another site's origin -> refused", "", "https://evil.example", "ws", 403},
		{"another local server's origin -> refused", "", "http://127.0.0.1:1", "ws", 403},
		{"no such file -> not found", "", "", "panel.go", 404},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := status(c.host, c.origin, c.path); got != c.want {
				t.Errorf("%d, want %d", got, c.want)
			}
		})
	}
}

func TestNonsenseEndsThePageOnly(t *testing.T) {
	b := newBench(t)
	k := b.keypad()
	b.audio(nil)
	good := b.dial()
	for _, msg := range []struct {
		kind websocket.MessageType
		data string
	}{
		{websocket.MessageText, `{"type":"key","name":"f13","state":"down"}`},
		{websocket.MessageText, `}`},
		{websocket.MessageBinary, "\x03"},
		{websocket.MessageBinary, "\x01" + strings.Repeat("\x00", 23)},
		{websocket.MessageBinary, "\x02" + strings.Repeat("\x00", 23)},
	} {
		ws, _, err := websocket.Dial(b.ctx, "ws"+strings.TrimPrefix(b.panel.URL(), "http")+"ws", nil)
		b.must(err)
		b.must(ws.Write(b.ctx, msg.kind, []byte(msg.data)))
		for err == nil {
			_, _, err = ws.Read(b.ctx)
		}
		if websocket.CloseStatus(err) != websocket.StatusPolicyViolation {
			t.Errorf("%q: %v", msg.data, err)
		}
		_ = ws.CloseNow()
	}
	b.must(good.Tap(hal.Key1))
	b.key(k, hal.Key1, hal.KeyPress)
}

func TestCloseUnblocks(t *testing.T) {
	b := newBench(t)
	k, h, a := b.keypad(), b.hook(nil), b.audio(hal.Params{"period-ms": 20})
	if _, err := h.ReadHook(); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	errs := make(chan error, 3)
	wg.Go(func() { _, err := k.ReadKey(); errs <- err })
	wg.Go(func() { _, err := h.ReadHook(); errs <- err })
	wg.Go(func() {
		p := make([]int16, a.Format().Period)
		for {
			if err := a.ReadPeriod(p); err != nil {
				errs <- err
				return
			}
		}
	})
	d := b.display(nil)
	l := open(b, b.drivers.Indicators["faceplate-lamp"], hal.Params{"lamp": "mute"})
	r := open(b, b.drivers.Relays["faceplate-relay"], nil)
	m := open(b, b.drivers.Mixers["faceplate-mixer"], nil)
	b.must(b.panel.Close())
	wg.Wait()
	for range 3 {
		if err := <-errs; !errors.Is(err, hal.ErrClosed) {
			t.Errorf("a reader: %v", err)
		}
	}
	for name, err := range map[string]error{
		"draw": d.Draw(d.Bounds(), image.Black, image.Point{}), "backlight": d.Backlight(1), "lamp": l.Set(hal.LampOn),
		"pulse": r.Pulse(time.Second), "release": r.Release(), "mixer": m.Mute(true), "write": a.WritePeriod(make([]int16, 320)),
	} {
		if !errors.Is(err, hal.ErrClosed) {
			t.Errorf("%s after Close: %v", name, err)
		}
	}
	for _, c := range []io.Closer{k, h, a, d, l, r, m, b.panel} {
		b.must(c.Close()) // again
	}
}
